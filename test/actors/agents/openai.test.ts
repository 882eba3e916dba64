import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { AgentSettings, LaunchRequest } from '../../../actors/agents/adapter.ts';
import { openai } from '../../../actors/agents/openai.ts';
import { type Place, place } from '../../oneshot-process.ts';
import {
  answerStream,
  answers,
  endpoint,
  type Reply,
  refuses,
  streamed,
} from './openai/endpoint.ts';

const settings: AgentSettings = { model: 'm', command: null, output: 'auto', args: [] };
const DONE = '{"verdict":"done","feedback":"all is well","findings":[]}';

describe('The agent openai', () => {
  const request = (given: Partial<AgentSettings>, environment = {}): LaunchRequest => ({
    role: 'auditor',
    prompt: 'p',
    promptFile: '/p',
    sessionId: 'id',
    resume: null,
    file: (name) => `/${name}`,
    settings: { ...settings, ...given },
    place: { home: '/', cwd: '/', isRoot: false, environment },
  });
  const optionsOf = (...given: Parameters<typeof request>) =>
    JSON.parse(openai.launch(request(...given)).args[1] ?? '');

  it('gets its prompt by standard input and no secret as an argument', () => {
    const launch = openai.launch(request({}, { OPENAI_API_KEY: 'sk-secret' }));
    expect(launch.input).toBe('prompt');
    expect(JSON.stringify(launch)).not.toContain('sk-secret');
  });

  it.each([
    [{ baseUrl: 'http://a/v1' }, { OPENAI_BASE_URL: 'http://b/v1' }, 'http://a/v1'],
    [{ baseUrl: null }, { OPENAI_BASE_URL: 'http://b/v1' }, 'http://b/v1'],
    [{}, { OPENAI_BASE_URL: '' }, 'https://api.openai.com/v1'],
    [{}, {}, 'https://api.openai.com/v1'],
  ])('with %j and %j asks at %s', (given, environment, url) => {
    expect(optionsOf(given, environment).baseUrl).toBe(url);
  });

  it('gives further arguments to the request', () => {
    const args = ['temperature=0.2', 'reasoning_effort=low', 'stop=["a"]', 'user=a=b'];
    expect(optionsOf({ args }).parameters).toEqual({
      temperature: 0.2,
      reasoning_effort: 'low',
      stop: ['a'],
      user: 'a=b',
    });
  });

  it.each([
    [{ model: null }, 'a model'],
    [{ args: ['--verbose'] }, '"--verbose" is none'],
  ])('says what %j lacks', (given, lack) => {
    expect(openai.lacks?.({ ...settings, ...given })).toContain(lack);
  });
});

describe('A run with openai', () => {
  const flags = (url: string) => [
    '--agent',
    'openai',
    '--base-url',
    url,
    '--worker-model',
    'm',
    '--auditor-model',
    'm',
  ];
  const run = (at: Place, url: string, ...more: string[]) =>
    at.oneshot(['say hello', ...flags(url), ...more], {
      env: { OPENAI_API_KEY: 'sk-0123456789abcdef' },
    });

  /** What the worker gets, and what the auditor: told apart by what is asked for. */
  const byRole =
    (worker: Reply, auditor: Reply): Reply =>
    (response, seen) =>
      (seen.body.response_format ? auditor : worker)(response, seen);

  it('is completed by two answers, with usage, and its key is in no file', async () => {
    const at = place();
    const { url, seen } = await endpoint(byRole(answers('Hello!'), answers(DONE)));
    const { code, out } = await run(at, url);
    expect(code).toBe(0);
    expect(out).toContain('Hello!');
    expect(seen.map(({ key }) => key)).toEqual(Array(2).fill('Bearer sk-0123456789abcdef'));
    expect((await at.show()).usage).toMatchObject({ inputTokens: 22, outputTokens: 14 });
    for (const file of readdirSync(at.path, { recursive: true, withFileTypes: true })) {
      const text = file.isFile() ? readFileSync(join(file.parentPath, file.name), 'utf8') : '';
      expect(text).not.toContain('sk-0123456789abcdef');
    }
  });

  it('goes to an endpoint of its own for each role', async () => {
    const at = place();
    const worker = await endpoint(answers('Hello!'));
    const auditor = await endpoint(answers(DONE));
    const { code } = await run(
      at,
      'http://127.0.0.1:9/v1',
      '--worker-base-url',
      worker.url,
      '--auditor-base-url',
      auditor.url,
    );
    expect([code, worker.seen.length, auditor.seen.length]).toEqual([0, 1, 1]);
  });

  it('ends at once when the key is refused', async () => {
    const at = place();
    const { url, seen } = await endpoint(refuses(401, { message: 'Incorrect API key provided' }));
    const { err, out } = await run(at, url);
    expect(`${out}${err}`).toContain('Set OPENAI_API_KEY');
    expect(at.snapshot().state).toBe('failed');
    expect(seen).toHaveLength(1);
  });

  it('comes to rest at a limit that lasts, and knows its end', async () => {
    const at = place();
    const { url } = await endpoint(refuses(429, { message: 'quota' }, { 'retry-after': '7200' }));
    const before = Date.now();
    const { code } = await run(at, url, '--on-limit', 'stop');
    expect(code).toBe(75);
    const { context } = at.snapshot().snapshot as unknown as { context: { resumeAt: number } };
    expect(context.resumeAt).toBeGreaterThan(before + 7_000_000);
  });

  it('stops a request that hangs when it shows no life', async () => {
    const at = place();
    const { url } = await endpoint(() => undefined);
    await run(at, url, '--inactivity-timeout', '1s', '--worker-attempts', '1');
    expect(at.snapshot().history.map(({ reason }) => reason)).toContain('inactivity');
    expect(at.snapshot().state).toBe('failed');
  });

  it('shows its life also when the clock is set back', async () => {
    const at = place();
    const signOfJump = join(at.path, 'jump');
    const thinks: Reply = async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      writeFileSync(signOfJump, '');
      // Longer than the inactivity timeout.
      for (let left = 40; left > 0; left -= 1) {
        response.write(': alive\n\n');
        await delay(100);
      }
      response.end(answerStream('Hello!'));
    };
    const { url } = await endpoint(byRole(thinks, answers(DONE)));
    const { ended } = at.start(['say hello', ...flags(url), '--inactivity-timeout', '3s'], {
      env: {
        OPENAI_API_KEY: 'sk-0123456789abcdef',
        NODE_OPTIONS: `--require ${resolve('test/fixtures/processes/jumping-clock.cjs')}`,
        FAULTS_JUMP: signOfJump,
        FAULTS_JUMP_MS: '-36000000',
      },
    });
    expect((await ended).code).toBe(0);
    expect((await at.show()).attempts).toHaveLength(2);
  });

  it('goes on with what a worker said before it was cut off at the limit of tokens', async () => {
    const at = place();
    const worker: Reply = (response, seen) =>
      seen.body.messages[0].content.includes('I have thought')
        ? answers('Now it is said.')(response, seen)
        : streamed(answerStream('I have thought', { finish: 'length' }))(response, seen);
    const { url } = await endpoint(byRole(worker, answers(DONE)));
    expect((await run(at, url)).code).toBe(0);
    expect(at.snapshot().history.map(({ reason }) => reason)).toContain('partial');
  });

  it.each([
    [['--agent', 'openai'], 'needs a model'],
    [['--agent', 'openai', '--base-url', 'localhost:11434'], 'must be a URL'],
    [
      ['--agent', 'openai', '--worker-model', 'm', '--auditor-model', 'm', '--', '--fast'],
      '"--fast" is none',
    ],
  ])('is refused before it begins with %j', async (given, said) => {
    const at = place();
    const { code, err } = await at.oneshot(['say hello', ...given]);
    expect(code).not.toBe(0);
    expect(err).toContain(said);
    expect(at.runs()).toEqual([]);
  });
});
