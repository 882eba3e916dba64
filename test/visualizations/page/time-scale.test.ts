import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { niceStep, timeScale } from '../../../visualizations/page/time-scale.js';

const HOUR = 3_600_000;

describe('The scale of time', () => {
  it('is even where nobody rested', () => {
    const { place, breaks } = timeScale({ from: 1_000, to: 2_000 }, []);
    expect([1_000, 1_250, 2_000].map(place)).toEqual([0, 0.25, 1]);
    expect(breaks).toEqual([]);
  });

  it('keeps what was done visible when a run rested over night', () => {
    const night = { from: HOUR / 60, to: 9 * HOUR };
    const { place, breaks } = timeScale({ from: 0, to: 9 * HOUR + HOUR / 60 }, [night]);
    expect(place(night.from)).toBeCloseTo(0.48);
    expect(place(night.to)).toBeCloseTo(0.52);
    expect(breaks).toHaveLength(1);
  });

  it('leaves a short rest as long as it was', () => {
    const { place, breaks } = timeScale({ from: 0, to: 100 }, [{ from: 50, to: 53 }]);
    expect(breaks).toEqual([]);
    expect(place(53) - place(50)).toBeCloseTo(0.03);
  });

  it('rises from 0 to 1 and can be read backwards, whatever the rests', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 3 }), (steps) => {
        const times = steps.map((_, index) => steps.slice(0, index).reduce((a, b) => a + b, 0));
        const whole = { from: 0, to: times.at(-1) ?? 0 };
        const rests = times.flatMap((from, index) =>
          index % 2 === 1 && times[index + 1] ? [{ from, to: times[index + 1] ?? 0 }] : [],
        );
        const { place, timeAt } = timeScale(whole, rests);
        const places = times.map(place);
        expect(places).toEqual([...places].sort((a, b) => a - b));
        expect(places[0]).toBe(0);
        expect(places.at(-1)).toBeCloseTo(1, 9);
        for (const at of times) expect(Math.abs(timeAt(place(at)) - at)).toBeLessThan(1);
      }),
    );
  });
});

describe('The axis', () => {
  it.each([
    [1_000, 8, 200],
    [14_000, 8, 2_000],
    [600_000, 8, 120_000],
    [86_400_000, 8, 14_400_000],
  ])('for %i ms in at most %i steps has steps of %i', (ms, count, step) => {
    expect(niceStep(ms, count)).toBe(step);
  });
});
