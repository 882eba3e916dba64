import { describe, expect, it } from '@jest/globals';
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

describe('A run that is only recorded', () => {
  it('stays so when oneshot is started again', () => {
    const run = play([on.restarted]);
    expect(stateOf(run)).toBe('created');
    expect(run.context.phase).toBe('created');
  });
});
