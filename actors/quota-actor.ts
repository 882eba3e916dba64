import { setTimeout as delay } from 'node:timers/promises';
import { fromPromise } from 'xstate';

/** Longest sleep between looks at the clock, in ms: the machine may be suspended, or its clock set. */
const LONGEST_SLEEP_MS = 30_000;

/** The actor of `waitingForQuota`: done when the absolute time is reached. */
export function quotaActor({ now }: { now(): number }) {
  return fromPromise<void, { readonly resumeAt: number }>(async ({ input, signal }) => {
    for (let left = input.resumeAt - now(); left > 0; left = input.resumeAt - now()) {
      await delay(Math.min(left, LONGEST_SLEEP_MS), undefined, { signal });
    }
  });
}
