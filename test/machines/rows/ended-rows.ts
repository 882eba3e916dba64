import type { Step } from '../lifecycle-events.ts';
import * as on from '../lifecycle-events.ts';
import {
  toAudit,
  toAuditor,
  toAuditorFailure,
  toAuditorQuota,
  toAuditorRecovery,
  toBudgetFailure,
  toChecks,
  toCompleted,
  toReiteration,
  toRejected,
  toWorker,
  toWorkerFailure,
  toWorkerPause,
  toWorkerQuota,
  toWorkerRecovery,
} from '../lifecycle-runs.ts';
import type { Row } from './row.ts';

const oneIteration = on.input({ limits: { maxIterations: 1 } });
const stopOnLimit = on.input({ limits: { onLimit: 'stop' } });

/** Every state that is going on: how to get there, where a resumed run goes on, and why it is there. */
const goingOn: readonly (readonly [string, readonly Step[], string, string | null])[] = [
  ['created', [], 'created', null],
  ['workerExecuting.live', toWorker, 'recoveryPending.examining', 'interrupted'],
  ['recoveryPending.examining', toWorkerRecovery, 'recoveryPending.examining', 'exited'],
  ['recoveryPending.examining', toAuditorRecovery, 'recoveryPending.examining', 'exited'],
  ['recoveryPending.pausing', toWorkerPause, 'recoveryPending.examining', 'exited'],
  ['checksExecuting', toChecks, 'auditPending', null],
  ['auditPending', toAudit, 'auditPending', null],
  ['auditorExecuting.live', toAuditor, 'auditPending', null],
  ['reiterationPending', toReiteration, 'reiterationPending', null],
  ['waitingForQuota', toWorkerQuota, 'waitingForQuota', null],
  ['waitingForQuota', toAuditorQuota, 'waitingForQuota', null],
];

const interruptions: Row[] = goingOn.flatMap(([from, given, back, reason], index) => {
  const input = on.input({ hasChecks: from === 'checksExecuting' });
  const phase = from.split('.')[0];
  const which = `${from} (${index + 1})`;
  return [
    {
      rule: `an interruption in ${which} interrupts the run`,
      input,
      given,
      from,
      when: on.interrupt('SIGTERM'),
      leads: 'interrupted',
      context: { reason: 'SIGTERM', message: null, phase },
    },
    {
      rule: `a run interrupted in ${which} goes on in ${back}`,
      input,
      given: [...given, on.interrupt()],
      from: 'interrupted',
      when: on.resume,
      leads: back,
      context: { reason, message: null },
    },
  ];
});

const interrupted: Row[] = [
  {
    rule: 'an interrupted run stays as it is when it is interrupted again',
    given: [...toWorker, on.interrupt('SIGTERM')],
    from: 'interrupted',
    when: on.interrupt('SIGINT'),
    leads: 'interrupted',
    context: { reason: 'SIGTERM' },
  },
  {
    rule: 'an interrupted run stays interrupted when its process was restarted',
    given: [...toWorker, on.interrupt('SIGTERM')],
    from: 'interrupted',
    when: on.restarted,
    leads: 'interrupted',
    context: { reason: 'SIGTERM', phase: 'workerExecuting' },
  },
  {
    rule: 'a run that stopped for the limit of its worker starts the worker again',
    input: stopOnLimit,
    given: toWorkerQuota,
    from: 'interrupted',
    when: on.resume,
    leads: 'workerExecuting.live',
    context: { iteration: 1, attempt: { number: 2, role: 'worker' }, reason: null, resumeAt: null },
  },
  {
    rule: 'a run that stopped for the limit of its auditor goes back to the audit',
    input: stopOnLimit,
    given: toAuditorQuota,
    from: 'interrupted',
    when: on.resume,
    leads: 'auditPending',
    context: { iteration: 1, reason: null },
  },
];

const failed: Row[] = [
  {
    rule: 'a run that failed for its budget goes on with a larger one',
    input: oneIteration,
    given: toBudgetFailure,
    from: 'failed',
    when: on.extend(2),
    leads: 'reiterationPending',
    context: { iteration: 1, limits: { ...on.LIMITS, maxIterations: 2 } },
  },
  {
    rule: 'a run that failed for its budget stays failed with too small a one',
    input: oneIteration,
    given: toBudgetFailure,
    from: 'failed',
    when: on.extend(1),
    leads: 'failed',
    context: { reason: 'maxIterations' },
  },
  {
    rule: 'a larger budget does not revive a run that failed for another reason',
    given: toWorkerFailure,
    from: 'failed',
    when: on.extend(9),
    leads: 'failed',
    context: { reason: 'agentNotFound', limits: { ...on.LIMITS, maxIterations: 9 } },
  },
  {
    rule: 'a run that failed for its budget does not go on without a larger one',
    input: oneIteration,
    given: toBudgetFailure,
    from: 'failed',
    when: on.resume,
    leads: 'failed',
    context: { reason: 'maxIterations' },
  },
  {
    rule: 'a run whose budget was used up by failing checks does not go on without a larger one',
    input: on.input({ hasChecks: true, limits: { maxIterations: 1 } }),
    given: [...toChecks, on.checksFail, on.reiterate],
    from: 'failed',
    when: on.resume,
    leads: 'failed',
    context: { reason: 'maxIterations' },
  },
  {
    rule: 'a run that failed for its worker starts the worker again, with its attempts renewed',
    given: toWorkerFailure,
    from: 'failed',
    when: on.resume,
    leads: 'workerExecuting.live',
    context: { iteration: 1, deaths: { worker: 0, auditor: 0 }, reason: null },
  },
  {
    rule: 'a run that failed for its auditor goes back to the audit, with its attempts renewed',
    given: toAuditorFailure,
    from: 'failed',
    when: on.resume,
    leads: 'auditPending',
    context: { iteration: 1, deaths: { worker: 0, auditor: 0 }, reason: null },
  },
  ...(['worker', 'recovery', 'checks'] as const).map((actor): Row => {
    const given = { worker: toWorker, recovery: toWorkerRecovery, checks: toChecks }[actor];
    return {
      rule: `a run whose ${actor} actor broke examines its attempt before anything else happens`,
      input: on.input({ hasChecks: actor === 'checks' }),
      given: [...given, on.broken(actor)],
      from: 'failed',
      when: on.resume,
      leads: 'recoveryPending.examining',
      context: { attempt: { number: 1, role: 'worker' } },
    };
  }),
  {
    rule: 'a failed run cannot be interrupted',
    given: toWorkerFailure,
    from: 'failed',
    when: on.interrupt(),
    leads: 'failed',
    context: { reason: 'agentNotFound' },
  },
  {
    rule: 'a failed run stays failed when its process was restarted',
    given: toWorkerFailure,
    from: 'failed',
    when: on.restarted,
    leads: 'failed',
    context: { reason: 'agentNotFound' },
  },
];

const everything: readonly (readonly [string, Step])[] = [
  ['a start', on.start],
  ['an interruption', on.interrupt()],
  ['a resume', on.resume],
  ['a larger budget', on.extend(9)],
  ['a restarted process', on.restarted],
  ['a late end', on.ended(on.answer('retry'))],
];

const final: Row[] = everything.flatMap(([what, when]) => [
  {
    rule: `a completed run does not answer ${what}`,
    given: toCompleted,
    from: 'completed',
    when,
    leads: 'completed',
    context: { phase: 'completed', reason: 'done', limits: on.LIMITS },
  },
  {
    rule: `a rejected run does not answer ${what}`,
    given: toRejected,
    from: 'rejected',
    when,
    leads: 'rejected',
    context: { phase: 'rejected', reason: 'impossible', limits: on.LIMITS },
  },
]);

export const endedRows: readonly Row[] = [...interruptions, ...interrupted, ...failed, ...final];
