import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { VERDICT_SCHEMA } from '../../machines/prompts.ts';
import { isAlive, type Place, place, SAY_DONE, until } from '../oneshot-process.ts';

/** A run whose worker is a stand-in for an agent that plays a recording, and whose auditor is content with everything. */
function run(
  at: Place,
  agent: string,
  recording: string,
  more: Record<string, string> = {},
  iterations = '1',
) {
  const judge = at.write('judge.sh', `#!/bin/sh\n${SAY_DONE}\n`);
  const args = ['write it', '--worker-agent', agent, '--worker-attempts', '1'];
  return at.oneshot([...args, '--auditor-agent-command', judge, '--max-iterations', iterations], {
    env: {
      PATH: `${resolve('test/fixtures/agents', agent)}:${process.env.PATH}`,
      RECORDING: recording,
      ...more,
    },
  });
}

describe('A run with a recorded agent', () => {
  it.each([
    ['codex', 'success.ndjson', 2400, null],
    ['gemini', 'success.ndjson', 2400, null],
    ['opencode', 'success.ndjson', 2400, 0.002336],
    ['cline', 'success.ndjson', 2400, null],
    ['qwen', 'success.ndjson', 2400, null],
    ['pi', 'success.ndjson', 2400, 0.002336],
    ['aider', 'success.txt', 3112, 0.0121],
  ])('(%s, %s) is completed with its usage', async (agent, recording, inputTokens, costUsd) => {
    const at = place();
    const { code, out } = await run(at, agent, recording);
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('I wrote hello.txt'),
    });
    const [worker] = (await at.show()).attempts;
    expect(worker).toMatchObject({ agent, usage: { inputTokens }, end: { class: 'clean' } });
    if (costUsd === null) expect(worker?.usage.costUsd).toBeNull();
    else expect(worker?.usage.costUsd).toBeCloseTo(costUsd, 6);
  });

  it.each([
    ['codex', 'auth401.ndjson', '1', 'codex login'],
    ['gemini', 'auth401.ndjson', '145', 'GEMINI_API_KEY'],
    ['gemini', 'hang_term.ndjson', '145', 'HTTP 401'],
    ['gemini', '../aider/none', '41', 'not logged in'],
    ['opencode', 'auth401.ndjson', '1', 'opencode auth login'],
    ['cline', 'auth401.ndjson', '1', 'cline auth'],
    ['qwen', 'auth401.ndjson', '1', '/auth'],
    ['pi', 'auth401.ndjson', '0', '/login'],
    ['aider', 'auth401.txt', '0', 'ANTHROPIC_API_KEY'],
  ])(
    '(%s, %s) whose key is refused fails at once, whatever the exit code (%s)',
    async (agent, recording, exit, advice) => {
      const at = place();
      const { code, err } = await run(at, agent, recording, { RECORDED_EXIT: exit });
      expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining(advice) });
      expect(at.snapshot()).toMatchObject({ state: 'failed', reason: 'unauthorized' });
      expect((await at.show()).attempts).toHaveLength(1);
    },
  );

  it.each([
    ['cline', 'hang_term.ndjson', 'exits with 0 after a SIGINT and says nothing'],
    ['codex', '../aider/none', 'says nothing at all'],
    ['gemini', 'hang_term.ndjson', 'exits with 0 after a SIGTERM and says nothing'],
    ['pi', '../aider/none', 'says nothing at all'],
    ['opencode', '../aider/none', 'says nothing at all'],
  ])('(%s, %s) that %s has not done its task', async (agent, recording) => {
    const at = place();
    await run(at, agent, recording);
    const { state, attempts } = await at.show();
    expect({ state, end: attempts[0]?.end }).toMatchObject({
      state: 'failed',
      end: { class: 'empty' },
    });
  });
});

describe('An auditor that takes the form of its answer from a file', () => {
  it('has that file in its attempt', async () => {
    const at = place();
    const args = ['write it', '--worker-agent-command', at.write('work.sh', '#!/bin/sh\necho x\n')];
    await at.oneshot([...args, '--auditor-agent', 'codex', '--max-iterations', '1'], {
      env: {
        PATH: `${resolve('test/fixtures/agents/codex')}:${process.env.PATH}`,
        RECORDING: 'schema.ndjson',
      },
    });
    const folder = join(at.runs()[0] ?? '', 'attempts/0002-auditor');
    const { argv } = JSON.parse(readFileSync(join(folder, 'command.json'), 'utf8'));
    const path = argv[argv.indexOf('--output-schema') + 1];
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(VERDICT_SCHEMA);
  });
});

describe('An agent that was killed in the middle of an answer', () => {
  const SESSION = '01a20692-402a-7387-b5f5-c9be2096a9db';

  it('leaves what its transcript has and what only its stream had, and goes on with its session', async () => {
    const at = place();
    const sessions = join(at.path, '.pi/agent/sessions', `-${at.path.replaceAll('/', '-')}--`);
    mkdirSync(sessions, { recursive: true });
    const transcript = resolve('test/fixtures/agents/pi/midkill.transcript.jsonl');
    copyFileSync(transcript, join(sessions, `2026-11-23_${SESSION}.jsonl`));
    await run(at, 'pi', 'midkill.ndjson', { RECORDED_SIGNAL: 'KILL' }, '2');
    const attempts = join(at.runs()[0] ?? '', 'attempts');
    const salvage = readFileSync(join(attempts, '0001-worker/salvage.md'), 'utf8');
    expect(salvage).toContain('I will write the file now.\nPartial answer: the file hello.txt is');
    const { argv } = JSON.parse(readFileSync(join(attempts, '0002-worker/command.json'), 'utf8'));
    expect(argv.join(' ')).toBe(`pi --mode json -p --session ${SESSION}`);
  });
});

describe('A service that an agent shares between its sessions', () => {
  it('outlives the run and is told of', async () => {
    const at = place();
    const { code, err } = await run(at, 'cline', 'success.ndjson');
    expect(code).toBe(0);
    const pid = Number(at.read('hub.pid'));
    expect(isAlive(pid)).toBe(true);
    expect(err).toContain(`Left running: ${pid} cline, which cline shares with others`);
    expect((await at.oneshot(['show'])).out).toContain(`Left running: ${pid} cline`);
  });

  it('is no obstacle to the end of an agent that is stopped', async () => {
    const at = place();
    const env = { PATH: `${resolve('test/fixtures/agents/cline')}:${process.env.PATH}` };
    const started = at.start(['write it', '--agent', 'cline'], {
      env: { ...env, RECORDING: 'hang' },
    });
    await until('the service runs', () => at.exists('hub.pid') && at.read('hub.pid') !== '');
    await at.oneshot(['stop']);
    expect((await started.ended).code).toBe(143);
    expect(isAlive(Number(at.read('hub.pid')))).toBe(true);
  });
});
