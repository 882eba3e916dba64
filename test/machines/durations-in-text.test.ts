import { describe, expect, it } from '@jest/globals';
import { durationAtStart } from '../../machines/durations-in-text.ts';

const UNITS: readonly (readonly [ms: number, names: string])[] = [
  [1, 'ms msec msecs millis millisecond milliseconds'],
  [1_000, 's sec secs second seconds'],
  [60_000, 'm min mins minute minutes'],
  [3_600_000, 'h hr hrs hour hours'],
  [86_400_000, 'd day days'],
  [604_800_000, 'w wk wks week weeks'],
];

describe('A span of time at the beginning of a text', () => {
  it.each(UNITS.flatMap(([ms, names]) => names.split(' ').map((name) => [name, ms] as const)))(
    'has the unit "%s" of %d ms',
    (name, ms) => {
      for (const text of [`3${name}`, `3 ${name}.`, `3 ${name.toUpperCase()} or so`])
        expect(durationAtStart(text)).toBe(3 * ms);
      expect(durationAtStart(`3 ${name}x`)).toBeNull();
    },
  );

  it.each([
    ['1.574s', 1_574],
    ['0.5 hours', 1_800_000],
    ['an hour', 3_600_000],
    ['a minute', 60_000],
    ['one  week', 604_800_000],
    ['half an hour', 1_800_000],
    ['An hour', 3_600_000],
    ['2h 5m', 7_500_000],
    ['2h5m3s', 7_503_000],
    ['5 days, 22 hours , and 11 minutes', 511_860_000],
    ['1 hour and a minute', 3_660_000],
    ['1 hour and half an hour', 5_400_000],
    ['2 hours later', 7_200_000],
    ['1 h; 5 m', 3_600_000],
    ['02:05:13', 7_513_000],
    ['100:00:01 left', 360_001_000],
  ])('is read from "%s" as %d ms', (text, ms) => {
    expect(durationAtStart(text)).toBe(ms);
  });

  it.each([
    '',
    'in 3s',
    '3',
    '3 apples',
    'an apple',
    'ahour',
    'two hours',
    '1000:00:00',
    '1:00',
    '1:00:00:00',
    '01:00:000',
    '1234567890 s',
    's',
  ])('is none in %j', (text) => {
    expect(durationAtStart(text)).toBeNull();
  });
});
