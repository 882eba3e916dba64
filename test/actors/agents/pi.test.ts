import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pi } from '../../../actors/agents/pi.ts';
import { readPiTranscript } from '../../../actors/agents/pi-transcript.ts';
import { fixture, kindsOf, lines, outcomeOf, PLACE, readAll, request } from './adapter-reading.ts';

const read = (name: string) => readAll(pi, fixture('pi', `${name}.ndjson`));

const said = (fields: object, text = '') => ({
  type: 'message_end',
  message: { role: 'assistant', content: text ? [{ type: 'text', text }] : [], ...fields },
});
const failed = (errorMessage: string) => said({ stopReason: 'error', errorMessage });
const END = { type: 'agent_end', messages: [] };
const RETRY = {
  type: 'auto_retry_start',
  attempt: 1,
  maxAttempts: 3,
  delayMs: 2000,
  errorMessage: '429 slow down',
};

describe('The stream of pi', () => {
  it('of a success has session, words, tools, the sum of the usage of its messages, and the last as result', () => {
    const activities = read('success');
    expect(kindsOf(activities)).toEqual([
      'session',
      'text',
      'usage',
      'toolCall',
      'toolResult',
      'text',
      'usage',
      'result',
    ]);
    const { sessionId, usage, final } = outcomeOf(activities);
    expect(sessionId).toBe('01a206a5-ddb8-700b-8901-61781825aeec');
    expect(usage).toMatchObject({ inputTokens: 2400, outputTokens: 68 });
    expect(usage.costUsd).toBeCloseTo(0.002336, 9);
    expect(final).toMatchObject({ text: expect.stringMatching(/^Done\. I wrote/), failure: null });
  });

  it('of a resumed session has what this run used', () => {
    expect(outcomeOf(read('resume')).usage.inputTokens).toBe(1200);
  });

  it('of a kill has no result, but the words that had been streamed', () => {
    const { final, words, toolCalls } = outcomeOf(read('midkill'));
    expect(final).toBeNull();
    expect(words).toContain('Partial answer: the file hello.txt is written and I am now checking');
    expect(toolCalls).toHaveLength(1);
  });

  it('of a kill that tore its last line has the words up to the line before', () => {
    const torn = fixture('pi', 'midkill.ndjson').subarray(0, -100);
    expect(outcomeOf(readAll(pi, torn)).words).toContain('Partial answer: the file');
  });

  it.each([
    ['auth401', 'unauthorized', '/login'],
    ['r429', 'limited', 'rate limit'],
  ])(
    'of a refusal (%s) is a failure of class %s although pi exits with 0',
    (name, failure, word) => {
      const { final, usage } = outcomeOf(read(name));
      expect(final?.failure).toMatchObject({
        class: failure,
        message: expect.stringContaining(word),
      });
      expect(usage).toEqual({ inputTokens: null, outputTokens: null, costUsd: null });
    },
  );

  it('tells each retry with its delay', () => {
    const delays = read('r429').flatMap((one) => (one.kind === 'retry' ? [one.delayMs] : []));
    expect(delays).toEqual([2000, 4000, 8000]);
  });

  it('with a failed try before a good one is a success, and no result is told in between', () => {
    const activities = readAll(
      pi,
      lines(failed('429 slow down'), END, RETRY, said({ stopReason: 'stop' }, 'done'), END),
    );
    expect(kindsOf(activities)).toEqual(['retry', 'text', 'result']);
    expect(outcomeOf(activities).final).toMatchObject({ text: 'done', failure: null });
  });

  it('that ends while it waits for a retry has no result', () => {
    expect(outcomeOf(readAll(pi, lines(failed('429 x'), END, RETRY))).final).toBeNull();
  });

  it.each([
    ['400 prompt is too long: 250000 tokens > 200000 maximum', 'contextTooLong'],
    ['529 Overloaded', 'limited'],
    ['invalid x-api-key', 'unauthorized'],
    ['fetch failed', 'crashed'],
  ])('with the error "%s" is a failure of class %s', (message, failure) => {
    expect(outcomeOf(readAll(pi, lines(failed(message), END))).final?.failure?.class).toBe(failure);
  });

  it('with an answer that a signal cut off has no result', () => {
    const activities = readAll(pi, lines(said({ stopReason: 'aborted' }, 'half'), END));
    const { final, words } = outcomeOf(activities);
    expect({ final, words }).toEqual({ final: null, words: '\nhalf' });
  });

  it.each(['length', 'refusal'])(
    'with an answer that was cut off (%s) is a failure',
    (stopReason) => {
      const { final } = outcomeOf(readAll(pi, lines(said({ stopReason }, 'half'), END)));
      expect(final?.failure).toMatchObject({
        class: 'crashed',
        message: expect.stringMatching(stopReason),
      });
    },
  );

  it('without an answer has an empty result', () => {
    const { final } = outcomeOf(readAll(pi, lines(said({ stopReason: 'stop' }), END)));
    expect(final).toMatchObject({ text: '', failure: null });
  });

  it('whose end was lost with the process has its result by its last message', () => {
    const { final } = outcomeOf(readAll(pi, lines(said({ stopReason: 'stop' }, 'done'))));
    expect(final?.text).toBe('done');
  });

  it('with prices that are not known has an unknown cost', () => {
    const usage = { input: 10, output: 2, cacheRead: 0, cacheWrite: 0, cost: { total: 0 } };
    const activities = readAll(pi, lines(said({ stopReason: 'stop', usage }, 'x'), END));
    expect(outcomeOf(activities).usage).toEqual({
      inputTokens: 10,
      outputTokens: 2,
      costUsd: null,
    });
  });

  it('that repeats a long text in every delta is not parsed again for each', () => {
    const delta = (text: string) => {
      const message = { role: 'assistant', content: [{ type: 'text', text }] };
      return { type: 'message_update', assistantMessageEvent: { partial: message }, message };
    };
    const text = 'lorem ipsum '.repeat(25_000);
    const pieces = Array.from({ length: 50 }, (_, i) => delta(text.slice(0, 6_000 * (i + 1))));
    const stream = lines(...pieces, said({ stopReason: 'stop' }, text), END);
    expect(stream.length).toBeGreaterThan(14e6);
    const parse = jest.spyOn(JSON, 'parse');
    const activities = readAll(pi, stream, 64 * 1024);
    expect(kindsOf(activities)).toEqual(['text', 'result']);
    expect(outcomeOf(activities).final?.text).toHaveLength(text.length);
    const parsed = parse.mock.calls.filter(([text]) => text.length > 10_000);
    parse.mockRestore();
    expect(parsed.length).toBeLessThanOrEqual(1);
  });
});

describe('The transcript of pi', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'oneshot-home-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('of a success is finished', () => {
    const seen = readPiTranscript(fixture('pi', 'success.transcript.jsonl').toString());
    expect(seen).toMatchObject({
      finished: true,
      lastText: expect.stringContaining('I wrote hello.txt'),
    });
  });

  it('of a kill is not, but has what was done', () => {
    const text = fixture('pi', 'midkill.transcript.jsonl').toString();
    const seen = readPiTranscript(`${text}{"torn":`);
    expect(seen).toMatchObject({ finished: false, lastText: 'I will write the file now.' });
    expect(seen.toolCalls[0]).toMatch(/^write .*hello\.txt/);
  });

  it('lies where the work tree and the id say', () => {
    const folder = join(home, '.pi/agent/sessions/--src-my.app--');
    const place = { ...PLACE, home, cwd: '/src/my.app' };
    expect(pi.transcript?.find(place, 'id')).toBeNull();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '2026-11-23T04-24-23-225Z_other.jsonl'), '');
    expect(pi.transcript?.find(place, 'id')).toBeNull();
    const path = join(folder, '2026-11-23T04-24-23-225Z_id.jsonl');
    writeFileSync(path, '');
    expect(pi.transcript?.find(place, 'id')).toBe(path);
    const environment = { PI_CODING_AGENT_DIR: join(home, '.pi/agent') };
    expect(pi.transcript?.find({ ...place, home: '/', environment }, 'id')).toBe(path);
  });
});

describe('The command line of pi', () => {
  it('takes the prompt from standard input', () => {
    const { args, input, sessionId } = pi.launch(request());
    expect({ input, sessionId }).toEqual({ input: 'prompt', sessionId: null });
    expect(args.join(' ')).toBe('--mode json -p --model some/model --own argument');
  });

  it('goes on with a session that was cut short', () => {
    const { args, sessionId } = pi.launch(request({ resume: 'earlier' }));
    expect(args.join(' ')).toContain('--session earlier');
    expect(sessionId).toBe('earlier');
  });
});
