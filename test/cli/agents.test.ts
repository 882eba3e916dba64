import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isAlive, type Place, place, SAY_DONE, until } from '../oneshot-process.ts';

/** A run whose worker is a stand-in for an agent that plays a recording, and whose auditor is content with everything. */
function run(at: Place, agent: string, recording: string, more: Record<string, string> = {}) {
  const judge = at.write('judge.sh', `#!/bin/sh\n${SAY_DONE}\n`);
  const args = ['write it', '--worker-agent', agent, '--worker-attempts', '1'];
  return at.oneshot([...args, '--auditor-agent-command', judge, '--max-iterations', '1'], {
    env: {
      PATH: `${resolve('test/fixtures/agents', agent)}:${process.env.PATH}`,
      RECORDING: recording,
      ...more,
    },
  });
}

describe('A run with a recorded agent', () => {
  it.each([
    ['opencode', 'success.ndjson', 2400, 0.002336],
    ['cline', 'success.ndjson', 2400, null],
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
    ['opencode', 'auth401.ndjson', '1', 'opencode auth login'],
    ['cline', 'auth401.ndjson', '1', 'cline auth'],
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
