import { readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type Place, place, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';

/** Waits without a sign of life until it is told to end: then there is nothing but its silence to judge by. */
const WAITING = 'cat >/dev/null; mkfifo go; echo begun; echo $$ >pid; read go <go; echo did it';

const hasText = (at: Place, name: string) => at.exists(name) && at.read(name) !== '';

/** Environment in which oneshot's wall clock is off by so many ms as soon as the file `jump` is there. */
const jumpingClock = (at: Place, ms: number) => ({
  NODE_OPTIONS: `--require ${resolve('test/fixtures/processes/jumping-clock.cjs')}`,
  FAULTS_JUMP: `${at.path}/jump`,
  FAULTS_JUMP_MS: `${ms}`,
});

describe('A machine that sleeps', () => {
  it('takes nobody for silent on waking, however long it slept', async () => {
    const at = place();
    const args = ['do it', '--inactivity-timeout', '2s', ...scriptAgent(at, WAITING, SAY_DONE)];
    const run = at.start(args);
    await until('the worker is at work', () => hasText(at, 'pid'));
    process.kill(run.pid, 'SIGSTOP');
    // The sleep itself: longer than the timeout.
    await delay(2_500);
    process.kill(run.pid, 'SIGCONT');
    // Whoever takes the sleep for silence has ended the worker by now.
    await delay(250);
    await at.shell('[ -p go ] && echo >go');
    expect((await run.ended).code).toBe(0);
    const { attempts } = await at.show();
    expect(attempts.map(({ role }) => role)).toEqual(['worker', 'auditor']);
  });
});

describe('A check that sleeps with its machine', () => {
  it('is not stopped for the time that it slept', async () => {
    const at = place();
    const check = { command: 'mkfifo go; echo $$ >pid; read go <go', timeout: '2s' };
    at.write('oneshot.config.json', JSON.stringify({ checks: [check] }));
    const run = at.start(['do it', ...scriptAgent(at, 'echo did it', SAY_DONE)]);
    await until('the check is at work', () => hasText(at, 'pid'));
    process.kill(run.pid, 'SIGSTOP');
    // The sleep itself: longer than the timeout.
    await delay(2_500);
    process.kill(run.pid, 'SIGCONT');
    // Whoever counts the sleep has stopped the check by now.
    await delay(250);
    await at.shell('[ -p go ] && echo >go');
    expect((await run.ended).code).toBe(0);
    expect(at.snapshot().iteration).toBe(1);
  });
});

describe('An agent that is being stopped while its machine sleeps', () => {
  it('has all of its grace to save its work when it wakes', async () => {
    const at = place();
    const saving = 'mkfifo go; trap "echo $$ >asked; read go <go; echo saved >work; exit 0" TERM';
    const worker = `cat >/dev/null; ${saving}; echo $$ >pid; while :; do sleep 0.05; done`;
    at.write('oneshot.config.json', JSON.stringify({ killGrace: '3s' }));
    const run = at.start(['do it', ...scriptAgent(at, worker)]);
    await until('the worker is at work', () => hasText(at, 'pid'));
    process.kill(run.pid, 'SIGINT');
    await until('the worker is asked to end', () => hasText(at, 'asked'));
    process.kill(run.pid, 'SIGSTOP');
    // The sleep itself: longer than the grace.
    await delay(3_500);
    process.kill(run.pid, 'SIGCONT');
    // Whoever counts the sleep has killed the worker by now.
    await delay(250);
    await at.shell('kill -0 "$(cat asked)" && echo >go');
    await run.ended;
    expect(at.exists('work') && at.read('work')).toBe('saved\n');
    expect(at.snapshot().state).toBe('interrupted');
  });
});

/** Of the run that an output tells of. */
const idIn = (text: string) => /\b\d{8}-\d{6}-\d{3}-[0-9a-f]{6}\b/.exec(text)?.[0];

describe('A wall clock that is set back between two runs', () => {
  it('leaves the run that was begun last the latest one', async () => {
    const at = place();
    const args = ['do it', ...scriptAgent(at, 'echo did it', SAY_DONE)];
    const setBack = { ...jumpingClock(at, -86_400_000), FAULTS_JUMP: at.path };
    const first = await at.oneshot(args);
    const second = await at.oneshot(args, { env: setBack });
    expect([first.code, second.code]).toEqual([0, 0]);
    const [older, newer] = [first, second].map(({ err }) => idIn(err));
    expect((await at.oneshot(['show', 'latest'])).out).toContain(newer);
    expect(at.runs().map((run) => basename(run))).toEqual([older, newer]);
  });
});

/** Its first attempt waits to be told to end, its second one does not; the first audit asks for more. */
const TWO_ROUNDS = `if [ -e pid ]; then cat >/dev/null; echo did more; else ${WAITING}; fi`;
const ONCE_MORE = `if [ -e more ]; then ${SAY_DONE}; else touch more; cat >/dev/null; echo '{"verdict":"retry","feedback":"more"}'; fi`;

const isInOrder = (times: readonly number[]) =>
  times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0));

describe.each([
  ['back', -36_000_000],
  ['on', 36_000_000],
])('A wall clock that is set %s by ten hours while an agent works', (_, jump) => {
  /** Under a time budget that the jump is many times as long as. */
  async function begin() {
    const at = place();
    const args = ['do it', '--max-time', '1h', ...scriptAgent(at, TWO_ROUNDS, ONCE_MORE)];
    const run = at.start(args, { env: jumpingClock(at, jump) });
    await until('the worker is at work', () => hasText(at, 'pid'));
    at.write('jump', '');
    return { at, run };
  }

  async function expectWhole(at: Place) {
    expect((await at.oneshot(['replay', '--verify'])).code).toBe(0);
    const { state, attempts, history } = await at.show();
    expect(state).toBe('completed');
    expect(isInOrder(history.map(({ at: time }) => time))).toBe(true);
    for (const { startedAt, endedAt } of attempts)
      expect(endedAt).toBeGreaterThanOrEqual(startedAt);
    return attempts.map(({ role }) => role);
  }

  it('costs the run nothing of its time, and the run can be replayed', async () => {
    const { at, run } = await begin();
    await at.shell('echo >go');
    expect((await run.ended).code).toBe(0);
    expect(await expectWhole(at)).toEqual(['worker', 'auditor', 'worker', 'auditor']);
    const { context } = at.snapshot().snapshot as unknown as { context: { activeMs: number } };
    expect(context.activeMs).toBeGreaterThan(0);
    expect(context.activeMs).toBeLessThan(600_000);
  });

  it('lets an interrupted run be resumed when the clock is right again', async () => {
    const { at, run } = await begin();
    process.kill(run.pid, 'SIGINT');
    await run.ended;
    expect(at.snapshot().state).toBe('interrupted');
    expect((await at.oneshot(['resume'])).code).toBe(0);
    await expectWhole(at);
  });
});

describe('A wall clock that is set back before an agent crashes', () => {
  it('hides nothing of what the agent wrote', async () => {
    const at = place();
    at.write('jump', '');
    const crashing = `${WAITING} >/dev/null; echo half >work.txt; exit 1`;
    const worker = `if [ -e work.txt ]; then cat >/dev/null; echo did it; else ${crashing}; fi`;
    const run = at.start(['do it', ...scriptAgent(at, worker)], {
      env: jumpingClock(at, 36_000_000),
    });
    await until('the worker is at work', () => hasText(at, 'pid'));
    rmSync(join(at.path, 'jump'));
    await at.shell('echo >go');
    expect((await run.ended).code).toBe(0);
    const salvage = join(at.runs()[0] ?? '', 'attempts', '0001-worker', 'salvage.md');
    expect(readFileSync(salvage, 'utf8')).toContain('work.txt');
  });
});
