import * as on from '../lifecycle-events.ts';
import {
  toAudit,
  toAuditor,
  toAuditorPause,
  toAuditorRecovery,
  toReiteration,
  toWorker,
  toWorkerPause,
  toWorkerQuota,
  toWorkerRecovery,
} from '../lifecycle-runs.ts';
import type { Row } from './row.ts';

const oneDollar = on.input({ limits: { maxCostUsd: 1 } });
const hundredTokens = on.input({ limits: { maxTokens: 100 } });
const oneSecond = on.input({ limits: { maxTimeMs: 1_000 } });
const aDollar = on.ended(on.cleanEnd({ usage: on.usage(1, 1) }));
const failure = (reason: string) => ({ phase: 'failed', reason });

const during: Row[] = [
  {
    rule: 'what an attempt has used so far is known before it ends',
    input: oneDollar,
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.spent(on.usage(10, 0.5), 700),
    leads: 'workerExecuting.live',
    context: { attempt: { number: 1, spent: on.usage(10, 0.5), ranMs: 700 } },
  },
  {
    rule: 'an attempt that uses up a budget is stopped',
    input: oneDollar,
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.spent(on.usage(10, 1), 700),
    leads: 'recoveryPending.examining',
    context: { reason: 'budget', attempt: { endReason: 'budget', spent: on.usage(10, 1) } },
  },
  {
    rule: 'an auditor that uses up a budget is stopped as well',
    input: hundredTokens,
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: on.spent(on.usage(100), 700),
    leads: 'recoveryPending.examining',
    context: { reason: 'budget' },
  },
  {
    rule: 'what an auditor tells of itself while it works is noted',
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: on.spent(on.usage(7), 5),
    leads: 'auditorExecuting.live',
    context: { attempt: { spent: on.usage(7) } },
  },
  {
    rule: 'what an older attempt is said to have used changes nothing',
    input: oneDollar,
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: on.ofOlderAttempt(on.spent(on.usage(10, 5), 700)),
    leads: 'auditorExecuting.live',
    context: { attempt: { spent: on.usage(null) } },
  },
  {
    rule: 'what an interrupted auditor has used is in the sums',
    given: [...toAuditor, on.spent(on.usage(7, 0.25), 50)],
    from: 'auditorExecuting.live',
    when: on.interrupt(),
    leads: 'interrupted',
    context: { usage: { worker: on.usage(null), auditor: on.usage(7, 0.25) }, usageUpTo: 2 },
  },
];

const before: Row[] = [
  {
    rule: 'no auditor is started when a budget is spent',
    input: oneDollar,
    given: [...toWorker, aDollar],
    from: 'auditPending',
    when: on.audit,
    leads: 'failed',
    context: { ...failure('maxCost'), failedIn: 'auditPending' },
  },
  {
    rule: 'no worker is started when a budget is spent',
    input: oneSecond,
    given: [
      ...toWorker,
      on.ended(on.cleanEnd({ ranMs: 500 })),
      on.audit,
      on.ended({ ...on.answer('retry'), ranMs: 500 }),
    ],
    from: 'reiterationPending',
    when: on.reiterate,
    leads: 'failed',
    context: { ...failure('maxTime'), failedIn: 'reiterationPending', activeMs: 1_000 },
  },
  {
    rule: 'a dead role is not started again when a budget is spent',
    input: hundredTokens,
    given: toWorkerRecovery,
    from: 'recoveryPending.examining',
    when: on.deadOf(on.end({ usage: on.usage(100) })),
    leads: 'failed',
    context: { ...failure('maxTokens'), failedIn: 'recoveryPending' },
  },
  {
    rule: 'a run whose budget is spent does not wait for a usage limit',
    input: hundredTokens,
    given: toWorkerRecovery,
    from: 'recoveryPending.examining',
    when: on.limitedOf(on.end({ class: 'limited', usage: on.usage(100) })),
    leads: 'failed',
    context: { ...failure('maxTokens'), failedIn: 'recoveryPending' },
  },
];

const larger: Row[] = [
  {
    rule: 'with a larger budget the work that waited for its audit is audited',
    input: oneDollar,
    given: [...toWorker, aDollar, on.audit],
    from: 'failed',
    when: on.extendBy({ maxCostUsd: 2 }),
    leads: 'auditPending',
    context: { reason: null, work: { attempt: 1 }, limits: { maxCostUsd: 2 } },
  },
  {
    rule: 'a budget that is still too small changes the limit and nothing else',
    input: oneDollar,
    given: [...toWorker, aDollar, on.audit],
    from: 'failed',
    when: on.extendBy({ maxCostUsd: 0.5 }),
    leads: 'failed',
    context: failure('maxCost'),
  },
  {
    rule: 'with a larger budget the worker that died is started once more, in its iteration',
    input: hundredTokens,
    given: [...toWorkerRecovery, on.deadOf(on.end({ usage: on.usage(100) }))],
    from: 'failed',
    when: on.extendBy({ maxTokens: 200 }),
    leads: 'reiterationPending',
    context: { iteration: 1, repeatsIteration: true, reason: null },
  },
  {
    rule: 'with a larger budget the auditor that died is followed by another audit',
    input: hundredTokens,
    given: [...toAuditorRecovery, on.deadOf(on.end({ usage: on.usage(100) }))],
    from: 'failed',
    when: on.extendBy({ maxTokens: 200 }),
    leads: 'auditPending',
    context: { reason: null },
  },
];

const lossOf = (end: 'partial' | 'dead') =>
  end === 'dead' ? on.dead('orchestratorLost') : on.partial('orchestratorLost');

const losses: Row[] = [
  {
    rule: 'a run whose oneshot is lost again and again under attempts that leave nothing ends',
    input: on.input({ limits: { maxLosses: 1 } }),
    given: [...toWorker, on.restarted],
    from: 'recoveryPending.examining',
    when: lossOf('dead'),
    leads: 'failed',
    context: { ...failure('crashLoop'), losses: 1 },
  },
  {
    rule: 'so does one whose attempts leave half done work each time, which is kept',
    input: on.input({ limits: { maxLosses: 2 } }),
    given: [
      ...toWorker,
      ...[on.restarted, lossOf('partial'), on.reiterate],
      ...[on.restarted, lossOf('partial')],
    ],
    from: 'reiterationPending',
    when: on.reiterate,
    leads: 'failed',
    context: { ...failure('crashLoop'), losses: 2, salvage: { attempt: 2 } },
  },
  {
    rule: 'any other end begins to count the losses anew',
    input: on.input({ limits: { maxLosses: 2 } }),
    given: [...toWorker, on.restarted, lossOf('partial'), on.reiterate],
    from: 'workerExecuting.live',
    when: on.ended(on.cleanEnd()),
    leads: 'auditPending',
    context: { losses: 0 },
  },
  {
    rule: 'a run that ended in a crash loop goes on when a person says so',
    input: on.input({ limits: { maxLosses: 1 } }),
    given: [...toWorker, on.restarted, lossOf('dead')],
    from: 'failed',
    when: on.resume,
    leads: 'workerExecuting.live',
    context: { losses: 0, attempt: { number: 2 } },
  },
];

const enough: Row[] = [
  ['an auditor', toAudit, 'auditPending', on.audit, 'auditorExecuting.live'] as const,
  [
    'the next worker',
    toReiteration,
    'reiterationPending',
    on.reiterate,
    'workerExecuting.live',
  ] as const,
  [
    'the same worker',
    toWorkerPause,
    'recoveryPending.pausing',
    on.pauseOver,
    'workerExecuting.live',
  ] as const,
  [
    'the same auditor',
    toAuditorPause,
    'recoveryPending.pausing',
    on.pauseOver,
    'auditorExecuting.live',
  ] as const,
  [
    'a limited worker',
    toWorkerQuota,
    'waitingForQuota',
    on.quotaReset,
    'workerExecuting.live',
  ] as const,
].map(([who, given, from, when, leads]) => ({
  rule: `${who} is started while every budget has something left`,
  input: on.input({ limits: { maxCostUsd: 1, maxTokens: 100, maxTimeMs: 60_000 } }),
  given,
  from,
  when,
  leads,
}));

export const budgetRows: readonly Row[] = [...during, ...before, ...larger, ...losses, ...enough];
