import * as on from '../lifecycle-events.ts';
import { toAuditor, toChecks } from '../lifecycle-runs.ts';
import type { Row } from './row.ts';

/** An auditor that found this in these files. */
function found(tree: string | null, ...findings: readonly string[]) {
  const verdict = { kind: 'retry', feedback: 'Mend it.', findings } as const;
  return on.ended(on.answer('retry', { verdict, tree: tree === null ? null : treeOf(tree) }));
}

const treeOf = (name: string) => ({ before: name, after: name, skipped: [] });

const again = [on.reiterate, on.ended(on.cleanEnd()), on.audit];
const withChecks = on.input({ hasChecks: true });

const progress: Row[] = (
  [
    ['the files have changed', [found('tree-1', 'a'), ...again, found('tree-2', 'a')]],
    ['something else was found', [found('tree-1', 'a'), ...again, found('tree-1', 'b')]],
    ['something was mended', [found('tree-1', 'a', 'b'), ...again, found('tree-1', 'a')]],
    ['nobody knows whether the files changed', [found(null, 'a'), ...again, found(null, 'a')]],
    [
      'the same was found with another round between',
      [found('tree-1', 'a'), ...again, found('tree-2', 'a'), ...again, found('tree-1', 'a')],
    ],
  ] as const
).map(([what, steps]) => ({
  rule: `a run goes on when ${what}`,
  input: on.input({ limits: { maxIterations: 9 } }),
  given: [...toAuditor, ...steps],
  from: 'reiterationPending',
  when: on.reiterate,
  leads: 'workerExecuting.live',
}));

const stuck: Row[] = [
  {
    rule: 'a run whose auditors found the same in unchanged files twice fails before it costs more',
    given: [
      ...toAuditor,
      found('tree-1', 'a.ts:3: x', 'b'),
      ...again,
      found('tree-1', 'b', 'a.ts:9: x'),
    ],
    from: 'reiterationPending',
    when: on.reiterate,
    leads: 'failed',
    context: { reason: 'stalled', iteration: 2, standstill: { tree: 'tree-1', rounds: 2 } },
  },
  {
    rule: 'a run whose check failed on unchanged files twice fails before it costs more',
    input: withChecks,
    given: [
      ...toChecks,
      on.checksFailOn('tree-1'),
      on.reiterate,
      on.ended(on.cleanEnd()),
      on.checksFailOn('tree-1'),
    ],
    from: 'reiterationPending',
    when: on.reiterate,
    leads: 'failed',
    context: { reason: 'stalled', standstill: { found: ['npm test'] } },
  },
  {
    rule: 'a run stands still as long as its user lets it',
    input: on.input({ limits: { stallAfter: 3 } }),
    given: [...toAuditor, found('tree-1', 'a'), ...again, found('tree-1', 'a')],
    from: 'reiterationPending',
    when: on.reiterate,
    leads: 'workerExecuting.live',
  },
  {
    rule: 'a run that may stand still for ever does',
    input: on.input({ limits: { stallAfter: 0 } }),
    given: [...toAuditor, found('tree-1', 'a'), ...again, found('tree-1', 'a')],
    from: 'reiterationPending',
    when: on.reiterate,
    leads: 'workerExecuting.live',
  },
  {
    rule: 'a stalled run that is resumed gets a worker, and may be stuck as often as at first',
    given: [...toAuditor, found('tree-1', 'a'), ...again, found('tree-1', 'a'), on.reiterate],
    from: 'failed',
    when: on.resume,
    leads: 'reiterationPending',
    context: { standstill: null, reason: null, message: null },
  },
];

const ledger: Row[] = [
  {
    rule: 'the findings of a verdict are told the next worker and the next auditor',
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: found('tree-1', 'a', 'b'),
    leads: 'reiterationPending',
    context: {
      findings: [
        { text: 'a', status: 'new' },
        { text: 'b', status: 'new' },
      ],
    },
  },
  {
    rule: 'what a verdict no longer finds was mended',
    given: [...toAuditor, found('tree-1', 'a', 'b'), ...again],
    from: 'auditorExecuting.live',
    when: found('tree-2', 'b', 'c'),
    leads: 'reiterationPending',
    context: {
      findings: [
        { text: 'c', status: 'new', iteration: 2 },
        { text: 'b', status: 'repeated', iteration: 1, rounds: 2 },
        { text: 'a', status: 'fixed' },
      ],
    },
  },
  {
    rule: 'an older auditor changes nothing of what was found',
    given: toAuditor,
    from: 'auditorExecuting.live',
    when: on.ofOlderAttempt(found('tree-1', 'a')),
    leads: 'auditorExecuting.live',
    context: { findings: [], standstill: null },
  },
];

export const convergenceRows: readonly Row[] = [...progress, ...stuck, ...ledger];
