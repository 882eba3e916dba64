import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  barsOf,
  busySpans,
  firstFrom,
  longestSilence,
  restsOf,
} from '../../../visualizations/page/spans.js';
import * as on from '../../machines/lifecycle-events.ts';
import { arrivalIn, BEGUN_AT, DEMO_STEPS, KEPT, keptRun, madeRun } from './runs.ts';

describe('The timeline', () => {
  it('has one bar for each stay in a state that does something, with how it ended', () => {
    const bars = barsOf(madeRun(DEMO_STEPS), Number.MAX_SAFE_INTEGER);
    expect(bars.map(({ lane, attempt, outcome }) => [lane, attempt, outcome?.text])).toEqual([
      ['worker', 1, 'finished'],
      ['auditor', 2, 'retry'],
      ['worker', 3, 'fell silent'],
      ['recovery', 3, 'success'],
      ['auditor', 4, 'done'],
    ]);
  });

  it('lets the last bar of a run that goes on grow until now', () => {
    const [bar] = barsOf(madeRun(DEMO_STEPS.slice(0, 2)), BEGUN_AT + 60_000);
    expect(bar).toMatchObject({ isOpen: true, outcome: null, to: BEGUN_AT + 60_000 });
  });

  it.each(KEPT)('has bars in order that do not overlap and lie within the run: %s', (name) => {
    const run = keptRun(name);
    const bars = barsOf(run, run.at(-1)?.at ?? 0);
    expect(bars.length).toBeGreaterThan(0);
    let last = run[0]?.at ?? 0;
    for (const { from, to } of bars) {
      expect(from).toBeGreaterThanOrEqual(last);
      expect(to).toBeGreaterThanOrEqual(from);
      last = to;
    }
    expect(last).toBeLessThanOrEqual(run.at(-1)?.at ?? 0);
  });

  it('knows when nobody was to work, but for the end', () => {
    const run = madeRun([on.start, on.interrupt(), on.resume]);
    const rest = run[arrivalIn(run, 'interrupted')]?.at ?? 0;
    expect(restsOf(run)).toEqual([{ state: 'interrupted', from: rest, to: rest + 1_000 }]);
    expect(restsOf(madeRun(DEMO_STEPS))).toEqual([]);
  });
});

describe('Silence', () => {
  it('is what lies between signs of life that are too far apart', () => {
    const signs = [10, 12, 50, 51, 90];
    expect(busySpans(signs, { from: 0, to: 100 }, 10)).toEqual([
      { from: 10, to: 22 },
      { from: 50, to: 61 },
      { from: 90, to: 100 },
    ]);
    expect(longestSilence(signs, { from: 0, to: 100 })).toBe(39);
  });

  it('has the length of the whole when there was no sign', () => {
    expect(busySpans([500], { from: 0, to: 100 }, 10)).toEqual([]);
    expect(longestSilence([500], { from: 0, to: 100 })).toBe(100);
  });

  it('is never within a quiet time of a sign, wherever one looks', () => {
    const times = fc.array(fc.nat(1_000)).map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(times, fc.nat(1_000), fc.nat(1_000), fc.integer({ min: 1, max: 50 }), (...all) =>
        holdsForSilence(...all),
      ),
    );
  });

  it('is found by halving', () => {
    expect([0, 5, 6, 99].map((wanted) => firstFrom([1, 5, 5, 9], wanted))).toEqual([0, 1, 3, 4]);
  });
});

function holdsForSilence(signs: number[], a: number, b: number, quiet: number): void {
  const within = { from: Math.min(a, b), to: Math.max(a, b) };
  const spans = busySpans(signs, within, quiet);
  const isBusy = (at: number) => spans.some(({ from, to }) => at >= from && at <= to);
  for (const sign of signs) {
    if (sign >= within.from && sign <= within.to) expect(isBusy(sign)).toBe(true);
  }
  for (const { from, to } of spans) {
    expect(from).toBeGreaterThanOrEqual(within.from);
    expect(to).toBeLessThanOrEqual(within.to);
    expect(signs).toContain(from);
  }
}
