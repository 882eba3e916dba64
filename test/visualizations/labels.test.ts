import { describe, expect, it } from '@jest/globals';
import { and, not, or } from 'xstate';
import { eventLabel, guardLabels } from '../../visualizations/labels.ts';

describe('the label of an event', () => {
  it.each([
    ['run.start', 'run start'],
    ['agent.ended', 'agent ended'],
    ['xstate.done.actor.recovery', 'recovery done'],
    ['xstate.done.actor.quotaReset', 'quota reset done'],
    ['xstate.error.actor.worker', 'worker actor broke'],
    ['xstate.after.inactivity.oneshot.workerExecuting.live', 'after inactivity'],
    ['xstate.after.retryPause.oneshot.recoveryPending.pausing', 'after retry pause'],
    ['xstate.after.0.oneshot.auditPending', 'at once'],
  ])('%s is: %s', (event, label) => {
    expect(eventLabel(event)).toBe(label);
  });
});

describe('the labels of a guard', () => {
  it.each([
    [undefined, []],
    ['hasChecks', ['checks']],
    ['isWorker', ['worker']],
    ['attemptsLeft', ['attempts left']],
    [{ type: 'found', params: { kind: 'alive' } }, ['alive']],
    [{ type: 'verdictIs', params: { kind: 'done' } }, ['done']],
    [{ type: 'cameFrom', params: { phases: ['a', 'b'] } }, ['from a/b']],
    [and(['ofThisAttempt', 'endedCleanly']), ['of this attempt', 'clean']],
    [and([not('failedForBudget'), 'isWorker']), ['not for budget', 'worker']],
  ])('%j are %j', (guard, labels) => {
    expect(guardLabels(guard)).toEqual(labels);
  });

  it('fail on a kind of guard that nobody gave words to', () => {
    expect(() => guardLabels(or(['isWorker']))).toThrow('The pictures know no words');
    expect(() => guardLabels(() => true)).toThrow('The pictures know no words');
  });
});
