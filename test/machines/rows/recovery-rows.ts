import * as on from '../lifecycle-events.ts';
import {
  toAuditor,
  toAuditorPause,
  toAuditorRecovery,
  toChecks,
  toWorker,
  toWorkerPause,
  toWorkerRecovery,
} from '../lifecycle-runs.ts';
import type { Row } from './row.ts';

const withChecks = on.input({ hasChecks: true });
const onceEach = on.input({ limits: { workerAttempts: 1, auditorAttempts: 1 } });
const stopOnLimit = on.input({ limits: { onLimit: 'stop' } });
const fallBack = on.input({
  agentCounts: { worker: 2, auditor: 2 },
  limits: { onLimit: 'fallback' },
});
const LIMIT = on.ENDED_AT + 5_000;
const lostWorker = [...toWorker, on.restarted];
const lostAuditor = [...toAuditor, on.restarted];

const ofWorker: Row[] = [
  {
    rule: 'a worker found alive is attached to, as the same attempt',
    given: lostWorker,
    from: 'recoveryPending.examining',
    when: on.alive,
    leads: 'workerExecuting.live',
    context: { attempt: { number: 1, attach: true, pid: 4711, endReason: null }, reason: null },
  },
  {
    rule: 'work that was finished although its attempt was not goes to the checks',
    input: withChecks,
    given: toWorkerRecovery,
    from: 'recoveryPending.examining',
    when: on.success(on.cleanEnd()),
    leads: 'checksExecuting',
    context: { work: { attempt: 1 }, reason: null },
  },
  {
    rule: 'checks that broke run again after the work was found finished',
    input: withChecks,
    given: [...toChecks, on.broken('checks'), on.resume],
    from: 'recoveryPending.examining',
    when: on.success(on.cleanEnd()),
    leads: 'checksExecuting',
  },
  {
    rule: 'work that was finished although its attempt was not goes to the audit without checks',
    given: toWorkerRecovery,
    from: 'recoveryPending.examining',
    when: on.success(on.cleanEnd()),
    leads: 'auditPending',
    context: { work: { attempt: 1 }, reason: null },
  },
  {
    rule: 'partial work of a worker goes into the next iteration',
    given: toWorkerRecovery,
    from: 'recoveryPending.examining',
    when: on.partial('inactivity'),
    leads: 'reiterationPending',
    context: {
      salvage: {
        attempt: 1,
        reason: 'inactivity',
        text: on.text('half of it'),
        session: null,
      },
      rounds: [{ iteration: 1, attempt: 1, verdict: 'partial', feedback: 'half of it' }],
    },
  },
  {
    rule: 'partial work is not checked',
    input: withChecks,
    given: toWorkerRecovery,
    from: 'recoveryPending.examining',
    when: on.partial('inactivity'),
    leads: 'reiterationPending',
  },
  {
    rule: 'a worker that left nothing pauses before it is started once more',
    given: toWorkerRecovery,
    from: 'recoveryPending.examining',
    when: on.dead(),
    leads: 'recoveryPending.pausing',
    context: { deaths: { worker: 1, auditor: 0 }, reason: 'dead' },
  },
  {
    rule: 'a worker that left nothing and has no attempt left fails the run with the cause',
    input: onceEach,
    given: toWorkerRecovery,
    from: 'recoveryPending.examining',
    when: on.dead(),
    leads: 'failed',
    context: { reason: 'workerDead', message: 'It exited with code 3.' },
  },
];

const ofAuditor: Row[] = [
  {
    rule: 'an auditor found alive is attached to, as the same attempt',
    given: lostAuditor,
    from: 'recoveryPending.examining',
    when: on.alive,
    leads: 'auditorExecuting.live',
    context: { attempt: { number: 2, role: 'auditor', attach: true, pid: 4711 } },
  },
  {
    rule: 'a found verdict done counts',
    given: toAuditorRecovery,
    from: 'recoveryPending.examining',
    when: on.success(on.answer('done')),
    leads: 'completed',
    context: { verdict: on.verdict('done'), reason: 'done' },
  },
  {
    rule: 'a found verdict retry counts',
    given: toAuditorRecovery,
    from: 'recoveryPending.examining',
    when: on.success(on.answer('retry')),
    leads: 'reiterationPending',
    context: { feedback: { from: 'auditor', attempt: 2, text: on.text('do it better') } },
  },
  {
    rule: 'a found verdict impossible counts',
    given: toAuditorRecovery,
    from: 'recoveryPending.examining',
    when: on.success(on.answer('impossible')),
    leads: 'rejected',
    context: { verdict: on.verdict('impossible'), reason: 'impossible' },
  },
  {
    rule: 'a found verdict counts when checks are configured, too',
    input: withChecks,
    given: [...toChecks, on.checksPass, on.audit, on.ended(on.end())],
    from: 'recoveryPending.examining',
    when: on.success(on.answer('done')),
    leads: 'completed',
  },
  ...(['done', 'retry', 'impossible', 'unreadable'] as const).map(
    (kind): Row => ({
      rule: `the word ${kind} of an auditor that recovery calls dead decides nothing`,
      given: toAuditorRecovery,
      from: 'recoveryPending.examining',
      when: on.recovered({ kind: 'dead', end: on.answer(kind, { class: 'crashed' }) }),
      leads: 'recoveryPending.pausing',
      context: { verdict: null },
    }),
  ),
  {
    rule: 'a found answer that cannot be read asks the auditor again',
    given: toAuditorRecovery,
    from: 'recoveryPending.examining',
    when: on.success(on.answer('unreadable')),
    leads: 'auditPending',
    context: { deaths: { worker: 0, auditor: 1 }, diagnosis: 'no JSON in the answer' },
  },
  {
    rule: 'a found answer that cannot be read fails the run when it was the last attempt',
    input: onceEach,
    given: toAuditorRecovery,
    from: 'recoveryPending.examining',
    when: on.success(on.answer('unreadable')),
    leads: 'failed',
    context: { reason: 'auditorUnreadable' },
  },
  {
    rule: 'partial output of an auditor is worth nothing: the auditor is started once more',
    given: toAuditorRecovery,
    from: 'recoveryPending.examining',
    when: on.partial('inactivity'),
    leads: 'recoveryPending.pausing',
    context: { deaths: { worker: 0, auditor: 1 }, salvage: null, rounds: [] },
  },
  {
    rule: 'an auditor that left nothing and has no attempt left fails the run with the cause',
    input: onceEach,
    given: toAuditorRecovery,
    from: 'recoveryPending.examining',
    when: on.dead(),
    leads: 'failed',
    context: { reason: 'auditorDead' },
  },
];

const ofBoth: Row[] = [
  {
    rule: 'a usage limit is waited for until the time that was told',
    given: toWorkerRecovery,
    from: 'recoveryPending.examining',
    when: on.limited(on.ENDED_AT + 5_000),
    leads: 'waitingForQuota',
    context: { resumeAt: on.ENDED_AT + 5_000, reason: 'usageLimit' },
  },
  {
    rule: 'a usage limit interrupts the run when it shall stop on limits',
    input: stopOnLimit,
    given: toWorkerRecovery,
    from: 'recoveryPending.examining',
    when: on.limited(on.ENDED_AT + 5_000),
    leads: 'interrupted',
    context: { resumeAt: on.ENDED_AT + 5_000, reason: 'usageLimit' },
  },
  {
    rule: 'the next agent takes the place of a worker at its usage limit, without a wait and in the same iteration',
    input: fallBack,
    given: toWorkerRecovery,
    from: 'recoveryPending.examining',
    when: on.limited(LIMIT),
    leads: 'waitingForQuota',
    context: {
      iteration: 1,
      turns: { worker: { current: 1, limitedUntil: [LIMIT, 0] }, auditor: { current: 0 } },
      resumeAt: on.ENDED_AT,
      reason: 'fallback',
      deaths: { worker: 0 },
    },
  },
  {
    rule: 'the next agent takes the place of an auditor at its usage limit, without a wait',
    input: fallBack,
    given: toAuditorRecovery,
    from: 'recoveryPending.examining',
    when: on.limited(LIMIT),
    leads: 'waitingForQuota',
    context: {
      turns: { worker: { current: 0 }, auditor: { current: 1, limitedUntil: [LIMIT, 0] } },
      resumeAt: on.ENDED_AT,
      reason: 'fallback',
    },
  },
  {
    rule: 'the agent whose usage limit ends first is waited for when all are at theirs',
    input: fallBack,
    given: [...toWorkerRecovery, on.limited(LIMIT), on.quotaReset, on.ended(on.end())],
    from: 'recoveryPending.examining',
    when: on.limited(LIMIT + 3_600_000),
    leads: 'waitingForQuota',
    context: {
      turns: { worker: { current: 0, limitedUntil: [LIMIT, LIMIT + 3_600_000] } },
      resumeAt: LIMIT,
      reason: 'usageLimit',
    },
  },
  {
    rule: 'a usage limit is waited for when there is no agent to fall back on',
    input: on.input({ limits: { onLimit: 'fallback' } }),
    given: toWorkerRecovery,
    from: 'recoveryPending.examining',
    when: on.limited(LIMIT),
    leads: 'waitingForQuota',
    context: { resumeAt: LIMIT },
  },
  {
    rule: 'findings about an older attempt change nothing',
    given: toAuditorRecovery,
    from: 'recoveryPending.examining',
    when: on.ofOlderAttempt(on.success(on.answer('done'))),
    leads: 'recoveryPending.examining',
  },
  {
    rule: 'an examination whose orchestrator died begins again, with the first reason of the end',
    given: [...toWorker, on.silence('worker')],
    from: 'recoveryPending.examining',
    when: on.restarted,
    leads: 'recoveryPending.examining',
    context: { reason: 'inactivity', attempt: { endReason: 'inactivity' } },
  },
  {
    rule: 'a pause whose orchestrator died begins with another examination',
    given: toWorkerPause,
    from: 'recoveryPending.pausing',
    when: on.restarted,
    leads: 'recoveryPending.examining',
  },
  {
    rule: 'a broken recovery actor fails the run and names its error',
    given: toWorkerRecovery,
    from: 'recoveryPending.examining',
    when: on.broken('recovery'),
    leads: 'failed',
    context: { reason: 'internalError', message: 'the recovery actor broke' },
  },
];

const pauses: Row[] = [
  {
    rule: 'after the pause the dead worker is started once more in the same iteration',
    given: toWorkerPause,
    from: 'recoveryPending.pausing',
    when: on.pauseOver,
    leads: 'workerExecuting.live',
    context: { iteration: 1, attempt: { number: 2, role: 'worker' } },
  },
  {
    rule: 'after the pause the dead auditor is started once more in the same iteration',
    given: toAuditorPause,
    from: 'recoveryPending.pausing',
    when: on.pauseOver,
    leads: 'auditorExecuting.live',
    context: { iteration: 1, attempt: { number: 3, role: 'auditor' } },
  },
];

/** Ends that another start would only repeat, and the reason that programs read. */
const fatal: Row[] = (
  [
    ['an agent that is not there', 'notFound', 'agentNotFound'],
    ['an agent that is not authorised', 'unauthorized', 'unauthorized'],
    ['a prompt that is too long for its agent', 'contextTooLong', 'contextTooLong'],
  ] as const
).flatMap(([what, endClass, reason]) =>
  ([toWorkerRecovery, toAuditorRecovery] as const).map((given, index) => ({
    rule: `${what} fails the run at once as ${['worker', 'auditor'][index]}`,
    given,
    from: 'recoveryPending.examining',
    when: on.dead('exited', endClass),
    leads: 'failed',
    context: { reason },
  })),
);

export const recoveryRows: readonly Row[] = [
  ...ofWorker,
  ...ofAuditor,
  ...ofBoth,
  ...pauses,
  ...fatal,
];
