import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LaunchRequest } from '../../../actors/agents/adapter.ts';
import { claude } from '../../../actors/agents/claude.ts';
import { readClaudeTranscript } from '../../../actors/agents/claude-transcript.ts';
import type { Activity } from '../../../machines/activity.ts';
import { NO_OUTCOME, withActivity } from '../../../machines/outcome.ts';
import { place } from '../../oneshot-process.ts';

const FIXTURES = resolve('test/fixtures/agents/claude');
const fixture = (name: string) => readFileSync(resolve(FIXTURES, name));
const settings = { model: null, command: null, output: 'auto', args: [] } as const;

function read(bytes: Buffer): Activity[] {
  const activities: Activity[] = [];
  const sink = { emit: (activity: Activity) => void activities.push(activity) };
  const reader = claude.reader(sink, settings);
  reader.push(bytes, 0);
  reader.end();
  return activities;
}

const outcomeOf = (activities: Activity[]) => activities.reduce(withActivity, NO_OUTCOME);
const result = (fields: object) =>
  Buffer.from(`${JSON.stringify({ session_id: 's', ...fields, type: 'result' })}\n`);

describe('The stream of claude', () => {
  it('of a success has session, words, tools, usage and result', () => {
    const activities = read(fixture('success.ndjson'));
    expect(activities.map(({ kind }) => kind)).toEqual([
      'session',
      'text',
      'toolCall',
      'toolResult',
      'text',
      'usage',
      'result',
    ]);
    expect(outcomeOf(activities)).toMatchObject({
      sessionId: '11111111-2222-4333-8444-555555555555',
      usage: { inputTokens: 2600, outputTokens: 68, costUsd: 0.00828 },
      final: { failure: null },
    });
  });

  it('of an answer by schema has it typed', () => {
    expect(outcomeOf(read(fixture('schema.ndjson'))).final?.structured).toMatchObject({
      verdict: expect.any(String),
    });
  });

  it('tells when it waits for its API, and goes on', () => {
    const activities = read(fixture('r429_once.ndjson'));
    expect(activities.find(({ kind }) => kind === 'retry')).toMatchObject({
      delayMs: expect.any(Number),
    });
    expect(outcomeOf(activities).final?.failure).toBeNull();
  });

  it('of a key that is refused again and again is a failure, with what to do, before it gives up', () => {
    const { final } = outcomeOf(read(fixture('auth401.ndjson')));
    expect(final?.failure).toMatchObject({
      class: 'unauthorized',
      message: expect.stringMatching(/authentication_failed \(HTTP 401\)\. Log in with/),
    });
  });

  it.each([
    [[401, 401], null],
    [[401, 401, 529, 401, 401], null],
    [[403, 403, 403], 'unauthorized'],
    [[401, 403, 401, 200], 'unauthorized'],
    [[429, 429, 429, 429, 529, 529, 529], null],
  ])('of retries after %j has failed as %s', (statuses, failure) => {
    const retries = statuses.map((error_status) => {
      const retry = { type: 'system', subtype: 'api_retry', error_status, error: 'e' };
      return `${JSON.stringify(retry)}\n`;
    });
    const { final } = outcomeOf(read(Buffer.from(retries.join(''))));
    expect(final?.failure?.class ?? null).toBe(failure);
  });

  it('of a success after refusals is one', () => {
    const late = result({ is_error: false, result: 'Done.' });
    const { final } = outcomeOf(read(Buffer.concat([fixture('auth401.ndjson'), late])));
    expect(final).toMatchObject({ text: 'Done.', failure: null });
  });

  it.each([
    [
      { subtype: 'success', is_error: true, result: 'API Error: 401 Invalid API key' },
      'unauthorized',
    ],
    [{ subtype: 'success', is_error: true, result: 'Prompt is too long' }, 'contextTooLong'],
    [
      { subtype: 'success', is_error: true, result: 'x', terminal_reason: 'prompt_too_long' },
      'contextTooLong',
    ],
    [{ subtype: 'success', is_error: true, result: 'API Error: 429 rate_limit' }, 'limited'],
    [{ subtype: 'success', is_error: true, result: 'API Error: 529 Overloaded' }, 'limited'],
    [{ subtype: 'success', is_error: true, result: "You've hit your session limit" }, 'limited'],
    [{ subtype: 'success', is_error: true, result: 'API Error: 503 upstream' }, 'limited'],
    [{ subtype: 'success', is_error: true, result: 'API Error: 403 Forbidden' }, 'unauthorized'],
    [{ subtype: 'success', is_error: true, result: 'x', api_error_status: 429 }, 'limited'],
    [{ subtype: 'error_during_execution', is_error: true }, 'crashed'],
  ])('with %j is a failure of class %s', (fields, failure) => {
    expect(outcomeOf(read(result(fields))).final?.failure?.class).toBe(failure);
  });

  it('of a refusal says what to do', () => {
    const refused = { is_error: true, result: 'Invalid API key' };
    expect(outcomeOf(read(result(refused))).final?.failure?.message).toMatch(
      /key\. Log in with .*\/login/,
    );
  });

  it('has no work in what claude itself says in the place of its model', () => {
    const content = [{ type: 'text', text: 'API Error: 529 Overloaded' }];
    const notice = { type: 'assistant', message: { model: '<synthetic>', content } };
    const activities = read(Buffer.from(`${JSON.stringify(notice)}\n`));
    expect(activities).toEqual([{ kind: 'error', message: 'API Error: 529 Overloaded' }]);
  });

  it('that talks about errors in a success is none', () => {
    expect(
      outcomeOf(read(result({ is_error: false, result: 'I mended the 401 and the 429.' }))).final
        ?.failure,
    ).toBeNull();
  });

  it('is read whatever records come', () => {
    const type = fc.constantFrom('assistant', 'user', 'system', 'result', 'other');
    const record = fc.record({
      type,
      message: fc.jsonValue(),
      usage: fc.jsonValue(),
      errors: fc.jsonValue(),
    });
    fc.assert(
      fc.property(record, (value) => void read(Buffer.from(`${JSON.stringify(value)}\n{broken\n`))),
    );
  });
});

describe('The transcript of claude', () => {
  it('of a success is finished', () => {
    const seen = readClaudeTranscript(fixture('success.transcript.jsonl').toString());
    expect(seen).toMatchObject({
      finished: true,
      lastText: expect.stringContaining('I wrote hello.txt'),
    });
  });

  it('of a kill is not, but has what was done', () => {
    const seen = readClaudeTranscript(`${fixture('midkill.transcript.jsonl')}{"torn":`);
    expect(seen).toMatchObject({ finished: false, lastText: 'I will write the file now.' });
    expect(seen.toolCalls[0]).toContain('Write');
  });

  it('of a refused question has nothing that the model said', () => {
    const seen = readClaudeTranscript(fixture('too_long.transcript.jsonl').toString());
    expect(seen).toEqual({ finished: false, lastText: '', toolCalls: [] });
  });

  it('lies where the work tree says', () => {
    const where = { home: '/home/me', cwd: '/src/my.app', isRoot: false, environment: {} };
    expect(claude.transcript?.find(where, 'id')).toBe(
      '/home/me/.claude/projects/-src-my-app/id.jsonl',
    );
    const environment = { CLAUDE_CONFIG_DIR: '/work/claude' };
    expect(claude.transcript?.find({ ...where, environment }, 'id')).toBe(
      '/work/claude/projects/-src-my-app/id.jsonl',
    );
  });
});

describe('The command line of claude', () => {
  const request = (role: 'worker' | 'auditor', resume: string | null = null): LaunchRequest => ({
    role,
    prompt: 'p',
    promptFile: '/p',
    sessionId: 'id',
    resume,
    file: (name) => `/${name}`,
    settings: { ...settings, model: 'opus', args: ['--max-turns', '3'] },
    place: { home: '/', cwd: '/', isRoot: false, environment: {} },
  });

  it("takes the prompt from standard input, gives the session, and ends with the user's own arguments", () => {
    const { args, input, sessionId } = claude.launch(request('worker'));
    expect({ input, sessionId }).toEqual({ input: 'prompt', sessionId: 'id' });
    expect(args.join(' ')).toMatch(/--verbose .*--model opus --session-id id --max-turns 3$/);
  });

  it('goes on with a session that was cut short', () => {
    const { args, sessionId } = claude.launch(request('worker', 'earlier'));
    expect(args.join(' ')).toContain('--resume earlier');
    expect(args).not.toContain('--session-id');
    expect(sessionId).toBe('earlier');
  });

  it('asks an auditor for a typed verdict', () => {
    expect(claude.launch(request('auditor')).args).toContain('--json-schema');
  });

  it.each([
    [true, {}, true],
    [true, { IS_SANDBOX: '1' }, false],
    [false, {}, false],
  ])('as root (%s) with %j is refused: %s', (isRoot, environment, refused) => {
    const obstacle = claude.preflight?.({ home: '/', cwd: '/', isRoot, environment });
    expect(obstacle !== null).toBe(refused);
  });
});

describe('A run with claude', () => {
  const env = (more: Record<string, string>) => ({
    PATH: `${FIXTURES}:${process.env.PATH}`,
    IS_SANDBOX: '1',
    ...more,
  });

  it('is completed by its typed verdict, with usage and session', async () => {
    const at = place();
    const { code, out } = await at.oneshot(['write it', '--agent', 'claude'], {
      env: env({ RECORDING: 'success' }),
    });
    expect(code).toBe(0);
    expect(out).toContain('I wrote hello.txt');
    const { usage, attempts } = await at.show();
    expect(usage).toEqual({ inputTokens: 5200, outputTokens: 136, costUsd: 0.01656 });
    expect(attempts[0]).toMatchObject({
      agent: 'claude',
      sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('takes the first installed agent when none was chosen', async () => {
    const at = place();
    expect((await at.oneshot(['write it'], { env: env({ RECORDING: 'success' }) })).code).toBe(0);
  });

  it('is salvaged from the transcript when claude finished there and died before it said so', async () => {
    const at = place();
    const recorded = env({ RECORDING: 'midkill', TRANSCRIPT: 'success.transcript.jsonl' });
    const { code } = await at.oneshot(['write it', '--agent', 'claude'], { env: recorded });
    expect(code).toBe(0);
    expect(at.snapshot().history.map(({ state }) => state)).toContain('recoveryPending');
    expect(at.snapshot().iteration).toBe(1);
  });

  it('goes on with what the transcript shows when claude was killed in the middle', async () => {
    const at = place();
    const recorded = env({ RECORDING: 'midkill', TRANSCRIPT: 'midkill.transcript.jsonl' });
    const { code } = await at.oneshot(['write it', '--agent', 'claude', '--max-iterations', '1'], {
      env: recorded,
    });
    expect(code).toBe(4);
    expect(at.snapshot()).toMatchObject({ state: 'failed', reason: 'maxIterations' });
  });
});
