import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { opencode } from '../../../actors/agents/opencode.ts';
import { querySqlite } from '../../../actors/agents/sqlite.ts';
import { fixture, kindsOf, lines, outcomeOf, PLACE, readAll, request } from './adapter-reading.ts';

const read = (name: string) => readAll(opencode, fixture('opencode', `${name}.ndjson`));

const step = (reason: string, text: string | null, usage: object = {}) => [
  { type: 'step_start', sessionID: 's', part: {} },
  ...(text === null ? [] : [{ type: 'text', sessionID: 's', part: { text } }]),
  { type: 'step_finish', sessionID: 's', part: { reason, ...usage } },
];

describe('The stream of opencode', () => {
  it('of a success has session, words, tools, the sum of the usage of its steps, and the last text as result', () => {
    const activities = read('success');
    expect(kindsOf(activities)).toEqual([
      'session',
      'text',
      'toolCall',
      'toolResult',
      'usage',
      'text',
      'usage',
      'result',
    ]);
    const { sessionId, usage, final } = outcomeOf(activities);
    expect(sessionId).toBe('ses_df95a0af1ffeW8M70yHRv96w5g');
    expect(usage).toEqual({ inputTokens: 2400, outputTokens: 68, costUsd: 0.002336 });
    expect(final).toMatchObject({ text: expect.stringMatching(/^Done\. I wrote/), failure: null });
  });

  it('of a resumed session has what this run used', () => {
    expect(outcomeOf(read('resume')).usage.inputTokens).toBe(1200);
  });

  it.each(['midkill', 'tool_kill'])('of a kill (%s) has no result', (name) => {
    expect(outcomeOf(read(name)).final).toBeNull();
  });

  it('of a refused key is unauthorized, and says how to log in', () => {
    const { final } = outcomeOf(read('auth401'));
    expect(final?.failure).toMatchObject({
      class: 'unauthorized',
      message: expect.stringContaining('opencode auth login'),
    });
  });

  it.each([
    [{ name: 'APIError', data: { message: 'x', statusCode: 429 } }, 'limited'],
    [{ name: 'APIError', data: { message: 'Overloaded', statusCode: 529 } }, 'limited'],
    [{ name: 'ContextOverflowError', data: { message: 'prompt is too long' } }, 'contextTooLong'],
    [{ name: 'ProviderAuthError', data: { message: 'x', statusCode: 401 } }, 'unauthorized'],
    [{ name: 'UnknownError', data: { message: 'model not found' } }, 'crashed'],
    [{}, 'crashed'],
  ])('with the error %j as its end is a failure of class %s', (error, failure) => {
    const activities = readAll(opencode, lines({ type: 'error', sessionID: 's', error }));
    expect(outcomeOf(activities).final?.failure?.class).toBe(failure);
  });

  it('with an error after which it goes on is judged by how it went on', () => {
    const error = { type: 'error', sessionID: 's', error: { name: 'APIError' } };
    const activities = readAll(opencode, lines(error, ...step('stop', 'It is done.')));
    expect(kindsOf(activities)).toContain('error');
    expect(outcomeOf(activities).final).toMatchObject({ text: 'It is done.', failure: null });
  });

  it('has no result at a step that calls tools, and a failed one at an answer that was cut off', () => {
    expect(outcomeOf(readAll(opencode, lines(...step('tool-calls', 'x')))).final).toBeNull();
    const cut = outcomeOf(readAll(opencode, lines(...step('length', 'I cut the 401 ')))).final;
    expect(cut?.failure).toMatchObject({
      class: 'crashed',
      message: expect.stringMatching(/length/),
    });
  });

  it('without an answer has an empty result, whatever earlier steps said', () => {
    const stream = lines(...step('tool-calls', 'I will.'), ...step('stop', null));
    expect(outcomeOf(readAll(opencode, stream)).final?.text).toBe('');
  });

  it.each([
    [{}, null, null],
    [{ tokens: { input: 0, output: 0 }, cost: 0 }, null, null],
    [
      { tokens: { input: 5, output: 7, reasoning: 2, cache: { read: 3, write: 1 } }, cost: 0 },
      9,
      9,
    ],
  ])(
    'with the usage %j has %p tokens in and %p out, and an unknown cost',
    (usage, input, output) => {
      const stream = lines(...step('stop', 'x', usage));
      expect(outcomeOf(readAll(opencode, stream)).usage).toEqual({
        inputTokens: input,
        outputTokens: output,
        costUsd: null,
      });
    },
  );
});

describe('The transcript of opencode', () => {
  const SUCCESS = 'ses_df95a0af1ffeW8M70yHRv96w5g';
  const MIDKILL = 'ses_df96cd4cbffebDJ1TofCQUdcRC';
  let home = '';

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'oneshot-home-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** A database as a kill left it: all of its content is in the write-ahead log. */
  function database(name: string): string {
    const folder = join(home, '.local/share/opencode');
    mkdirSync(folder, { recursive: true });
    for (const suffix of ['', '-wal'])
      copyFileSync(
        resolve('test/fixtures/agents/opencode', `${name}.db${suffix}`),
        join(folder, `opencode.db${suffix}`),
      );
    return opencode.transcript?.find({ ...PLACE, home }, SUCCESS) ?? '';
  }

  // Node 20 has no SQLite of its own, and not every machine has the program: then nothing is known.
  const canRead = (() => querySqlite(':memory:', 'SELECT 1 AS one') !== null)();
  const known = (seen: object) => (canRead ? expect.objectContaining(seen) : null);

  it('of a success is finished', () => {
    const seen = opencode.transcript?.read(database('success'), SUCCESS);
    expect(seen).toEqual(
      known({ finished: true, lastText: expect.stringContaining('I wrote hello.txt') }),
    );
  });

  it('of a kill is not, but has what was done', () => {
    const seen = opencode.transcript?.read(database('midkill'), MIDKILL);
    expect(seen).toEqual(
      known({
        finished: false,
        lastText: 'I will write the file now.',
        toolCalls: [expect.stringContaining('write {"content":"hello')],
      }),
    );
  });

  it('is read from a copy, and no copy is left', () => {
    const path = database('success');
    const look = () =>
      readdirSync(join(path, '..')).map((name) => [name, statSync(join(path, '..', name)).size]);
    const before = look();
    opencode.transcript?.read(path, SUCCESS);
    expect(look()).toEqual(before);
    expect(
      readdirSync(tmpdir()).filter((name) => name.startsWith(`oneshot-opencode-${process.pid}-`)),
    ).toEqual([]);
  });

  it.each(['ses_other', "x' OR '1'='1", ''])(
    'of a session that is not there (%p) is none',
    (id) => {
      expect(opencode.transcript?.read(database('success'), id)).toBeNull();
    },
  );

  it('lies where the data of this user lies, and is none before there is one', () => {
    expect(opencode.transcript?.find({ ...PLACE, home }, SUCCESS)).toBeNull();
    const path = database('success');
    expect(path).toBe(join(home, '.local/share/opencode/opencode.db'));
    const environment = { XDG_DATA_HOME: join(home, '.local/share') };
    expect(opencode.transcript?.find({ ...PLACE, environment }, SUCCESS)).toBe(path);
  });
});

describe('The command line of opencode', () => {
  it('takes the prompt from standard input', () => {
    const { args, input, sessionId } = opencode.launch(request());
    expect({ input, sessionId }).toEqual({ input: 'prompt', sessionId: null });
    expect(args.join(' ')).toBe('run --format json --auto --model some/model --own argument');
  });

  it('goes on with a session that was cut short', () => {
    const { args, sessionId } = opencode.launch(request({ resume: 'ses_1' }));
    expect(args.join(' ')).toContain('--session ses_1');
    expect(sessionId).toBe('ses_1');
  });
});
