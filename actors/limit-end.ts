import { statSync } from 'node:fs';
import type { Activity } from '../machines/activity.ts';
import { quotaResetAt } from '../machines/quota-time.ts';

/**
 * The activity. A result that failed at a usage limit, and whose record does not say when that ends, gets the end that
 * its message tells.
 *
 * @param writtenAt when the agent wrote it (epoch ms): "in two hours" counts from there, however late it is read.
 */
export function withLimitEnd(activity: Activity, writtenAt: () => number): Activity {
  if (activity.kind !== 'result') return activity;
  const { failure } = activity;
  if (failure?.class !== 'limited' || failure.resumeAt !== null) return activity;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const resumeAt = quotaResetAt(failure.message, { now: writtenAt(), timeZone });
  return { ...activity, failure: { ...failure, resumeAt } };
}

/** When a file was last written to, in epoch ms; `otherwise` when it is not there. */
export function lastWrittenAt(path: string, otherwise: number): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? otherwise;
}
