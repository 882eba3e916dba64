/** How fast what a run did is shown: as soon as it is there, or in its own time once more. */
import { setTimeout as delay } from 'node:timers/promises';
import { uptimeMs } from '../actors/uptime.ts';

export interface Pace {
  /** How fast time runs for those who watch; `null`: it is the time of now. */
  readonly speed: number | null;
  /** Epoch milliseconds up to which things have happened. */
  now(): number;
  /** Resolves when a moment has come, or the signal is aborted. */
  until(at: number, signal: AbortSignal): Promise<void>;
  /** Somebody watches: from now on time goes by. */
  begin(): void;
}

/** What is there has happened. */
export const LIVE: Pace = {
  speed: null,
  now: () => Number.POSITIVE_INFINITY,
  until: async () => undefined,
  begin: () => undefined,
};

/** Milliseconds that a wait takes at most before the time is looked at again; timers cannot wait for weeks. */
const LONGEST_WAIT_MS = 60_000;

/** Time begins at `from` when the first one watches, and runs `speed` times as fast as it did. */
export function playedPace(from: number, speed: number, clock: () => number = uptimeMs): Pace {
  let begunAt: number | null = null;
  const now = () => (begunAt === null ? from : from + (clock() - begunAt) * speed);
  return {
    speed,
    now,
    begin: () => {
      begunAt ??= clock();
    },
    async until(at, signal) {
      while (now() < at && !signal.aborted) {
        const wait = Math.min(Math.ceil((at - now()) / speed), LONGEST_WAIT_MS);
        await delay(wait, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}
