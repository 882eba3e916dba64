import * as on from '../lifecycle-events.ts';
import {
  toAudit,
  toAuditor,
  toAuditorQuota,
  toReiteration,
  toWorkerQuota,
} from '../lifecycle-runs.ts';
import type { Row } from './row.ts';

const audit: Row[] = [
  {
    rule: 'a result to judge starts the auditor as an attempt of its own',
    given: toAudit,
    from: 'auditPending',
    when: on.audit,
    leads: 'auditorExecuting.live',
    context: { iteration: 1, attempt: { number: 2, role: 'auditor' } },
  },
  {
    rule: 'a pending audit stays pending when its process was restarted',
    given: toAudit,
    from: 'auditPending',
    when: on.restarted,
    leads: 'auditPending',
  },
];

const auditor: Row[] = [
  {
    rule: 'the verdict done completes the run',
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: on.ended(on.answer('done')),
    leads: 'completed',
    context: { phase: 'completed', reason: 'done', verdict: on.verdict('done') },
  },
  {
    rule: 'the verdict retry leads to the next iteration with the feedback',
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: on.ended(on.answer('retry')),
    leads: 'reiterationPending',
    context: {
      reason: 'retry',
      feedback: { from: 'auditor', attempt: 2, text: on.text('do it better') },
      rounds: [{ iteration: 1, attempt: 2, verdict: 'retry', feedback: 'do it better' }],
    },
  },
  {
    rule: 'the verdict impossible rejects the run',
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: on.ended(on.answer('impossible')),
    leads: 'rejected',
    context: { phase: 'rejected', reason: 'impossible', verdict: on.verdict('impossible') },
  },
  {
    rule: 'an unreadable answer asks the auditor again, not the worker, and tells it why',
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: on.ended(on.answer('unreadable')),
    leads: 'auditPending',
    context: { iteration: 1, reason: 'unreadable', diagnosis: 'no JSON in the answer' },
  },
  {
    rule: 'the last unreadable answer fails the run',
    given: [...toAuditor, on.ended(on.answer('unreadable')), on.audit],
    from: 'auditorExecuting.live',
    when: on.ended(on.answer('unreadable')),
    leads: 'failed',
    context: { reason: 'auditorUnreadable' },
  },
  ...(['done', 'retry', 'impossible', 'unreadable'] as const).flatMap((kind): Row[] => [
    {
      rule: `an auditor that crashed is examined, although it said ${kind}`,
      given: toAuditor,
      from: 'auditorExecuting.live',
      when: on.ended(on.answer(kind, { class: 'crashed', exitCode: 1 })),
      leads: 'recoveryPending.examining',
      context: { reason: 'exited', verdict: null },
    },
    {
      rule: `an end of an older attempt that says ${kind} does not end the auditor`,
      given: toAuditor,
      from: 'auditorExecuting.live',
      when: on.ofOlderAttempt(on.ended(on.answer(kind))),
      leads: 'auditorExecuting.live',
      context: { verdict: null },
    },
  ]),
  {
    rule: 'a silent auditor is examined after the inactivity timeout',
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: on.silence('auditor'),
    leads: 'recoveryPending.examining',
    context: { reason: 'inactivity' },
  },
  {
    rule: 'an auditor that takes too long is examined after the attempt timeout',
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: on.ceiling('auditor'),
    leads: 'recoveryPending.examining',
    context: { reason: 'attemptCeiling' },
  },
  {
    rule: 'a sign of life of the auditor keeps it executing',
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: on.activity,
    leads: 'auditorExecuting.live',
  },
  {
    rule: "the auditor's pid is noted when it has started",
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: on.started(4712),
    leads: 'auditorExecuting.live',
    context: { attempt: { number: 2, pid: 4712 } },
  },
  {
    rule: 'an auditor whose orchestrator died is examined',
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: on.restarted,
    leads: 'recoveryPending.examining',
    context: { reason: 'orchestratorLost' },
  },
  {
    rule: 'a broken auditor actor fails the run and names its error',
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: on.broken('auditor'),
    leads: 'failed',
    context: { reason: 'internalError', message: 'the auditor actor broke' },
  },
];

const reiteration: Row[] = [
  {
    rule: 'the next iteration starts the worker while the budget lasts',
    given: toReiteration,
    from: 'reiterationPending',
    when: on.reiterate,
    leads: 'workerExecuting.live',
    context: { iteration: 2, attempt: { number: 3, role: 'worker' }, work: null },
  },
  {
    rule: 'a used up budget of iterations fails the run',
    input: on.input({ limits: { maxIterations: 1 } }),
    given: toReiteration,
    from: 'reiterationPending',
    when: on.reiterate,
    leads: 'failed',
    context: { reason: 'maxIterations' },
  },
  {
    rule: 'a pending iteration stays pending when its process was restarted',
    given: toReiteration,
    from: 'reiterationPending',
    when: on.restarted,
    leads: 'reiterationPending',
  },
];

const quota: Row[] = [
  {
    rule: 'the end of a usage limit starts the limited worker in the same iteration',
    given: toWorkerQuota,
    from: 'waitingForQuota',
    when: on.quotaReset,
    leads: 'workerExecuting.live',
    context: { iteration: 1, attempt: { number: 2, role: 'worker' }, resumeAt: null },
  },
  {
    rule: 'the end of a usage limit of the auditor leads back to the audit',
    given: toAuditorQuota,
    from: 'waitingForQuota',
    when: on.quotaReset,
    leads: 'auditPending',
    context: { iteration: 1 },
  },
  {
    rule: 'a restarted process goes on waiting for the same time',
    given: [...toWorkerQuota.slice(0, -1), on.limited(on.ENDED_AT + 5_000)],
    from: 'waitingForQuota',
    when: on.restarted,
    leads: 'waitingForQuota',
    context: { resumeAt: on.ENDED_AT + 5_000 },
  },
  {
    rule: 'a broken wait for the usage limit fails the run and names its error',
    given: toWorkerQuota,
    from: 'waitingForQuota',
    when: on.broken('quotaReset'),
    leads: 'failed',
    context: { reason: 'internalError', message: 'the quotaReset actor broke' },
  },
];

export const auditorRows: readonly Row[] = [...audit, ...auditor, ...reiteration, ...quota];
