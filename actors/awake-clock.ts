/**
 * A clock that stands still while this process sleeps: suspended with its machine, frozen with its container, or stopped
 * with SIGSTOP. Whoever slept has heard nothing, so that time is no silence of an agent, and no time that it worked.
 *
 * A timer is a row of short waits. One that took far longer than it should was slept through, and does not count; then
 * what was printed meanwhile is read before the timer can end.
 */

/** Longest wait, in ms; a short timer is waited for in quarters. */
const LONGEST_WAIT_MS = 1_000;

/** Milliseconds that a wait may be late for other reasons: other work of this process, a busy machine. */
const LATENESS_MS = 1_000;

/** What XState takes for its delayed transitions. */
export interface TimerClock {
  setTimeout(callback: () => void, ms: number): AwakeTimer;
  clearTimeout(timer: AwakeTimer): void;
}

export interface AwakeTimer {
  handle: unknown;
}

/** The time and the timers that there are. */
export interface Timers {
  /** Milliseconds; not of the wall clock, which can be set. */
  now(): number;
  set(callback: () => void, ms: number): unknown;
  clear(handle: unknown): void;
}

const REAL: Timers = {
  now: () => performance.now(),
  set: (callback, ms) => setTimeout(callback, ms),
  // What `set` returned.
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** Milliseconds that a sleep between two readings of a stopwatch counts for: then even one that sleeps on and on ends. */
const SLEPT_COUNTS_MS = 100;

/**
 * Milliseconds awake since it was made, for whoever reads it again and again: where a reading is more than a second
 * after the one before, this process slept in between.
 */
export function awakeStopwatch(now: () => number = REAL.now): () => number {
  let elapsed = 0;
  let last = now();
  return () => {
    const took = now() - last;
    last += took;
    elapsed += took > LATENESS_MS ? SLEPT_COUNTS_MS : took;
    return elapsed;
  };
}

export function awakeClock(timers: Timers = REAL): TimerClock {
  const waitOn = (timer: AwakeTimer, callback: () => void, left: number, wait: number): void => {
    const begun = timers.now();
    const next = Math.min(left, wait);
    timer.handle = timers.set(() => {
      const took = timers.now() - begun;
      const remaining = took > next + LATENESS_MS ? left : left - Math.max(took, next);
      if (remaining > 0) waitOn(timer, callback, remaining, wait);
      else callback();
    }, next);
  };
  return {
    setTimeout(callback, ms) {
      const timer: AwakeTimer = { handle: null };
      waitOn(timer, callback, ms, Math.min(ms / 4, LONGEST_WAIT_MS));
      return timer;
    },
    clearTimeout: (timer) => timers.clear(timer.handle),
  };
}
