import { writeSync } from 'node:fs';
import type { Activity } from '../../machines/activity.ts';
import { uptimeMs } from '../uptime.ts';
import { lineOf, SIGN_OF_LIFE } from './own-records.ts';

/** Milliseconds between lines that say nothing but that the process lives. */
const LIFE_MS = 1_000;

/** The standard output of an agent that is a process of ours. */
export interface BridgeOutput {
  say(activity: Activity): void;
  /** Shows life when nothing was said for a second. */
  live(): void;
}

/** Writes at once, so that nothing is lost whatever ends the process. */
export function createBridgeOutput(): BridgeOutput {
  let lastAt = Number.NEGATIVE_INFINITY;
  const put = (line: string): void => {
    writeSync(1, line);
    lastAt = uptimeMs();
  };
  return {
    say: (activity) => put(lineOf(activity)),
    live: () => {
      if (uptimeMs() - lastAt >= LIFE_MS) put(SIGN_OF_LIFE);
    },
  };
}
