import * as on from '../lifecycle-events.ts';
import { toAuditorRecovery, toChecks } from '../lifecycle-runs.ts';
import type { Row } from './row.ts';

const withChecks = on.input({ hasChecks: true });
const toCheckedAudit = [...toChecks, on.checksPassOn('tree-1')];
const toCheckedAuditor = [...toCheckedAudit, on.audit];
const toCheckedRecovery = [...toCheckedAuditor, on.ended(on.end())];

/** An auditor's answer, with the files as they were before and after it. */
function judged(kind: 'done' | 'retry', before: string | null, after: string | null) {
  return on.answer(kind, { tree: { before, after, skipped: [] } });
}

const evidence = (
  [
    ['the files that the checks passed on complete the run', 'tree-1', 'tree-1'],
    ['files that could not be recorded afterwards complete the run', 'tree-1', null],
    ['files that could not be recorded at all complete the run', null, null],
  ] as const
).map(
  ([what, before, after]): Row => ({
    rule: `the verdict done for ${what}`,
    input: withChecks,
    given: toCheckedAuditor,
    from: 'auditorExecuting.live',
    when: on.ended(judged('done', before, after)),
    leads: 'completed',
  }),
);

const otherFiles = (
  [
    ['before the auditor began', 'tree-2', 'tree-2'],
    ['while the auditor judged', 'tree-1', 'tree-2'],
    ['while the auditor judged, and nobody knows what was there before', null, 'tree-2'],
  ] as const
).flatMap(([when, before, after]): Row[] => [
  {
    rule: `the verdict done does not count for files that were changed ${when}`,
    input: withChecks,
    given: toCheckedAuditor,
    from: 'auditorExecuting.live',
    when: on.ended(judged('done', before, after)),
    leads: 'auditPending',
    context: { reason: 'treeChanged', verdict: null, work: { checks: [], checkedTree: null } },
  },
  {
    rule: `a found verdict done does not count for files that were changed ${when}`,
    input: withChecks,
    given: toCheckedRecovery,
    from: 'recoveryPending.examining',
    when: on.success(judged('done', before, after)),
    leads: 'auditPending',
    context: { reason: 'treeChanged', deaths: { worker: 0, auditor: 1 } },
  },
]);

const afterwards: Row[] = [
  {
    rule: 'checks run once more before files are judged that they have not passed on',
    input: withChecks,
    given: [...toCheckedAuditor, on.ended(judged('done', 'tree-2', 'tree-2'))],
    from: 'auditPending',
    when: on.audit,
    leads: 'checksExecuting',
    context: { iteration: 1, attempt: { number: 2, role: 'auditor' } },
  },
  {
    rule: 'checks that pass once more lead to another audit',
    input: withChecks,
    given: [...toCheckedAuditor, on.ended(judged('done', 'tree-2', 'tree-2')), on.audit],
    from: 'checksExecuting',
    when: on.checksPassOn('tree-2'),
    leads: 'auditPending',
    context: { work: { attempt: 1, checkedTree: 'tree-2' } },
  },
  {
    rule: 'files that change whenever they are judged fail the run',
    input: on.input({ hasChecks: true, limits: { auditorAttempts: 1 } }),
    given: toCheckedAuditor,
    from: 'auditorExecuting.live',
    when: on.ended(judged('done', 'tree-1', 'tree-2')),
    leads: 'failed',
    context: { reason: 'treeChanged', work: { checks: [], checkedTree: null } },
  },
  {
    rule: 'a resumed run checks the files once more before they are judged',
    input: on.input({ hasChecks: true, limits: { auditorAttempts: 1 } }),
    given: [...toCheckedAuditor, on.ended(judged('done', 'tree-1', 'tree-2')), on.resume],
    from: 'auditPending',
    when: on.audit,
    leads: 'checksExecuting',
  },
  {
    rule: 'checks that were lost while they ran once more do so again: the answer before them is not taken up',
    input: withChecks,
    given: [...toCheckedAuditor, on.ended(judged('done', 'tree-2', 'tree-2')), on.audit],
    from: 'checksExecuting',
    when: on.restarted,
    leads: 'auditPending',
    context: { work: { checks: [] }, verdict: null },
  },
  {
    rule: 'checks that were interrupted while they ran once more do so again',
    input: withChecks,
    given: [
      ...toCheckedAuditor,
      on.ended(judged('done', 'tree-2', 'tree-2')),
      on.audit,
      on.interrupt(),
    ],
    from: 'interrupted',
    when: on.resume,
    leads: 'auditPending',
    context: { work: { checks: [] }, verdict: null },
  },
  {
    rule: 'a verdict done from before the checks ran once more completes nothing',
    input: withChecks,
    given: [
      ...toCheckedAuditor,
      on.ended(judged('done', 'tree-2', 'tree-2')),
      on.audit,
      on.broken('checks'),
      on.resume,
    ],
    from: 'recoveryPending.examining',
    when: on.success(judged('done', 'tree-2', 'tree-2')),
    leads: 'auditPending',
    context: { reason: 'treeChanged', deaths: { worker: 0, auditor: 1 } },
  },
  {
    rule: 'the verdict retry counts for whatever files',
    input: withChecks,
    given: toCheckedAuditor,
    from: 'auditorExecuting.live',
    when: on.ended(judged('retry', 'tree-1', 'tree-2')),
    leads: 'reiterationPending',
  },
  {
    rule: 'without checks there is nothing to compare the judged files with',
    given: toAuditorRecovery,
    from: 'recoveryPending.examining',
    when: on.success(judged('done', 'tree-1', 'tree-2')),
    leads: 'completed',
  },
];

export const evidenceRows: readonly Row[] = [...evidence, ...otherFiles, ...afterwards];
