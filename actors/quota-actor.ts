import { setTimeout as delay } from 'node:timers/promises';
import { fromPromise } from 'xstate';
import { uptimeMs } from './uptime.ts';

/** Longest sleep between looks at the clocks, in ms: the machine may be suspended, or its clock set. */
const LONGEST_SLEEP_MS = 30_000;

export interface QuotaClocks {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds on a clock that nobody sets; default {@link uptimeMs}. */
  uptime?(): number;
}

/**
 * The actor of `waitingForQuota`: done when the absolute time is reached, or when as much time has passed as there was
 * left at first. A wall clock that is set back meanwhile would make an hour of a minute; when the limit does hold still,
 * that costs one more try.
 */
export function quotaActor(clocks: QuotaClocks) {
  return fromPromise<void, { readonly resumeAt: number }>(({ input, signal }) =>
    waitUntil(input.resumeAt, clocks, signal),
  );
}

async function waitUntil(
  resumeAt: number,
  { now, uptime = uptimeMs }: QuotaClocks,
  signal: AbortSignal,
): Promise<void> {
  const end = uptime() + resumeAt - now();
  const left = () => Math.min(resumeAt - now(), end - uptime());
  for (let ms = left(); ms > 0; ms = left()) {
    await delay(Math.min(ms, LONGEST_SLEEP_MS), undefined, { signal });
  }
}
