import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, LONGEST_DURATION_MS, parseDuration } from '../../services/durations.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['1.5h', 5_400_000],
    ['0.25s', 250],
    ['300', 300_000],
    ['0.5', 500],
    ['0', 0],
    ['0.4ms', 0],
    ['2147483647ms', LONGEST_DURATION_MS],
  ])('reads %s as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    ...['', ' ', '-1', '-5m', '+5m', 'NaN', 'Infinity', '1e3', '0x10', '1,5h', '.5h', '5.'],
    ...['5 m', ' 5m', '5m ', '5m\n', '5M', '5min', '5d', '1h30m', 'm', '٥m'],
  ])('refuses %j and says how to write one', (text) => {
    expect(() => parseDuration(text)).toThrow(/is no duration; write it as `500ms`, `90s`/);
  });

  it.each(['2147483648ms', '25000h', '9'.repeat(400)])(
    'refuses %s, which is longer than a timer can take',
    (text) => {
      expect(() => parseDuration(text)).toThrow(/longer than the limit of 2147483647ms/);
    },
  );

  it('gives a whole number of milliseconds for whatever it takes', () => {
    const amount = fc.tuple(fc.nat(9999), fc.nat(999), fc.constantFrom('ms', 's', 'm', ''));
    fc.assert(
      fc.property(amount, ([whole, fraction, unit]) => {
        expect(Number.isInteger(parseDuration(`${whole}.${fraction}${unit}`))).toBe(true);
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [-5, '0ms'],
    [0, '0ms'],
    [850, '850ms'],
    [999.4, '999ms'],
    [999.6, '1s'],
    [2_500, '2.5s'],
    [9_999, '10s'],
    [59_600, '1m'],
    [90_000, '1m 30s'],
    [3_600_000, '1h'],
    [3_661_000, '1h 1m 1s'],
    [97_200_000, '1d 3h'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('writes whole units so that they can be read back', () => {
    const units = fc.constantFrom(
      ...([
        ['ms', 1, 999],
        ['s', 1000, 59],
        ['m', 60_000, 59],
      ] as const),
    );
    fc.assert(
      fc.property(units, fc.nat(), ([unit, factor, most], seed) => {
        const amount = 1 + (seed % most);
        expect(formatDuration(amount * factor)).toBe(`${amount}${unit}`);
        expect(parseDuration(formatDuration(amount * factor))).toBe(amount * factor);
      }),
    );
  });
});
