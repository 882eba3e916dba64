import { describe, expect, it } from '@jest/globals';
import { lifecycle } from '../../machines/lifecycle.ts';
import * as on from './lifecycle-events.ts';
import * as to from './lifecycle-runs.ts';
import { play, stateOf } from './lifecycle-runs.ts';

describe('A run that has come to an end', () => {
  it.each([
    ['completed', to.toCompleted],
    ['rejected', to.toRejected],
  ])('for good is %s, and takes nothing more', (state, steps) => {
    const run = play(steps);
    expect([stateOf(run), run.status, run.hasTag('ended')]).toEqual([state, 'done', true]);
    expect(stateOf(play([...steps, on.resume, on.restarted, on.extend(9)]))).toBe(state);
  });

  it.each([
    ['interrupted', [...to.toWorker, on.interrupt()]],
    ['failed', to.toWorkerFailure],
  ])('for now is %s, and can be taken up', (state, steps) => {
    const run = play(steps);
    expect([stateOf(run), run.status, run.hasTag('ended')]).toEqual([state, 'active', true]);
  });

  it('is none while something is to be done', () => {
    for (const steps of [[], to.toWorker, to.toAudit, to.toAuditor, to.toWorkerQuota])
      expect(play(steps).hasTag('ended')).toBe(false);
  });

  it('without a readable verdict says what the last auditor answered', () => {
    const unreadable = [on.ended(on.answer('unreadable')), on.audit];
    const run = play([...to.toAuditor, ...unreadable, ...unreadable]);
    expect(stateOf(run)).toBe('failed');
    expect(run.context).toMatchObject({
      reason: 'auditorUnreadable',
      message: 'No auditor gave a readable verdict: no JSON in the answer',
    });
  });
});

describe('A run that fails', () => {
  it.each([
    ['in its stream', to.toAuditor, on.ended(on.answer('unreadable'))],
    ['after recovery', to.toAuditorRecovery, on.success(on.answer('unreadable'))],
  ])('for what cannot be read %s has that verdict and that death in its record', (_, way, step) => {
    const run = play([...way, step], on.input({ limits: { auditorAttempts: 1 } }));
    expect(stateOf(run)).toBe('failed');
    expect(run.context).toMatchObject({
      verdict: { kind: 'unreadable' },
      deaths: { auditor: 1 },
      message: 'No auditor gave a readable verdict: no JSON in the answer',
    });
  });

  it('for its last death has that in its record too', () => {
    const run = play(
      [...to.toWorkerRecovery, on.dead()],
      on.input({ limits: { workerAttempts: 1 } }),
    );
    expect(run.context).toMatchObject({ reason: 'workerDead', deaths: { worker: 1 } });
  });

  it('counts the attempts of each role by its own limit', () => {
    const limits = { workerAttempts: 1, auditorAttempts: 2 };
    expect(stateOf(play([...to.toAuditorRecovery, on.dead()], on.input({ limits })))).toBe(
      'recoveryPending.pausing',
    );
  });

  it('for an error of its own quotes at most a thousand characters of it', () => {
    const error = new Error('x'.repeat(3_000));
    const run = play([...to.toWorkerRecovery, { type: 'xstate.error.actor.recovery', error }]);
    expect(run.context).toMatchObject({ reason: 'internalError', message: 'x'.repeat(1_000) });
  });

  it('for an error of its own examines the attempt first when it goes on', () => {
    const run = play([...to.toWorker, on.broken('worker'), on.resume]);
    expect(stateOf(run)).toBe('recoveryPending.examining');
    expect(run.context.attempt?.endReason).toBe('orchestratorLost');
  });
});

describe('A verdict', () => {
  it('has feedback for the next worker only when it is "retry" and there is some', () => {
    const silent = play([...to.toAuditor, on.ended(on.answer('retry', { feedback: null }))]);
    expect(stateOf(silent)).toBe('reiterationPending');
    expect(silent.context).toMatchObject({ feedback: null, rounds: [] });
    const done = on.answer('done', { feedback: on.text('well done') });
    expect(play([...to.toAuditor, on.ended(done)]).context).toMatchObject({
      feedback: null,
      rounds: [],
    });
  });
});

describe('A run that goes on', () => {
  it('after the limit of an auditor no longer gives the limit as its reason', () => {
    const run = play([...to.toAuditorQuota, on.quotaReset]);
    expect([stateOf(run), run.context.reason]).toEqual(['auditPending', null]);
  });

  it('with its checks gives them what they need to know', () => {
    const run = play(to.toChecks, on.input({ hasChecks: true }));
    const { children } = JSON.parse(JSON.stringify(lifecycle.getPersistedSnapshot(run)));
    expect(children.checks).toMatchObject({
      src: 'checks',
      snapshot: { input: { number: 1, role: 'worker' } },
    });
  });
});

describe('A run that is only recorded', () => {
  it('has nothing behind it', () => {
    expect(play([]).context).toMatchObject({ phase: 'created', deaths: { worker: 0, auditor: 0 } });
  });

  it('stays so when oneshot is started again', () => {
    const run = play([on.restarted]);
    expect(stateOf(run)).toBe('created');
    expect(run.context.phase).toBe('created');
  });
});
