/**
 * The lifecycle of a run: worker → checks → auditor → done, again, or impossible; every abnormal end goes through
 * recovery. This file is the statechart and only decides. What is done (agents, recovery, checks, waiting) is named
 * in `implementations.ts` and supplied by the host with `provide`.
 *
 * - Checkpoints (`auditPending`, `reiterationPending`) leave by `after: 0`, not by `always`: a state that is left by
 *   `always` is never seen by the journal.
 * - The agent is invoked on the executing state; the inactivity timer sits on its child `live`, which each sign of
 *   life enters again. The invoking state itself is never re-entered: that would start the agent again.
 * - `process.restarted` is answered by every state that is not final: XState starts no timers and would start every
 *   invoked actor anew when it restores a snapshot, so the host restores without children and sends this event.
 */
import { and, not } from 'xstate';
import { attemptPlan, initialContext } from './context.ts';
import { implementations } from './implementations.ts';
import {
  beginAttemptOf,
  cameFrom,
  endedBy,
  entering,
  toInternalFailure,
  toRecovery,
  verdictIs,
} from './lifecycle-terms.ts';
import { recoveryPending } from './recovery-state.ts';

/** Raised when what a snapshot means changes; journals of other versions are refused, never guessed at. */
export const LIFECYCLE_VERSION = '1';

/** What both executing states have: the watch over the agent, and the answers to its news. */
const watch = {
  initial: 'live',
  states: {
    live: {
      description: 'The agent shows signs of life; each one starts the inactivity timer again.',
      after: { inactivity: toRecovery('inactivity') },
    },
  },
  after: { attemptCeiling: toRecovery('attemptCeiling') },
} as const;

const watchedEvents = {
  'agent.activity': '.live',
  'agent.started': { guard: 'ofThisAttempt', actions: 'noteStarted' },
  'agent.spent': [
    {
      guard: and(['ofThisAttempt', 'overspends']),
      target: '#oneshot.recoveryPending',
      actions: ['noteSpent', endedBy('budget')],
    },
    { guard: 'ofThisAttempt', actions: 'noteSpent' },
  ],
  'process.restarted': toRecovery('orchestratorLost'),
} as const;

const abnormalEnd = {
  guard: 'ofThisAttempt',
  target: '#oneshot.recoveryPending',
  actions: 'noteOwnEnd',
} as const;

/** XState asks the root even in a final state when an event is folded purely, as a replay does. */
const answersNothing = { 'run.interrupt': {}, 'run.extend': {} } as const;

export const lifecycle = implementations.createMachine({
  id: 'oneshot',
  version: LIFECYCLE_VERSION,
  context: ({ input }) => initialContext(input),
  initial: 'created',
  on: {
    'run.interrupt': { target: '.interrupted', actions: 'noteInterruption' },
    'run.extend': { actions: 'extendLimits' },
  },
  states: {
    created: {
      description: 'The run is recorded; nothing has been started.',
      entry: entering('created'),
      on: {
        'run.start': { target: 'workerExecuting', actions: 'beginIteration' },
        'process.restarted': { target: 'created', reenter: true },
      },
    },

    workerExecuting: {
      description: 'The worker agent does the task.',
      entry: entering('workerExecuting'),
      invoke: {
        id: 'worker',
        src: 'agent',
        input: ({ context }) => attemptPlan(context),
        onError: toInternalFailure,
      },
      ...watch,
      on: {
        ...watchedEvents,
        'agent.ended': [
          {
            guard: and(['ofThisAttempt', 'endedCleanly', 'hasChecks']),
            target: 'checksExecuting',
            actions: 'acceptWork',
          },
          {
            guard: and(['ofThisAttempt', 'endedCleanly']),
            target: 'auditPending',
            actions: 'acceptWork',
          },
          abnormalEnd,
        ],
      },
    },

    recoveryPending,

    checksExecuting: {
      description: "The user's checks run as evidence; no auditor is paid while one fails.",
      entry: entering('checksExecuting'),
      invoke: {
        id: 'checks',
        src: 'checks',
        input: ({ context }) => attemptPlan(context),
        onError: toInternalFailure,
      },
      on: {
        'checks.ended': [
          {
            guard: and(['ofThisAttempt', 'checksPassed']),
            target: 'auditPending',
            actions: 'acceptChecks',
          },
          { guard: 'ofThisAttempt', target: 'reiterationPending', actions: 'takeFailedChecks' },
        ],
        // The work is accepted already, and the attempt may be an auditor's: the checks run again, nothing is examined.
        'process.restarted': 'auditPending',
      },
    },

    auditPending: {
      description: 'Checkpoint: there is a result to judge.',
      entry: entering('auditPending'),
      after: {
        0: [
          { guard: 'exhausted', target: 'failed', actions: 'failExhausted' },
          { guard: 'checksOutdated', target: 'checksExecuting' },
          { target: 'auditorExecuting', actions: beginAttemptOf('auditor') },
        ],
      },
      on: { 'process.restarted': { target: 'auditPending', reenter: true } },
    },

    auditorExecuting: {
      description: 'The auditor agent judges the result.',
      entry: entering('auditorExecuting'),
      invoke: {
        id: 'auditor',
        src: 'agent',
        input: ({ context }) => attemptPlan(context),
        onError: toInternalFailure,
      },
      ...watch,
      on: {
        ...watchedEvents,
        'agent.ended': [
          {
            guard: and(['ofThisAttempt', 'endedCleanly', verdictIs('done'), 'judgesCheckedTree']),
            target: 'completed',
            actions: 'takeVerdict',
          },
          {
            guard: and(['ofThisAttempt', 'endedCleanly', verdictIs('retry')]),
            target: 'reiterationPending',
            actions: 'takeVerdict',
          },
          {
            guard: and(['ofThisAttempt', 'endedCleanly', verdictIs('impossible')]),
            target: 'rejected',
            actions: 'takeVerdict',
          },
          {
            guard: and(['ofThisAttempt', 'endedCleanly', 'attemptsLeft']),
            target: 'auditPending',
            actions: 'refuseAnswer',
          },
          {
            guard: and(['ofThisAttempt', 'endedCleanly']),
            target: 'failed',
            actions: ['refuseAnswer', 'failUnjudged'],
          },
          abnormalEnd,
        ],
      },
    },

    reiterationPending: {
      description: 'Checkpoint: not done yet; may there be one more iteration?',
      entry: entering('reiterationPending'),
      after: {
        0: [
          { guard: 'exhausted', target: 'failed', actions: 'failExhausted' },
          { guard: 'stalled', target: 'failed', actions: 'failStalled' },
          { guard: 'iterationsLeft', target: 'workerExecuting', actions: 'beginIteration' },
          { target: 'failed', actions: 'failIterations' },
        ],
      },
      on: { 'process.restarted': { target: 'reiterationPending', reenter: true } },
    },

    waitingForQuota: {
      description: 'A usage limit: the run goes on by itself at the recorded time.',
      entry: entering('waitingForQuota'),
      invoke: {
        id: 'quotaReset',
        src: 'quotaReset',
        input: ({ context }) => ({ resumeAt: context.resumeAt ?? 0 }),
        onDone: [
          { guard: 'isWorker', target: 'workerExecuting', actions: beginAttemptOf('worker') },
          { target: 'auditPending', actions: 'clearReason' },
        ],
        onError: toInternalFailure,
      },
      on: { 'process.restarted': { target: 'waitingForQuota', reenter: true } },
    },

    interrupted: {
      description: 'Stopped on purpose; `oneshot resume` goes on.',
      tags: 'ended',
      on: {
        'run.interrupt': {},
        'process.restarted': {},
        'run.resume': [
          {
            guard: and(['stoppedForLimit', 'isWorker']),
            target: 'workerExecuting',
            actions: beginAttemptOf('worker'),
          },
          { guard: 'stoppedForLimit', target: 'auditPending', actions: 'clearReason' },
          { guard: cameFrom('created'), target: 'created', actions: 'clearReason' },
          {
            guard: cameFrom('checksExecuting', 'auditPending', 'auditorExecuting'),
            target: 'auditPending',
            actions: 'clearReason',
          },
          {
            guard: cameFrom('reiterationPending'),
            target: 'reiterationPending',
            actions: 'clearReason',
          },
          { guard: cameFrom('waitingForQuota'), target: 'waitingForQuota', actions: 'clearReason' },
          { target: 'recoveryPending', actions: 'recallEnd' },
        ],
      },
    },

    failed: {
      description: 'The run ended without a result; the reason says what would let it go on.',
      entry: entering('failed'),
      tags: 'ended',
      on: {
        'run.interrupt': {},
        'process.restarted': {},
        'run.extend': [
          {
            guard: and(['budgetSuffices', 'awaitsAudit']),
            target: 'auditPending',
            actions: ['extendLimits', 'clearReason'],
          },
          {
            guard: 'budgetSuffices',
            target: 'reiterationPending',
            actions: ['extendLimits', 'clearReason'],
          },
          { actions: 'extendLimits' },
        ],
        'run.resume': [
          // Nobody knows what the attempt did since its actor broke.
          { guard: 'failedInternally', ...toRecovery('orchestratorLost') },
          { guard: 'failedStalled', target: 'reiterationPending', actions: 'forgetStandstill' },
          {
            guard: and([not('failedForBudget'), 'isWorker']),
            target: 'workerExecuting',
            actions: ['forgetDeaths', beginAttemptOf('worker')],
          },
          {
            guard: not('failedForBudget'),
            target: 'auditPending',
            actions: ['forgetDeaths', 'clearReason'],
          },
        ],
      },
    },

    completed: {
      description: 'The auditor said DONE.',
      entry: entering('completed'),
      tags: 'ended',
      type: 'final',
      on: answersNothing,
    },

    rejected: {
      description: 'The auditor said IMPOSSIBLE and named the blocker.',
      entry: entering('rejected'),
      tags: 'ended',
      type: 'final',
      on: answersNothing,
    },
  },
});

export type Lifecycle = typeof lifecycle;
