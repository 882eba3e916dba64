/** Only a clock moves these runs: silence, the attempt's ceiling, pauses, checkpoints, and timers after a restart. */
import { describe, expect, it } from '@jest/globals';
import { RETRY_PAUSE_CEILING_MS } from '../../machines/implementations.ts';
import type { Step } from './lifecycle-events.ts';
import * as on from './lifecycle-events.ts';
import {
  stateOf,
  toAudit,
  toAuditor,
  toReiteration,
  toWorker,
  toWorkerQuota,
} from './lifecycle-runs.ts';
import type { LiveRun } from './live-run.ts';
import { liveRun } from './live-run.ts';

const limits = { inactivityMs: 1_000, attemptMs: 10_000, retryPauseMs: 100, workerAttempts: 20 };

function begin(steps: readonly Step[]): LiveRun {
  const live = liveRun({ input: on.input({ limits }) });
  live.send(...steps);
  return live;
}

function stateNow(live: LiveRun): string {
  return stateOf(live.run());
}

describe.each([
  ['worker', 1, toWorker],
  ['auditor', 2, toAuditor],
] as const)('the watch over the %s', (role, number, steps) => {
  function watched(): LiveRun {
    const live = begin(steps);
    live.clock.increment(0);
    expect(stateNow(live)).toBe(`${role}Executing.live`);
    return live;
  }

  it('ends the attempt after silence for the inactivity timeout', () => {
    const live = watched();
    live.clock.increment(999);
    expect(stateNow(live)).toBe(`${role}Executing.live`);
    live.clock.increment(1);
    expect(stateNow(live)).toBe('recoveryPending.examining');
    expect(live.log).toContain(`stopped ${role} ${number}`);
    expect(live.log).toContain(`recovery of ${number} (inactivity)`);
  });

  it('begins to count anew at each sign of life, and does not start the agent again', () => {
    const live = watched();
    for (let i = 0; i < 5; i += 1) {
      live.clock.increment(900);
      live.send(on.activity);
    }
    live.clock.increment(999);
    expect(stateNow(live)).toBe(`${role}Executing.live`);
    live.clock.increment(1);
    expect(stateNow(live)).toBe('recoveryPending.examining');
    expect(live.log.filter((line) => line === `${role} ${number}`)).toHaveLength(1);
  });

  it('ends the attempt at its ceiling, which signs of life do not put off', () => {
    const live = watched();
    for (let i = 0; i < 99; i += 1) {
      live.clock.increment(100);
      live.send(on.activity);
    }
    expect(stateNow(live)).toBe(`${role}Executing.live`);
    live.clock.increment(100);
    expect(stateNow(live)).toBe('recoveryPending.examining');
    expect(live.log).toContain(`recovery of ${number} (attemptCeiling)`);
  });

  it('has only the rest of its ceiling when it is attached to again', () => {
    const live = watched();
    live.send(on.restarted, on.aliveFor(9_900));
    expect(stateNow(live)).toBe(`${role}Executing.live`);
    live.clock.increment(99);
    expect(stateNow(live)).toBe(`${role}Executing.live`);
    live.clock.increment(1);
    expect(live.log).toContain(`recovery of ${number} (attemptCeiling)`);
  });

  it('takes a sign of life without a change of state or context', () => {
    const live = watched();
    const { value, context } = live.run();
    live.send(on.activity);
    expect(live.run().value).toEqual(value);
    expect(live.run().context).toBe(context);
  });

  it('leaves no timer of an attempt behind', () => {
    const live = watched();
    live.send(on.interrupt());
    live.clock.increment(20_000);
    expect(stateNow(live)).toBe('interrupted');
    expect(live.log.at(-1)).toBe(`stopped ${role} ${number}`);
  });
});

describe('a checkpoint', () => {
  it.each([
    ['auditPending', toAudit, 'auditorExecuting.live'],
    ['reiterationPending', [on.start, on.ended(on.end()), on.partial()], 'workerExecuting.live'],
  ] satisfies [string, readonly Step[], string][])(
    '%s is seen before the run goes on by itself',
    (state, steps, next) => {
      const live = begin(steps);
      expect(stateNow(live)).toBe(state);
      live.clock.increment(0);
      expect(stateNow(live)).toBe(next);
    },
  );
});

describe('the pause before a role is started once more', () => {
  function pauseOf(live: LiveRun): number {
    const before = live.clock.now();
    while (stateNow(live) === 'recoveryPending.pausing') live.clock.increment(1);
    return live.clock.now() - before;
  }

  it('doubles with each death', () => {
    const live = begin(toWorker);
    const pauses = Array.from({ length: 5 }, () => {
      live.send(on.ended(on.end()), on.dead());
      return pauseOf(live);
    });
    expect(pauses).toEqual([100, 200, 400, 800, 1_600]);
  });

  it('is at most a minute', () => {
    const live = begin(toWorker);
    for (let i = 0; i < 15; i += 1) {
      live.send(on.ended(on.end()), on.dead());
      live.clock.increment(RETRY_PAUSE_CEILING_MS);
      expect(stateNow(live)).toBe('workerExecuting.live');
    }
    live.send(on.ended(on.end()), on.dead());
    expect(pauseOf(live)).toBe(RETRY_PAUSE_CEILING_MS);
  });

  it.each(['interrupted', 'orchestratorLost'] as const)('is none after an end by %s', (reason) => {
    const live = begin([...toWorker, on.restarted, on.dead(reason)]);
    expect(pauseOf(live)).toBeLessThanOrEqual(1);
    expect(live.log).toContain('worker 2');
  });
});

describe('a run that is read back from disk', () => {
  it.each([
    ['auditPending', toAudit, 'auditorExecuting.live', 'auditor 2'],
    ['reiterationPending', toReiteration, 'workerExecuting.live', 'worker 3'],
  ])('in %s stands still until it is told, then goes on', (state, steps, next, started) => {
    const live = liveRun({ snapshot: begin(steps).persisted() });
    live.clock.increment(60_000);
    expect(stateNow(live)).toBe(state);
    live.send(on.restarted);
    live.clock.increment(0);
    expect(stateNow(live)).toBe(next);
    expect(live.log).toEqual([started]);
  });

  it('starts no second agent, but an examination of the one that was lost', () => {
    const live = liveRun({ snapshot: begin(toWorker).persisted() });
    live.clock.increment(60_000);
    expect(live.log).toEqual([]);
    live.send(on.restarted);
    expect(live.log).toEqual(['recovery of 1 (orchestratorLost)']);
  });

  it('waits again for the recorded end of a usage limit', () => {
    const resumeAt = on.ENDED_AT + 5_000;
    const live = liveRun({
      snapshot: begin([...toWorkerQuota.slice(0, -1), on.limited(resumeAt)]).persisted(),
    });
    expect(live.log).toEqual([]);
    live.send(on.restarted);
    expect(live.log).toEqual([`wait until ${resumeAt}`]);
  });

  it('watches an agent that was found alive, from now on', () => {
    const live = liveRun({ snapshot: begin(toWorker).persisted() });
    live.send(on.restarted, on.alive);
    expect(live.log.at(-1)).toBe('worker 1');
    live.clock.increment(1_000);
    expect(live.run().context.reason).toBe('inactivity');
  });
});
