import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { type Conversation, converse } from '../../../../actors/agents/openai/conversation.ts';
import type { Activity } from '../../../../machines/activity.ts';
import { answerStream, answers, breaksAfter, endpoint, refuses, streamed } from './endpoint.ts';

async function talk(baseUrl: string, given: Partial<Conversation> = {}) {
  const said: Activity[] = [];
  const result = await converse({
    baseUrl,
    key: null,
    model: 'm',
    prompt: 'Do it.',
    asVerdict: false,
    parameters: {},
    say: (activity) => void said.push(activity),
    live: () => undefined,
    now: Date.now,
    pauseMs: 2,
    ...given,
  });
  const kinds = said.map(({ kind }) => kind);
  const texts = said.flatMap((activity) => (activity.kind === 'text' ? [activity.text] : []));
  return { result, said, kinds, texts };
}

const failureOf = async (url: string, given?: Partial<Conversation>) =>
  (await talk(url, given)).result.failure;

describe('A question to an endpoint', () => {
  it('is sent with model, prompt and key, and answered by what was streamed', async () => {
    const at = await endpoint(answers('Hello\nworld'));
    const { result, said } = await talk(at.url, { key: 'secret', parameters: { temperature: 0 } });
    expect(result).toMatchObject({ text: 'Hello\nworld', failure: null });
    expect(said).toContainEqual({
      kind: 'usage',
      inputTokens: 11,
      outputTokens: 7,
      costUsd: null,
    });
    expect(at.seen).toEqual([
      {
        path: '/v1/chat/completions',
        key: 'Bearer secret',
        body: {
          model: 'm',
          messages: [{ role: 'user', content: 'Do it.' }],
          stream: true,
          stream_options: { include_usage: true },
          temperature: 0,
        },
      },
    ]);
  });

  it('goes without a key where there is none', async () => {
    const at = await endpoint(answers('Hello'));
    await talk(at.url);
    expect(at.seen[0]?.key).toBeUndefined();
  });

  it.each(['/', '/chat/completions'])(
    'finds the endpoint behind a base URL with %s',
    async (end) => {
      const at = await endpoint(answers('Hello'));
      await talk(`${at.url}${end}`);
      expect(at.seen[0]?.path).toBe('/v1/chat/completions');
    },
  );

  it('keeps the query of a base URL', async () => {
    const at = await endpoint(answers('Hello'));
    await talk(`${at.url}?api-version=2`);
    expect(at.seen[0]?.path).toBe('/v1/chat/completions?api-version=2');
  });

  it.each([1, 2, 3, 7, 64])('understands a stream in pieces of %i bytes', async (size) => {
    const at = await endpoint(streamed(answerStream('Grüße, 世界 🌍\nund mehr'), size));
    const { result, texts } = await talk(at.url);
    expect(result.text).toBe('Grüße, 世界 🌍\nund mehr');
    expect(texts.join('\n')).toBe('Grüße, 世界 🌍\nund mehr');
  });

  it('shows what the model thinks, apart from what it says', async () => {
    const think = (field: string) => ({ choices: [{ delta: { [field]: 'Let me see.\n' } }] });
    const lines = [think('reasoning_content'), think('reasoning')];
    const stream = lines.map((line) => `data: ${JSON.stringify(line)}\n\n`).join('');
    const at = await endpoint(streamed(stream + answerStream('42')));
    const { said, result } = await talk(at.url);
    expect(said.filter(({ kind }) => kind === 'thinking')).toHaveLength(2);
    expect(result.text).toBe('42');
  });

  it('takes a stream for whole that says it is done, though not why', async () => {
    const at = await endpoint(streamed(answerStream('Hello').replace('"stop"', 'null')));
    expect((await talk(at.url)).result).toMatchObject({ text: 'Hello', failure: null });
    expect(at.seen).toHaveLength(1);
  });

  it('takes an answer that is not streamed', async () => {
    const at = await endpoint((response) => {
      const usage = { prompt_tokens: 3, completion_tokens: 4 };
      const message = { role: 'assistant', content: 'All at once.' };
      const body = { choices: [{ message, finish_reason: 'stop' }], usage };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    const { result, said } = await talk(at.url);
    expect(result.text).toBe('All at once.');
    expect(said).toContainEqual(expect.objectContaining({ kind: 'usage', inputTokens: 3 }));
  });

  it('counts an answer without words as one, for the judgement to be made of it', async () => {
    const at = await endpoint(answers(''));
    expect((await talk(at.url)).result).toMatchObject({ text: '', failure: null });
  });

  it('takes an answer that was cut at the limit of tokens for none', async () => {
    const at = await endpoint(streamed(answerStream('Half of', { finish: 'length' })));
    const { result, texts } = await talk(at.url);
    expect(result.failure?.class).toBe('contextTooLong');
    expect(texts).toEqual(['Half of']);
  });

  it('says that the model refused', async () => {
    const chunk = { choices: [{ delta: { refusal: 'I will not.' }, finish_reason: 'stop' }] };
    const at = await endpoint(streamed(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`));
    expect(await failureOf(at.url)).toMatchObject({
      class: 'crashed',
      message: 'The model refused: I will not.',
    });
  });
});

describe('A verdict from an endpoint', () => {
  const verdict = '{"verdict":"done","feedback":"all is well","findings":[]}';
  const refusesSchema = refuses(400, { message: 'response_format json_schema is not supported' });

  it('is asked for by schema, and typed', async () => {
    const at = await endpoint(answers(verdict));
    const { result } = await talk(at.url, { asVerdict: true });
    expect(at.seen[0]?.body.response_format).toMatchObject({ type: 'json_schema' });
    expect(result.structured).toEqual(JSON.parse(verdict));
  });

  it('is asked for in a simpler form each time that the endpoint refuses one, and says so', async () => {
    const at = await endpoint(refusesSchema, refusesSchema, refusesSchema, answers(verdict));
    const { result, kinds } = await talk(at.url, { asVerdict: true });
    expect(
      at.seen.map(({ body }) => [body.response_format?.type, 'stream_options' in body]),
    ).toEqual([
      ['json_schema', true],
      ['json_object', true],
      [undefined, true],
      [undefined, false],
    ]);
    expect(kinds.filter((kind) => kind === 'error')).toHaveLength(3);
    expect(result).toMatchObject({ text: verdict, structured: null, failure: null });
  });

  it('fails when every form was refused, with the reason', async () => {
    const at = await endpoint(refuses(422, { message: 'temperature must be a number' }));
    expect(await failureOf(at.url, { asVerdict: true })).toMatchObject({
      class: 'crashed',
      message: expect.stringContaining('422: temperature must be a number'),
    });
    expect(at.seen).toHaveLength(4);
  });
});

describe('An endpoint in trouble', () => {
  const overloaded = refuses(529, { message: 'Overloaded' });

  it('that is at its limit for a moment is waited for as long as it says', async () => {
    const at = await endpoint(
      refuses(429, { message: 'slow down' }, { 'retry-after-ms': '300' }),
      answers('Hello'),
    );
    const { result, said } = await talk(at.url);
    expect(result.text).toBe('Hello');
    const retry = said.find((activity) => activity.kind === 'retry');
    expect(retry?.delayMs).toBeGreaterThan(0);
    expect(retry?.delayMs).toBeLessThanOrEqual(300);
  });

  it('that is at its limit for long is given up, with the end of the limit', async () => {
    const before = Date.now();
    const at = await endpoint(refuses(429, { message: 'slow down' }, { 'retry-after': '3600' }));
    const failure = await failureOf(at.url);
    expect(failure?.class).toBe('limited');
    expect(failure?.resumeAt).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(at.seen).toHaveLength(1);
  });

  it('that tells the end of its limit in words only is believed', async () => {
    const message = 'Rate limit reached. Please try again in 2h5m.';
    const at = await endpoint(refuses(429, { message }));
    const failure = await failureOf(at.url, { now: () => 1_000_000 });
    expect(failure?.resumeAt).toBe(1_000_000 + 125 * 60_000);
  });

  it.each([
    [429, 'limited'],
    [503, 'limited'],
    [529, 'limited'],
    [500, 'crashed'],
    [502, 'crashed'],
  ])(
    'that answers %i again and again, without a word how long, is asked a few times, then counts as %s',
    async (status, endClass) => {
      const at = await endpoint(refuses(status, { message: 'no' }));
      const { result, said } = await talk(at.url);
      expect(result.failure).toMatchObject({ class: endClass, resumeAt: null });
      expect(at.seen).toHaveLength(5);
      const delays = said.flatMap((activity) =>
        activity.kind === 'retry' ? [activity.delayMs] : [],
      );
      expect(delays).toEqual([2, 4, 8, 16]);
    },
  );

  it('that recovers gives its answer', async () => {
    const at = await endpoint(overloaded, refuses(500, 'oops'), answers('Hello'));
    expect((await talk(at.url)).result).toMatchObject({ text: 'Hello', failure: null });
  });

  it('that breaks off in the middle is asked again, and what both tries used is counted', async () => {
    const whole = answerStream('Hello');
    const broken = whole.slice(0, whole.indexOf('data: [DONE]'));
    const withoutFinish = broken.replace('"stop"', 'null');
    const at = await endpoint(breaksAfter(withoutFinish), answers('Hello'));
    const { result, said } = await talk(at.url);
    expect(result.text).toBe('Hello');
    expect(said.filter(({ kind }) => kind === 'usage').at(-1)).toMatchObject({ inputTokens: 22 });
  });

  it('that always breaks off has failed, and what it said was told', async () => {
    const at = await endpoint(
      breaksAfter(answerStream('Hello').split('data: [DONE]')[0]?.replace('"stop"', 'null') ?? ''),
    );
    const { result, texts } = await talk(at.url);
    expect(result.failure).toMatchObject({
      class: 'crashed',
      message: expect.stringMatching(/broke off after 5 characters \(ECONNRESET\)/),
    });
    expect(texts).toContain('Hello');
  });

  it('that ends its stream without an end has broken off', async () => {
    const at = await endpoint(streamed('data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n'));
    expect((await failureOf(at.url))?.message).toContain('broke off after 3 characters');
  });

  it('that sends an error in its stream is believed', async () => {
    const error = { error: { message: 'Rate limit exceeded, retry in 2 hours', code: 429 } };
    const at = await endpoint(streamed(`data: ${JSON.stringify(error)}\n\n`));
    const failure = await failureOf(at.url);
    expect(failure?.class).toBe('limited');
    expect(failure?.resumeAt).toBeGreaterThan(Date.now());
  });

  it('that is not there is named, with what to look at', async () => {
    const port = await freePort();
    const failure = await failureOf(`http://127.0.0.1:${port}/v1`);
    expect(failure).toMatchObject({
      class: 'crashed',
      message: `Nothing answers at http://127.0.0.1:${port}/v1 (ECONNREFUSED). Is it running? Check --base-url.`,
    });
  });

  it.each([
    [401, { message: 'Incorrect API key' }, 'unauthorized'],
    [403, { message: 'Forbidden' }, 'unauthorized'],
    [404, { message: 'model "m" not found, try pulling it first' }, 'notFound'],
    [400, { message: 'bad', code: 'model_not_found' }, 'notFound'],
    [400, { message: 'x', code: 'context_length_exceeded' }, 'contextTooLong'],
    [400, { message: "This model's maximum context length is 8192 tokens" }, 'contextTooLong'],
    [413, 'Payload Too Large', 'contextTooLong'],
    [429, { message: 'Request too large for gpt-4o on tokens per min' }, 'contextTooLong'],
    [429, { message: 'You exceeded your current quota', code: 'insufficient_quota' }, 'limited'],
    [402, { message: 'Insufficient Balance' }, 'limited'],
  ])('that answers %i %j is asked once and counts as %s', async (status, error, endClass) => {
    const at = await endpoint(refuses(status, error));
    expect((await failureOf(at.url))?.class).toBe(endClass);
    expect(at.seen).toHaveLength(1);
  });

  it.each([
    [{ message: 'deep' }, 'deep'],
    ['<html><body>Bad  gateway</body></html>', 'Bad gateway'],
    ['{"detail":"not here"}', 'not here'],
    ['[{"error":{"message":"in a list"}}]', 'in a list'],
    ['', 'no reason was given'],
  ])('is quoted, however it says it: %j', async (error, words) => {
    const at = await endpoint(refuses(401, error));
    expect((await failureOf(at.url))?.message).toContain(words);
  });

  it('is never quoted with the secrets of its URL', async () => {
    const at = await endpoint(refuses(401, 'no'));
    const url = at.url.replace('http://', 'http://me:hunter2@');
    expect((await failureOf(`${url}?key=hunter2`))?.message).not.toContain('hunter2');
  });

  it('keeps showing life while it is waited for', async () => {
    let lives = 0;
    const at = await endpoint(
      refuses(429, 'x', { 'retry-after-ms': '20' }),
      streamed(`: still at it\n\n: still at it\n\n${answerStream('Hello')}`),
    );
    const live = () => {
      lives += 1;
    };
    await talk(at.url, { live });
    expect(lives).toBeGreaterThanOrEqual(3);
  });
});

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address ? address.port : 0;
}
