/** What becomes of an attempt that did not end as it should: recovery's findings, judged. */
import { and, not } from 'xstate';
import { implementations, recoveryRequest } from './implementations.ts';
import {
  beginAttemptOf,
  entering,
  found,
  toInternalFailure,
  verdictIs,
} from './lifecycle-terms.ts';

export const recoveryPending = implementations.createStateConfig({
  description: 'An abnormal end is examined before anything else happens.',
  entry: entering('recoveryPending'),
  initial: 'examining',
  states: {
    examining: {
      description: 'What did the attempt leave behind?',
      invoke: {
        id: 'recovery',
        src: 'recovery',
        input: ({ context }) => recoveryRequest(context),
        onDone: [
          { guard: not('ofThisAttempt') },
          {
            guard: and([found('alive'), 'isWorker']),
            target: '#oneshot.workerExecuting',
            actions: 'attach',
          },
          { guard: found('alive'), target: '#oneshot.auditorExecuting', actions: 'attach' },
          {
            guard: and([found('success'), 'isWorker', 'hasChecks']),
            target: '#oneshot.checksExecuting',
            actions: 'acceptWork',
          },
          {
            guard: and([found('success'), 'isWorker']),
            target: '#oneshot.auditPending',
            actions: 'acceptWork',
          },
          {
            guard: and([found('success'), verdictIs('done'), 'judgesCheckedTree']),
            target: '#oneshot.completed',
            actions: 'takeVerdict',
          },
          {
            guard: and([found('success'), verdictIs('retry')]),
            target: '#oneshot.reiterationPending',
            actions: 'takeVerdict',
          },
          {
            guard: and([found('success'), verdictIs('impossible')]),
            target: '#oneshot.rejected',
            actions: 'takeVerdict',
          },
          {
            guard: and([found('success'), 'attemptsLeft']),
            target: '#oneshot.auditPending',
            actions: 'refuseAnswer',
          },
          {
            guard: found('success'),
            target: '#oneshot.failed',
            actions: ['refuseAnswer', 'failUnjudged'],
          },
          {
            guard: and([found('partial'), 'isWorker']),
            target: '#oneshot.reiterationPending',
            actions: 'takePartial',
          },
          {
            guard: 'exhausts',
            target: '#oneshot.failed',
            actions: ['noteUsage', 'failExhausted'],
          },
          {
            guard: and([found('limited'), 'waitsOnLimit']),
            target: '#oneshot.waitingForQuota',
            actions: 'noteLimit',
          },
          { guard: found('limited'), target: '#oneshot.interrupted', actions: 'noteLimit' },
          {
            guard: and([not('diesForGood'), 'attemptsLeft']),
            target: 'pausing',
            actions: 'noteDeath',
          },
          { target: '#oneshot.failed', actions: ['noteDeath', 'failDead'] },
        ],
        onError: toInternalFailure,
      },
    },
    pausing: {
      description: 'The attempt left nothing; its role is started once more after a growing pause.',
      after: {
        retryPause: [
          {
            guard: 'isWorker',
            target: '#oneshot.workerExecuting',
            actions: beginAttemptOf('worker'),
          },
          { target: '#oneshot.auditorExecuting', actions: beginAttemptOf('auditor') },
        ],
      },
    },
  },
  on: { 'process.restarted': { target: 'recoveryPending', reenter: true } },
});
