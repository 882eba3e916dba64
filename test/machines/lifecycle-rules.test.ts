/** Rules that take more than one transition to see: what is used up, what counts, what comes too late. */
import { describe, expect, it } from '@jest/globals';
import { attemptPlan } from '../../machines/context.ts';
import { lifecycle } from '../../machines/lifecycle.ts';
import type { Step } from './lifecycle-events.ts';
import * as on from './lifecycle-events.ts';
import * as to from './lifecycle-runs.ts';
import { play, playOn, recordOf, stateOf } from './lifecycle-runs.ts';

const oneAttempt = on.input({
  limits: { workerAttempts: 1, auditorAttempts: 1, maxIterations: 1, maxLosses: 100 },
});

function repeat(times: number, steps: readonly Step[]): Step[] {
  return Array.from({ length: times }, () => steps).flat();
}

const oursOfWorker: [string, Step[]][] = [
  ['the death of oneshot', [on.restarted, on.dead('orchestratorLost'), on.pauseOver]],
  ['an interruption', [on.interrupt(), on.resume, on.dead('interrupted'), on.pauseOver]],
];

describe('what is used up', () => {
  it.each(oursOfWorker)('%s uses up no attempt of the worker and no iteration', (_, steps) => {
    const run = play([...to.toWorker, ...repeat(5, steps)], oneAttempt);
    expect(stateOf(run)).toBe('workerExecuting.live');
    expect(run.context).toMatchObject({
      iteration: 1,
      deaths: { worker: 0, auditor: 0 },
      attempt: { number: 6 },
    });
  });

  it.each([
    ['the death of oneshot', [on.restarted, on.dead('orchestratorLost'), on.pauseOver]],
    ['an interruption', [on.interrupt(), on.resume, on.audit]],
  ] satisfies [string, Step[]][])('%s uses up no attempt of the auditor', (_, steps) => {
    const run = play([...to.toAuditor, ...repeat(5, steps)], oneAttempt);
    expect(stateOf(run)).toBe('auditorExecuting.live');
    expect(run.context).toMatchObject({ iteration: 1, deaths: { worker: 0, auditor: 0 } });
  });

  it.each([
    ['the death of oneshot', [on.restarted, on.partial('orchestratorLost'), on.reiterate]],
    ['an interruption', [on.interrupt(), on.resume, on.partial('interrupted'), on.reiterate]],
  ] satisfies [string, Step[]][])(
    'partial work cut short by %s repeats its iteration',
    (_, steps) => {
      const run = play([...to.toWorker, ...repeat(5, steps)], oneAttempt);
      expect(stateOf(run)).toBe('workerExecuting.live');
      expect(run.context).toMatchObject({ iteration: 1, repeatsIteration: false });
    },
  );

  it('partial work of a hang uses up an iteration', () => {
    const hang = [on.silence('worker'), on.partial('inactivity'), on.reiterate];
    const run = play([...to.toWorker, ...hang]);
    expect(stateOf(run)).toBe('workerExecuting.live');
    expect(run.context.iteration).toBe(2);
  });

  it('a run whose every iteration hangs fails for its budget', () => {
    const hang = [on.silence('worker'), on.partial('inactivity'), on.reiterate];
    const run = play([...to.toWorker, ...repeat(3, hang)]);
    expect(stateOf(run)).toBe('failed');
    expect(run.context.reason).toBe('maxIterations');
  });

  it('a repeated iteration remembers the deaths that it has seen', () => {
    const died = [...to.toWorkerPause, on.pauseOver];
    const repeated = [on.interrupt(), on.resume, on.partial('interrupted'), on.reiterate];
    const run = play([...died, ...repeated, on.ended(on.end()), on.dead()]);
    expect(stateOf(run)).toBe('failed');
    expect(run.context).toMatchObject({ iteration: 1, reason: 'workerDead' });
  });

  it('a new iteration has all its attempts again', () => {
    const died = [...to.toWorkerPause, on.pauseOver];
    const retried = [on.ended(on.cleanEnd()), on.audit, on.ended(on.answer('retry')), on.reiterate];
    const run = play([...died, ...retried]);
    expect(run.context.deaths).toEqual({ worker: 0, auditor: 0 });
  });

  it('a death that is examined twice counts once', () => {
    const twice = [on.interrupt(), on.resume, on.dead(), on.restarted, on.dead()];
    const run = play([...to.toWorkerPause, ...twice]);
    expect(stateOf(run)).toBe('recoveryPending.pausing');
    expect(run.context.deaths.worker).toBe(1);
  });

  it('a usage limit uses up neither an attempt nor an iteration', () => {
    const limit = [on.ended(on.end({ class: 'limited' })), on.limited(null), on.quotaReset];
    const run = play([...to.toWorker, ...repeat(5, limit)], oneAttempt);
    expect(stateOf(run)).toBe('workerExecuting.live');
    expect(run.context).toMatchObject({ iteration: 1, deaths: { worker: 0 } });
  });
});

describe('an unreadable verdict', () => {
  const unreadable = on.ended(on.answer('unreadable'));

  it('starts the auditor again on the same work, never the worker', () => {
    const before = play(to.toAuditor);
    const run = playOn(before, [unreadable, on.audit]);
    expect(run.context.attempt).toMatchObject({ number: 3, role: 'auditor' });
    expect(run.context.work).toEqual(before.context.work);
    expect(attemptPlan(run.context).diagnosis).toBe('no JSON in the answer');
  });

  it('fails the run when it comes twice', () => {
    const run = play([...to.toAuditor, unreadable, on.audit, unreadable]);
    expect(stateOf(run)).toBe('failed');
    expect(run.context.reason).toBe('auditorUnreadable');
    expect(run.context.message).toContain('no JSON in the answer');
  });

  it('is forgotten when the worker has new work', () => {
    const retry = [on.ended(on.answer('retry')), on.reiterate, on.ended(on.cleanEnd()), on.audit];
    const run = play([...to.toAuditor, unreadable, on.audit, ...retry]);
    expect(attemptPlan(run.context).diagnosis).toBeNull();
  });
});

/** A way into every state in which something could come too late, with at least one attempt behind it. */
const withOlderAttempt: [string, readonly Step[]][] = [
  ['workerExecuting', [...to.toReiteration, on.reiterate]],
  ['recoveryPending, of the worker', [...to.toReiteration, on.reiterate, on.restarted]],
  ['pausing', to.toAuditorPause],
  ['auditPending', [...to.toAuditor, on.ended(on.answer('unreadable'))]],
  ['auditorExecuting', to.toAuditor],
  ['recoveryPending, of the auditor', to.toAuditorRecovery],
  ['reiterationPending', to.toReiteration],
  ['waitingForQuota', to.toAuditorQuota],
  ['interrupted', [...to.toAuditor, on.interrupt()]],
  ['failed', to.toAuditorFailure],
  ['completed', to.toCompleted],
  ['rejected', to.toRejected],
];

const late: Step[] = [
  on.started(99),
  on.ended(on.cleanEnd()),
  on.ended(on.end()),
  on.ended(on.answer('done')),
  on.checksPass,
  on.checksFail,
  on.success(on.answer('done')),
  on.partial(),
  on.dead('exited', 'notFound'),
  on.limited(null),
  on.alive,
].map(on.ofOlderAttempt);

describe('a late event of an older attempt', () => {
  it.each(withOlderAttempt)('changes nothing in %s', (_, steps) => {
    const run = play(steps);
    for (const step of late) expect(recordOf(playOn(run, [step]))).toEqual(recordOf(run));
  });

  it('changes nothing while the checks run', () => {
    const run = play([...to.toReiteration, on.reiterate, on.ended(on.cleanEnd())], {
      ...on.input({ hasChecks: true }),
    });
    for (const step of late) expect(recordOf(playOn(run, [step]))).toEqual(recordOf(run));
  });
});

describe('the end of an attempt', () => {
  it('has the first reason, whatever comes later', () => {
    const later = [on.restarted, on.interrupt(), on.resume, on.restarted];
    const run = play([...to.toWorker, on.silence('worker'), ...later]);
    expect(run.context.attempt?.endReason).toBe('inactivity');
    expect(run.context.reason).toBe('inactivity');
  });

  it('is forgotten when the attempt was found alive', () => {
    const run = play([...to.toWorker, on.restarted, on.alive, on.silence('worker')]);
    expect(run.context.attempt?.endReason).toBe('inactivity');
  });
});

describe('a restarted process', () => {
  it('is answered by every state of its own that is not final', () => {
    const states = Object.values(lifecycle.root.states);
    const silent = states.filter(({ transitions }) => !transitions.has('process.restarted'));
    expect(silent.map(({ key }) => key)).toEqual(['completed', 'rejected']);
  });

  it.each([['created', []], ...withOlderAttempt] satisfies [string, readonly Step[]][])(
    'starts nothing in %s and changes no more when it comes twice',
    (_, steps) => {
      const run = play(steps);
      const once = playOn(run, [on.restarted]);
      const { attempt, iteration, deaths } = once.context;
      expect(attempt?.number).toBe(run.context.attempt?.number);
      expect({ iteration, deaths }).toEqual({
        iteration: run.context.iteration,
        deaths: run.context.deaths,
      });
      expect(recordOf(playOn(once, [on.restarted]))).toEqual(recordOf(once));
    },
  );
});

describe('a broken actor', () => {
  it.each([
    [new Error('disk full'), 'disk full'],
    ['disk full', 'disk full'],
    [{ code: 'ENOSPC' }, '[object Object]'],
    [null, 'null'],
    [undefined, 'undefined'],
  ])('that threw %p fails the run with the message: %s', (error, message) => {
    const run = play([...to.toWorker, { type: 'xstate.error.actor.worker', error }]);
    expect(stateOf(run)).toBe('failed');
    expect(run.context).toMatchObject({ reason: 'internalError', message });
  });
});
