import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LaunchRefusal } from '../../../actors/agents/adapter.ts';
import { cline } from '../../../actors/agents/cline.ts';
import { fixture, kindsOf, lines, outcomeOf, PLACE, readAll, request } from './adapter-reading.ts';

const read = (name: string) => readAll(cline, fixture('cline', `${name}.ndjson`));

const TS = '2026-11-23T04:24:51.243Z';
const event = (fields: object) => ({ ts: TS, type: 'agent_event', event: fields });
const delta = (accumulated: string) =>
  event({ type: 'content_start', contentType: 'text', text: 'x', accumulated });
const end = (fields: object) => ({ ts: TS, type: 'run_result', ...fields });

describe('The stream of cline', () => {
  it('of a success has session, words, tools, usage and result', () => {
    const activities = read('success');
    expect(kindsOf(activities)).toEqual([
      'session',
      'usage',
      'text',
      'toolCall',
      'toolResult',
      'usage',
      'text',
      'usage',
      'result',
    ]);
    const { sessionId, usage, final } = outcomeOf(activities);
    expect(sessionId).toBe('conv_1795407891230_vtwu8g4');
    expect(usage).toEqual({ inputTokens: 2400, outputTokens: 68, costUsd: null });
    expect(final).toMatchObject({ text: expect.stringMatching(/^Done\. I wrote/), failure: null });
  });

  it('of a kill has no result, but the words that had been streamed', () => {
    const { final, words } = outcomeOf(read('midkill'));
    expect(final).toBeNull();
    expect(words).toMatch(/I will write the file now\.\nPartial answer: the file hello\.txt is/);
  });

  it.each(['tool_kill', 'hang_term'])('of a kill (%s) has no result', (name) => {
    expect(outcomeOf(read(name)).final).toBeNull();
  });

  it.each([
    ['auth401', 'unauthorized', 'cline auth'],
    ['r429', 'limited', 'rate limit'],
  ])(
    'of a refusal (%s) is a failure of class %s, and its text no answer',
    (name, failure, word) => {
      const { final, usage } = outcomeOf(read(name));
      expect(final).toMatchObject({
        text: '',
        failure: { class: failure, message: expect.stringContaining(word) },
      });
      expect(usage).toEqual({ inputTokens: null, outputTokens: null, costUsd: null });
    },
  );

  it.each([
    [{ finishReason: 'error', text: 'prompt is too long' }, 'contextTooLong'],
    [{ finishReason: 'error', text: 'API Error 529 Overloaded' }, 'limited'],
    [{ finishReason: 'error', text: 'socket hang up' }, 'crashed'],
    [{ finishReason: 'mistake_limit', text: 'I fixed the 401.' }, 'crashed'],
    [{ finishReason: 'max_iterations', text: 'I fixed the 401.' }, 'crashed'],
    [{}, 'crashed'],
  ])('that ends with %j is a failure of class %s', (fields, failure) => {
    expect(outcomeOf(readAll(cline, lines(end(fields)))).final?.failure?.class).toBe(failure);
  });

  it('of an error after which it was lost is a failure, and one that it got over is none', () => {
    const error = event({ type: 'error', error: { message: 'invalid key' }, errorClass: 'auth' });
    expect(outcomeOf(readAll(cline, lines(error))).final?.failure?.class).toBe('unauthorized');
    const { final } = outcomeOf(
      readAll(cline, lines(error, end({ finishReason: 'completed', text: 'done' }))),
    );
    expect(final).toMatchObject({ text: 'done', failure: null });
  });

  it('of a session that a signal aborted has no result, but the words that had been streamed in pieces', () => {
    const { final, words, usage } = outcomeOf(read('aborted'));
    expect(final).toBeNull();
    expect(words).toMatch(/\nPartial answer: the file hello\.txt is written and I am now checking/);
    expect(usage.inputTokens).toBe(1200);
  });

  it('tells why a tool failed', () => {
    const output = { query: 'edit', result: '', error: 'no such file', success: false };
    const [result] = readAll(
      cline,
      lines(event({ type: 'content_end', contentType: 'tool', toolCallId: 'x', output })),
    );
    expect(result).toEqual({ kind: 'toolResult', id: 'x', ok: false, text: 'no such file' });
  });

  it('without an answer has an empty result', () => {
    const { final } = outcomeOf(
      readAll(cline, lines(end({ finishReason: 'completed', text: '' }))),
    );
    expect(final).toMatchObject({ text: '', failure: null });
  });

  it('that repeats a long text in every delta is not parsed again for each', () => {
    const text = 'lorem ipsum '.repeat(25_000);
    const pieces = Array.from({ length: 50 }, (_, i) => delta(text.slice(0, 6_000 * (i + 1))));
    const stream = lines(...pieces, event({ type: 'content_end', contentType: 'text', text }));
    expect(stream.length).toBeGreaterThan(7e6);
    const parse = jest.spyOn(JSON, 'parse');
    expect(kindsOf(readAll(cline, stream, 64 * 1024))).toEqual(['text']);
    const parsed = parse.mock.calls.filter(([text]) => text.length > 10_000);
    parse.mockRestore();
    expect(parsed.length).toBeLessThanOrEqual(1);
  });
});

describe('The transcript of cline', () => {
  const SUCCESS = '1795407891058_584ow';
  const MIDKILL = '1795406959518_2m83h';
  const CONVERSATIONS = {
    [SUCCESS]: 'conv_1795407891230_vtwu8g4',
    [MIDKILL]: 'conv_1795406959695_ko68z1q',
  };
  let home = '';
  let sessions = '';
  const place = () => ({ ...PLACE, home, cwd: '/workspace' });

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'oneshot-home-'));
    sessions = join(home, '.cline/data/sessions');
    cpSync(resolve('test/fixtures/agents/cline/sessions'), sessions, { recursive: true });
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const find = (conversation: string) => cline.transcript?.find(place(), conversation) ?? null;
  const add = (id: string, cwd: string) => {
    mkdirSync(join(sessions, id));
    writeFileSync(join(sessions, id, `${id}.json`), JSON.stringify({ cwd }));
    writeFileSync(join(sessions, id, `${id}.messages.json`), '{}');
  };

  it('of a success is finished', () => {
    const path = find(CONVERSATIONS[SUCCESS]) ?? '';
    expect(path).toContain(`/${SUCCESS}/${SUCCESS}.messages.json`);
    expect(cline.transcript?.read(path, '')).toMatchObject({
      finished: true,
      lastText: expect.stringContaining('I wrote hello.txt'),
    });
  });

  it('of a kill is not, but has what was done', () => {
    const seen = cline.transcript?.read(find(CONVERSATIONS[MIDKILL]) ?? '', '');
    expect(seen).toMatchObject({ finished: false, lastText: 'I will write the file now.' });
    expect(seen?.toolCalls[0]).toMatch(/^editor .*hello\.txt/);
  });

  it('of a refusal has no words, though the error is recorded as some', () => {
    const path = find('conv_1795443775150_x') ?? '';
    expect(cline.transcript?.read(path, '')).toEqual({
      finished: false,
      lastText: '',
      toolCalls: [],
    });
  });

  it('is that of the session which began last before the conversation, in this work tree', () => {
    add('1795407880000_older', '/workspace');
    add('1795407891100_elsew', '/elsewhere');
    add('1795407891300_later', '/workspace');
    expect(find(CONVERSATIONS[SUCCESS])).toContain(SUCCESS);
  });

  it('is none when two sessions of the work tree began together', () => {
    add('1795407891000_other', '/workspace');
    expect(find(CONVERSATIONS[SUCCESS])).toBeNull();
  });

  it.each(['conv_1795407990000_x', 'conv_x', '', '1795407891230'])(
    'is none for a conversation (%p) of which nothing is known',
    (conversation) => expect(find(conversation)).toBeNull(),
  );

  it('is none when there are no sessions', () => {
    rmSync(sessions, { recursive: true });
    expect(find(CONVERSATIONS[SUCCESS])).toBeNull();
  });
});

describe('The command line of cline', () => {
  it('ends with the prompt', () => {
    const { args, input } = cline.launch(request());
    expect(input).toBe('nothing');
    expect(args.join(' ')).toBe('--json --auto-approve true -m some/model --own argument do it');
  });

  it('keeps a prompt that begins with a dash from being an option', () => {
    expect(cline.launch(request({ prompt: '--help me' })).args.at(-1)).toBe(' --help me');
  });

  it('is refused for a prompt that is too long for an argument, with what to do', () => {
    const launch = () => cline.launch(request({ prompt: 'ä'.repeat(65_536) }));
    expect(launch).toThrow(LaunchRefusal);
    expect(launch).toThrow(/131072 bytes.*131071 bytes.*put it into a file of the work tree/s);
  });
});

const BINARY = '/opt/node_modules/@cline/cli-linux-x64/bin/cline';

it.each([
  [`${BINARY} --cline-hub-daemon --cwd /w --host 127.0.0.1 --port 25463`, true],
  ['node /usr/lib/cline/cline.mjs --cline-hub-daemon', true],
  [`${BINARY} --json --auto-approve true say cline --cline-hub-daemon --cwd`, false],
  [`${BINARY} --cline-hub-daemons`, false],
  ['/bin/bash -c run the cline --cline-hub-daemon', false],
  ['node server.js --cline-hub-daemon', false],
])('The process "%s" is a shared service of cline: %p', (commandLine, shared) => {
  expect(cline.isSharedService?.(commandLine)).toBe(shared);
});
