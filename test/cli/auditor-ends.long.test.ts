/** The ends that a worker may come to, for the auditor: none of them is a verdict that was not given. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { findTree } from '../../actors/process-tree.ts';
import { isAlive, type Place, place, SAY_DONE, scriptAgent } from '../oneshot-process.ts';

const CONFIG = JSON.stringify({ retryPause: '50ms', killGrace: '300ms', resultGrace: '300ms' });
const WORKER = 'cat >/dev/null; echo did it';

/** A run whose auditor does `once`, and when it is asked again says done. */
async function auditedBy(once: string, ...options: string[]) {
  const at = place();
  at.write('quick.json', CONFIG);
  const auditor = `if [ -e asked ]; then ${SAY_DONE}; else touch asked; ${once}; fi`;
  const agent = scriptAgent(at, WORKER, auditor);
  const quick = ['--config', 'quick.json', '--inactivity-timeout', '1s', ...options];
  const { code } = await at.oneshot(['do it', ...quick, ...agent]);
  const { attempts } = await at.show();
  return { at, code, first: attempts[1]?.end, count: attempts.length };
}

describe('An auditor that', () => {
  it.each([
    ['exits with 0 and says nothing', 'cat >/dev/null', { class: 'empty', exitCode: 0 }],
    ['exits with 3 after its verdict was never given', 'exit 3', { class: 'crashed', exitCode: 3 }],
    ['is killed by a signal', 'kill -9 $$', { class: 'crashed', signal: 'SIGKILL' }],
    ['hangs in silence', 'sleep 60', { reason: 'inactivity', class: 'stopped' }],
    ['hangs after a line', 'echo let me see; sleep 60', { reason: 'inactivity', class: 'stopped' }],
    ['ignores SIGTERM while it hangs', "trap '' TERM; sleep 60", { reason: 'inactivity' }],
    ['says done and exits with 3', 'echo "Verdict: DONE"; exit 3', { class: 'crashed' }],
  ])('%s is asked again, and nothing else is judged meanwhile', async (_, once, end) => {
    const { code, first, count } = await auditedBy(once);
    expect({ code, count }).toEqual({ code: 0, count: 3 });
    expect(first).toMatchObject(end);
  });

  it.each([
    ['prints a byte now and then', '1s', 'for i in 1 2 3 4 5; do printf .; sleep 0.3; done; echo'],
    ['prints invalid UTF-8', '10s', "printf '\\377\\376 bad \\n'"],
    ['prints a line of 20 MB', '10s', "head -c 20000000 /dev/zero | tr '\\0' x; echo"],
    ['pretty-prints JSON before', '10s', 'echo "{"; echo "  \\"note\\": 1"; echo "}"'],
  ])('%s and then says done is heard', async (_, inactivity, once) => {
    const options = ['--inactivity-timeout', inactivity];
    const { code, count, first } = await auditedBy(`${once}; ${SAY_DONE}`, ...options);
    expect({ code, count }).toEqual({ code: 0, count: 2 });
    expect(first).toMatchObject({ reason: 'exited', class: 'clean' });
  });

  it('gives 300 KB of reasons has the next worker told where all of them are', async () => {
    const at = place();
    const reasons = 'x'.repeat(300_000);
    at.write('reasons', `${reasons}\n\nVerdict: RETRY\n`);
    const worker = 'if [ -e asked ]; then cat >prompt; else cat >/dev/null; fi; echo did it';
    const auditor = `cat >/dev/null; if [ -e asked ]; then ${SAY_DONE}; else touch asked; cat reasons; fi`;
    expect((await at.oneshot(['do it', ...scriptAgent(at, worker, auditor)])).code).toBe(0);
    const file = /the whole text is in (\S+)/.exec(at.read('prompt'))?.[1] ?? '';
    expect(readFileSync(file, 'utf8').includes(reasons)).toBe(true);
  });

  it.each([
    ['in its group', 'sleep 60 >/dev/null & echo $! >child'],
    ['in a session of their own', "setsid sh -c 'echo $$ >child; exec sleep 60' >/dev/null &"],
    ['that hold its output open', 'sleep 60 & echo $! >child'],
  ])('leaves processes behind %s is judged, and they end', async (_, leave) => {
    const { at, code, count } = await auditedBy(
      `${leave} sleep 0.1; ${SAY_DONE}`,
      ...['--inactivity-timeout', '10s'],
    );
    expect({ code, count }).toEqual({ code: 0, count: 2 });
    expect(isAlive(Number(at.read('child')))).toBe(false);
    expect(leftOf(at)).toBe(0);
  });

  it('cannot be started any more ends the run: agentNotFound', async () => {
    const at = place();
    const agent = scriptAgent(at, `${WORKER}; rm agent.sh`);
    expect((await at.oneshot(['do it', ...agent])).code).toBe(1);
    expect(await at.show()).toMatchObject({ state: 'failed', reason: 'agentNotFound' });
  });

  it('is not executable any more ends the run: agentNotFound', async () => {
    const at = place();
    const agent = scriptAgent(at, `${WORKER}; chmod -x agent.sh`);
    expect((await at.oneshot(['do it', ...agent])).code).toBe(1);
    expect((await at.show()).message).toContain('is not executable');
  });

  it('runs into the attempt timeout is stopped there, whatever it prints', async () => {
    const { code, first } = await auditedBy(
      'while :; do echo on; sleep 0.05; done',
      '--attempt-timeout',
      '1s',
    );
    expect(code).toBe(0);
    expect(first).toMatchObject({ reason: 'attemptCeiling', class: 'stopped' });
  });
});

function leftOf(at: Place): number {
  const id = at.runs().at(-1)?.split('/').at(-1) ?? '';
  return findTree({ pid: null, environment: { ONESHOT_RUN: id } }).length;
}
