import { describe, expect, it } from '@jest/globals';
import { aider } from '../../../actors/agents/aider.ts';
import { fixture, kindsOf, outcomeOf, readAll, request, SETTINGS } from './adapter-reading.ts';

// aider is known from its public documentation and sources: these outputs are written after them, not recorded.
const read = (name: string) => readAll(aider, fixture('aider', `${name}.txt`));
const readText = (text: string) => readAll(aider, Buffer.from(text));

describe('The output of aider', () => {
  it('of a success has words and usage: tokens summed over its messages, the cost that of the session', () => {
    const activities = read('success');
    expect(kindsOf(activities)).toEqual(['text', 'usage', 'text', 'usage']);
    expect(outcomeOf(activities)).toMatchObject({
      usage: { inputTokens: 3112, outputTokens: 150, costUsd: 0.0121 },
      final: null,
      words: expect.stringContaining('Done. I wrote hello.txt.'),
    });
  });

  it('is its answer as it stands', () => {
    const reader = aider.reader({ emit: () => undefined }, SETTINGS);
    reader.push(fixture('aider', 'success.txt'), 0);
    reader.end();
    expect(reader.printed()).toBe(fixture('aider', 'success.txt').toString());
  });

  it.each([1, 7, 64])('is the same in pieces of %p bytes', (piece) => {
    const whole = outcomeOf(read('success'));
    const pieces = outcomeOf(readAll(aider, fixture('aider', 'success.txt'), piece));
    expect({ ...pieces, words: '' }).toEqual({ ...whole, words: '' });
    expect(pieces.words.replaceAll('\n', '')).toBe(whole.words.replaceAll('\n', ''));
  });

  it.each([
    ['auth401', 'unauthorized', 'ANTHROPIC_API_KEY'],
    ['r429', 'limited', 'Rate limit'],
  ])(
    'of a refusal (%s) is a failure of class %s although aider exits with 0',
    (name, failure, word) => {
      expect(outcomeOf(read(name)).final?.failure).toMatchObject({
        class: failure,
        message: expect.stringContaining(word),
      });
    },
  );

  it('tells each retry with its delay', () => {
    const delays = read('r429').flatMap((one) => (one.kind === 'retry' ? [one.delayMs] : []));
    expect(delays).toEqual([200, 500]);
  });

  it.each([
    ['Model gpt-5 has hit a token limit!', 'contextTooLong'],
    ['No LLM model was specified and no API keys were provided.', 'unauthorized'],
    ['litellm.InternalServerError: AnthropicException - Overloaded', 'limited'],
    ['litellm.Timeout: APITimeoutError', 'crashed'],
    ['litellm.BadRequestError: OpenAIException - no such parameter', 'crashed'],
  ])('with "%s" at its end is a failure of class %s', (line, failure) => {
    expect(outcomeOf(readText(`Aider\n${line}\n`)).final?.failure?.class).toBe(failure);
  });

  it.each([
    ['an answer', 'Tokens: 1 sent, 1 received.'],
    ['a retry', 'Retrying in 1.0 seconds...'],
  ])('with an error that %s follows has no failure', (_, line) => {
    expect(outcomeOf(readText(`litellm.APIError: x\n${line}\n`)).final).toBeNull();
  });

  it('that speaks of errors in its words is no failure', () => {
    const text = 'I catch `litellm.RateLimitError: x` now. Retrying in 2 seconds was wrong.\n';
    expect(kindsOf(readText(text))).toEqual(['text']);
  });

  it('without prices has an unknown cost', () => {
    expect(outcomeOf(readText('Tokens: 12k sent, 1,024 received.\n')).usage).toEqual({
      inputTokens: 12_000,
      outputTokens: 1024,
      costUsd: null,
    });
  });
});

it('The command line of aider takes the prompt from its file and asks nothing', () => {
  const { args, input, environment } = aider.launch(request());
  expect(input).toBe('nothing');
  expect(args).toEqual(
    expect.arrayContaining(['--yes-always', '--no-stream', '--no-auto-commits']),
  );
  expect(args.join(' ')).toMatch(
    /--model some\/model --own argument --message-file \/run\/prompt\.md$/,
  );
  expect(Number(environment?.COLUMNS)).toBeGreaterThan(80);
});
