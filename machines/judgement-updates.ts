/** How work, the checks on it and what an auditor says of it change the context. */
import type { LifecycleContext } from './context.ts';
import { currentAttempt } from './context.ts';
import type { AttemptEnd, Feedback, TextRef, Work } from './contracts.ts';
import { afterVerdict, standing } from './findings-ledger.ts';
import { standstillWith } from './standstill.ts';
import { countDeath, noReason, remember, takeUsage, type Update } from './updates.ts';

/** A worker's clean end: its result is what will be checked and judged. */
export function acceptWork(context: LifecycleContext, end: AttemptEnd): Update {
  if (!end.result) throw new Error('A clean end of a worker has a result.');
  const { number } = currentAttempt(context);
  const { result, protectedChanges } = end;
  const work: Work = {
    attempt: number,
    result,
    checks: [],
    checkedTree: null,
    ...(protectedChanges ? { protectedChanges } : {}),
  };
  return {
    ...takeUsage(context, end),
    work,
    salvage: null,
    quotaProbes: 0,
    diagnosis: null,
    ...noReason,
  };
}

export function acceptChecks(
  context: LifecycleContext,
  checks: Work['checks'],
  checkedTree: string | null,
): Update {
  const activeMs = context.activeMs + durationOf(checks);
  return { work: context.work && { ...context.work, checks, checkedTree }, activeMs, ...noReason };
}

export function takeFailedChecks(
  context: LifecycleContext,
  checks: Work['checks'],
  text: TextRef,
  tree: string | null,
): Update {
  const attempt = context.work?.attempt ?? currentAttempt(context).number;
  const feedback: Feedback = { from: 'checks', attempt, text };
  const failing = checks.filter(({ required, passed }) => required && !passed);
  return {
    work: context.work && { ...context.work, checks, checkedTree: null },
    feedback,
    standstill: standstillWith(
      context,
      tree,
      failing.map(({ name }) => name),
    ),
    rounds: remember(context, 'checksFailed', text.preview),
    activeMs: context.activeMs + durationOf(checks),
    reason: 'checksFailed',
    message: null,
  };
}

/** The auditor decided: done and impossible end the run, retry is the next worker's feedback. */
export function takeVerdict(context: LifecycleContext, end: AttemptEnd): Update {
  const { verdict, feedback: text } = end;
  const reason = verdict?.kind ?? null;
  const findings = findingsAfter(context, end);
  const update = {
    ...takeUsage(context, end),
    verdict,
    findings,
    quotaProbes: 0,
    reason,
    message: null,
  };
  if (verdict?.kind !== 'retry' || !text) return update;
  const feedback: Feedback = { from: 'auditor', attempt: currentAttempt(context).number, text };
  const found = standing(findings).map(({ id }) => id);
  return {
    ...update,
    feedback,
    standstill: standstillWith(context, end.tree?.before ?? null, found),
    rounds: remember(context, 'retry', text.preview),
  };
}

function findingsAfter({ findings, iteration }: LifecycleContext, { verdict }: AttemptEnd) {
  if (!verdict || verdict.kind === 'unreadable') return findings;
  return afterVerdict(findings, verdict, iteration);
}

/** An answer that cannot be taken counts as a death of the auditor; the next one is told why. */
export function refuseAnswer(context: LifecycleContext, end: AttemptEnd): Update {
  const refusal = judgesCheckedTree(context, end)
    ? unreadable(end.verdict)
    : { ...TREE_CHANGED, work: withoutChecks(context.work) };
  return {
    ...takeUsage(context, end),
    ...countDeath(context, end),
    ...refusal,
    message: refusal.diagnosis,
  };
}

/**
 * Whether what was judged, and is there now, are the files that the checks passed on; as far as it is recorded. Without
 * checks there is nothing to compare with.
 */
export function judgesCheckedTree(
  { hasChecks, work }: LifecycleContext,
  { tree }: AttemptEnd,
): boolean {
  if (hasChecks && !work?.checks.length) return false;
  const checked = work?.checkedTree ?? null;
  const judged = [tree?.before ?? null, tree?.after ?? null];
  return checked === null || judged.every((name) => name === null || name === checked);
}

function unreadable(verdict: AttemptEnd['verdict']) {
  const diagnosis = verdict?.kind === 'unreadable' ? verdict.diagnosis : 'no answer';
  return { reason: 'unreadable', diagnosis, verdict };
}

const TREE_CHANGED = {
  reason: 'treeChanged',
  diagnosis:
    'The files were changed after the checks had passed, or while they were judged: a verdict of done was for other ' +
    'files than are there. Change nothing while you judge.',
  verdict: null,
};

/** They say nothing about the files as they are: they run again before anything is judged. */
function withoutChecks(work: Work | null): Work | null {
  return work && { ...work, checks: [], checkedTree: null };
}

function durationOf(checks: Work['checks']): number {
  return checks.reduce((total, { durationMs }) => total + durationMs, 0);
}
