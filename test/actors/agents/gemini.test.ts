import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gemini } from '../../../actors/agents/gemini.ts';
import { readGeminiTranscript } from '../../../actors/agents/gemini-transcript.ts';
import { RESULT_LIMIT } from '../../../actors/bounded-answer.ts';
import { fixture, kindsOf, lines, outcomeOf, PLACE, readAll, request } from './adapter-reading.ts';

const read = (name: string) => readAll(gemini, fixture('gemini', `${name}.ndjson`));

const said = (content: string) => ({ type: 'message', role: 'assistant', content, delta: true });
const CALL = { type: 'tool_use', tool_name: 'ls', tool_id: 'ls_1', parameters: {} };
const CALLED = { type: 'tool_result', tool_id: 'ls_1', status: 'success' };
const LOOP = { type: 'error', severity: 'warning', message: 'Loop detected, stopping execution' };
const SUCCESS = { type: 'result', status: 'success', stats: {} };
const failed = (message: string) => ({
  type: 'result',
  status: 'error',
  error: { type: 'unknown', message },
});
const apiError = (code: number, message: string, status = '') =>
  `[API Error: ${JSON.stringify({ error: { code, message, status } })}]`;

describe('The stream of gemini', () => {
  it('of a success has session, words, tools, usage, and what was said after the last tool as result', () => {
    const activities = read('success');
    expect(kindsOf(activities).filter((kind) => kind !== 'text')).toEqual([
      'session',
      'toolCall',
      'toolResult',
      'usage',
      'result',
    ]);
    expect(activities[1]).toEqual({ kind: 'text', text: 'I will write the file now.' });
    expect(outcomeOf(activities)).toMatchObject({
      sessionId: '11111111-2222-4333-8444-555555555555',
      usage: { inputTokens: 2400, outputTokens: 68, costUsd: null },
      final: { text: expect.stringMatching(/^Done\. I wrote[\s\S]*```$/), failure: null },
    });
  });

  it('of a resumed session has what this run used', () => {
    expect(outcomeOf(read('resume')).usage.inputTokens).toBe(1200);
    expect(gemini.sessionTotals).toBeUndefined();
  });

  it('that waited for its API in silence is a success', () => {
    expect(outcomeOf(read('r429_once')).final?.failure).toBeNull();
  });

  it('of a refusal is a failure in plain words that say what to do, with an unknown usage', () => {
    const { final, usage } = outcomeOf(read('auth401'));
    expect(final?.failure).toMatchObject({
      class: 'unauthorized',
      message: expect.stringMatching(/^invalid x-api-key \(HTTP 401, .*GEMINI_API_KEY/),
    });
    expect(usage).toEqual({ inputTokens: null, outputTokens: null, costUsd: null });
  });

  it('of a kill has no result, but the words that had been streamed', () => {
    const { final, words } = outcomeOf(read('midkill'));
    expect(final).toBeNull();
    expect(words).toContain('Partial answer: the file hello.txt is written and I am now checking');
  });

  it.each(['tool_kill', 'hang_term', 'r429'])('of a kill (%s) has no result', (name) => {
    expect(outcomeOf(read(name)).final).toBeNull();
  });

  it.each([
    [apiError(429, 'Quota exceeded for metric', 'RESOURCE_EXHAUSTED'), 'limited'],
    [apiError(529, 'Overloaded'), 'limited'],
    [apiError(400, 'API key not valid. Please pass a valid API key.'), 'unauthorized'],
    [
      apiError(400, 'The input token count (1200000) exceeds the maximum number of tokens allowed'),
      'contextTooLong',
    ],
    [apiError(500, 'Internal error'), 'crashed'],
    ['[API Error: fetch failed]', 'crashed'],
    [
      'The model returned an empty text response. If your context window is near capacity, try using /compress.',
      'empty',
    ],
    ['', 'crashed'],
  ])('with the error %s is a failure of class %s', (message, failure) => {
    const { final } = outcomeOf(readAll(gemini, lines(said('x'), failed(message))));
    expect(final?.failure?.class).toBe(failure);
    expect(final?.failure?.message).not.toBe('');
  });

  it.each([
    ['without a word', [CALL, CALLED, LOOP]],
    ['in the middle of its words', [said('the the the'), LOOP]],
  ])('that was stopped as a loop %s has failed, whatever its result claims', (_, records) => {
    const { final } = outcomeOf(readAll(gemini, lines(...records, SUCCESS)));
    expect(final?.failure).toMatchObject({
      class: 'crashed',
      message: expect.stringContaining('Loop detected'),
    });
  });

  it.each([
    ['The model returned an empty text response. If your context window is near …', 'empty'],
    ['[API Error: You exceeded your current quota]', 'limited'],
  ])(
    'whose result has no words for its failure has those of the error before: %s',
    (message, failure) => {
      const told = { type: 'error', severity: 'error', message };
      const { final } = outcomeOf(
        readAll(gemini, lines(told, { type: 'result', status: 'error' })),
      );
      expect(final?.failure?.class).toBe(failure);
      expect(final?.failure?.message).toContain(message.slice(0, 30));
    },
  );

  it('with an error after which it went on has not failed', () => {
    const { final } = outcomeOf(readAll(gemini, lines(LOOP, said('done'), SUCCESS)));
    expect(final).toMatchObject({ text: 'done', failure: null });
  });

  it('without words after its last tool has an empty result', () => {
    const { final } = outcomeOf(readAll(gemini, lines(said('Now.'), CALL, CALLED, SUCCESS)));
    expect(final).toMatchObject({ text: '', failure: null });
  });

  it('does not take the prompt, which it repeats, for its answer', () => {
    const prompt = { type: 'message', role: 'user', content: '{"verdict":"done"}' };
    expect(kindsOf(readAll(gemini, lines(prompt)))).toEqual([]);
  });

  it('with a very long answer has the end of it, where the verdict is', () => {
    const pieces = Array.from({ length: 60 }, () => said('x'.repeat(60_000)));
    const { final } = outcomeOf(readAll(gemini, lines(...pieces, said('the end'), SUCCESS)));
    expect(final?.text).toHaveLength(RESULT_LIMIT);
    expect(final?.text).toMatch(/the end$/);
  });

  it('is read whatever records come, in whatever pieces', () => {
    const type = fc.constantFrom('message', 'tool_use', 'tool_result', 'error', 'result', 'x');
    const record = fc.record({
      type,
      role: fc.constantFrom('assistant', 'user'),
      content: fc.jsonValue(),
      stats: fc.jsonValue(),
      error: fc.jsonValue(),
    });
    fc.assert(fc.property(record, (value) => void readAll(gemini, lines(value), 7)));
  });
});

describe('The exit code of gemini', () => {
  it.each([
    [145, 'unauthorized', /HTTP 401.*GEMINI_API_KEY/],
    [41, 'unauthorized', /not logged in.*It said: set an Auth method$/],
    [173, 'limited', /HTTP 429/],
    [17, 'limited', /HTTP 529/],
    [247, 'limited', /HTTP 503/],
    [147, 'unauthorized', /HTTP 403/],
  ])('%p without a result is a failure of class %s', (code, failure, message) => {
    expect(gemini.failureOfExit?.(code, 'noise\nset an Auth method\n')).toEqual({
      class: failure,
      message: expect.stringMatching(message),
      resumeAt: null,
    });
  });

  it.each([0, 1, 42, 137, 244])('%p says no more than that it failed', (code) => {
    expect(gemini.failureOfExit?.(code, '')).toBeNull();
  });
});

describe('The transcript of gemini', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'oneshot-home-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));
  const transcript = (name: string) => fixture('gemini', `${name}.transcript.jsonl`).toString();

  it('has what was said and done, each once though it was written again', () => {
    const seen = readGeminiTranscript(`${transcript('midkill')}{"torn":`);
    expect(seen.lastText).toBe('I will write the file now.');
    expect(seen.toolCalls).toEqual([expect.stringMatching(/^write_file .*hello\.txt/)]);
    expect(readGeminiTranscript(transcript('success')).lastText).toMatch(/^Done\. I wrote/);
  });

  it('has nothing of what was taken back', () => {
    const written = { id: 'b', type: 'gemini', content: 'No.', toolCalls: [{ name: 'rm' }] };
    const records = [{ id: 'a', type: 'gemini', content: 'Yes.' }, written, { $rewindTo: 'b' }];
    const seen = readGeminiTranscript(lines(...records).toString());
    expect(seen).toEqual({ finished: false, lastText: 'Yes.', toolCalls: [] });
    const all = lines(...records, { $rewindTo: 'other' }).toString();
    expect(readGeminiTranscript(all).lastText).toBe('');
  });

  it('is not finished at a message whose call of a tool is not written yet', () => {
    const records = transcript('success').split('\n');
    const first = records.findIndex((line) => line.includes('"type":"gemini"'));
    expect(records[first]).not.toContain('toolCalls');
    const seen = readGeminiTranscript(records.slice(0, first + 1).join('\n'));
    expect(seen).toEqual({
      finished: false,
      lastText: 'I will write the file now.',
      toolCalls: [],
    });
  });

  it('lies in the project of the work tree, by the beginning of the id', () => {
    const id = '11111111-2222-4333-8444-555555555555';
    const place = { ...PLACE, home };
    const chats = join(home, '.gemini/tmp/app/chats');
    mkdirSync(chats, { recursive: true });
    const path = join(chats, 'session-2026-11-23T04-24-11111111.jsonl');
    writeFileSync(path, '');
    writeFileSync(join(chats, 'session-2026-11-23T04-25-22222222.jsonl'), '');
    expect(gemini.transcript?.find(place, id)).toBeNull();
    const projects = { [PLACE.cwd]: 'app' };
    writeFileSync(join(home, '.gemini/projects.json'), JSON.stringify({ projects }));
    expect(gemini.transcript?.find(place, id)).toBe(path);
    expect(gemini.transcript?.find({ ...place, cwd: '/other' }, id)).toBeNull();
    const environment = { GEMINI_CLI_HOME: home };
    expect(gemini.transcript?.find({ ...PLACE, environment }, id)).toBe(path);
  });
});

describe('The command line of gemini', () => {
  it('takes the prompt from standard input, gives the session, and is one process', () => {
    const { args, input, sessionId, environment } = gemini.launch(request());
    expect({ input, sessionId, environment }).toEqual({
      input: 'prompt',
      sessionId: 'fresh',
      environment: { GEMINI_CLI_NO_RELAUNCH: 'true' },
    });
    expect(args.join(' ')).toBe(
      '-o stream-json --yolo --skip-trust -m some/model --session-id fresh --own argument',
    );
  });

  it('goes on with a session that was cut short', () => {
    const { args, sessionId } = gemini.launch(request({ resume: 'earlier' }));
    expect(args.join(' ')).toContain('--resume earlier');
    expect(args).not.toContain('--session-id');
    expect(sessionId).toBe('earlier');
  });
});
