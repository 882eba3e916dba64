import { basename, resolve } from 'node:path';
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

describe('A wall clock that is set while an agent works', () => {
  it.each([
    ['back', -86_400_000],
    ['on', 86_400_000],
  ])('a day %s changes nothing of the run, which can be replayed', async (_, jump) => {
    const at = place();
    const run = at.start(['do it', ...scriptAgent(at, WAITING, SAY_DONE)], {
      env: jumpingClock(at, jump),
    });
    await until('the worker is at work', () => hasText(at, 'pid'));
    at.write('jump', '');
    await at.shell('echo >go');
    expect((await run.ended).code).toBe(0);
    expect((await at.oneshot(['replay'])).code).toBe(0);
    const { attempts, history } = await at.show();
    expect(attempts.map(({ role }) => role)).toEqual(['worker', 'auditor']);
    const times = history.map(({ at: time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});
