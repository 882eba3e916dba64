import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { awakeClock, awakeStopwatch, type Timers } from '../../actors/awake-clock.ts';

/** Timers that are moved by hand: awake, or asleep, when none of them goes off. */
function handMoved() {
  let now = 0;
  const waiting = new Map<object, { at: number; callback: () => void }>();
  const timers: Timers = {
    now: () => now,
    set(callback, ms) {
      const handle = {};
      waiting.set(handle, { at: now + ms, callback });
      return handle;
    },
    clear: (handle) => void waiting.delete(handle as object),
  };
  const awake = (ms: number, lateness = 0) => {
    const end = now + ms;
    for (;;) {
      const [next] = [...waiting].sort(([, a], [, b]) => a.at - b.at);
      if (!next || next[1].at > end) break;
      now = Math.max(now, next[1].at) + lateness;
      waiting.delete(next[0]);
      next[1].callback();
    }
    now = Math.max(now, end);
  };
  return {
    timers,
    awake,
    asleep: (ms: number) => {
      now += ms;
    },
    waiting,
    now: () => now,
  };
}

describe('A timer of the awake clock', () => {
  it('goes off at its time, whatever that is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (ms) => {
        const { timers, awake, now, waiting } = handMoved();
        let at = -1;
        awakeClock(timers).setTimeout(() => {
          at = now();
        }, ms);
        awake(2 * ms + 1);
        expect(at).toBeCloseTo(ms, 6);
        expect(waiting.size).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('is not later than one wait is, however late each of them goes off', () => {
    const { timers, awake, now } = handMoved();
    let at = -1;
    awakeClock(timers).setTimeout(() => {
      at = now();
    }, 60_000);
    awake(120_000, 30);
    expect(at).toBeLessThanOrEqual(60_000 + 30);
  });

  it('does not count what was slept through, and leaves time to read what was said meanwhile', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 600_000 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        fc.integer({ min: 3_000, max: 100_000_000 }),
        (ms, share, nap) => {
          const { timers, awake, asleep, now } = handMoved();
          let at = -1;
          awakeClock(timers).setTimeout(() => {
            at = now();
          }, ms);
          awake(ms * share);
          asleep(nap);
          awake(0);
          expect(at).toBe(-1);
          awake(ms * 2);
          expect(at - nap).toBeGreaterThanOrEqual(ms - 1e-6);
          expect(at - nap).toBeLessThanOrEqual(ms + Math.min(ms / 4, 1_000) + 1e-6);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('never goes off when it was cleared, in whichever wait', () => {
    const { timers, awake, waiting } = handMoved();
    const clock = awakeClock(timers);
    let isOff = false;
    const timer = clock.setTimeout(() => {
      isOff = true;
    }, 5_000);
    awake(3_500);
    clock.clearTimeout(timer);
    awake(10_000);
    expect([isOff, waiting.size]).toEqual([false, 0]);
  });
});

describe('A stopwatch of the awake clock', () => {
  /** What it shows after looks that were so many ms apart. */
  const shownAfter = (gaps: readonly number[]) => {
    let now = 5_000;
    const read = awakeStopwatch(() => now);
    return gaps.map((gap) => {
      now += gap;
      return read();
    });
  };

  it.each([
    [
      'counts all the time while it is looked at',
      [0, 50, 50, 900, 1_000],
      [0, 50, 100, 1_000, 2_000],
    ],
    ['goes on after a sleep nearly where it was', [50, 36_000_000, 50], [50, 150, 200]],
    ['moves on even for one who sleeps between all looks', [5_000, 5_000, 5_000], [100, 200, 300]],
  ])('%s', (_, gaps, shown) => {
    expect(shownAfter(gaps)).toEqual(shown);
  });

  it('never goes back, and never shows more than has passed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 100_000 })), (gaps) => {
        const shown = shownAfter(gaps);
        expect(shown).toEqual([...shown].sort((a, b) => a - b));
        expect(shown.at(-1) ?? 0).toBeLessThanOrEqual(gaps.reduce((sum, gap) => sum + gap, 0));
      }),
    );
  });
});
