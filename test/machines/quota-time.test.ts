import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quotaResetAt } from '../../machines/quota-time.ts';
import * as rows from './rows/quota-rows.ts';

const TABLES: readonly (readonly [string, readonly rows.QuotaRow[]])[] = [
  ['a time of day', rows.CLOCK_ROWS],
  ['a time that has just passed, or is just ahead', rows.EDGE_ROWS],
  ['a time on a day when the clocks change', rows.DAYLIGHT_ROWS],
  ['a day', rows.DAY_ROWS],
  ['a point in time', rows.STAMP_ROWS],
  ['a span of time', rows.SPAN_ROWS],
  ['nothing, or several things', rows.OTHER_ROWS],
];

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());

describe('The end of a usage limit', () => {
  describe.each(TABLES)('that is told as %s', (_, table) => {
    it.each(table)('is read from %j at %s in %s: %s', (text, now, timeZone, ends) => {
      const at = quotaResetAt(text, { now: Date.parse(now), timeZone });
      expect(iso(at)).toBe(ends === null ? null : new Date(ends).toISOString());
    });
  });

  it('is held to more than a hundred texts', () => {
    expect(TABLES.flatMap(([, table]) => table).length).toBeGreaterThan(100);
  });

  const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'UTC', 'nonsense', '');
  const now = fc.integer({ min: 0, max: Date.parse('2100-01-01') });
  const words = fc.constantFrom(
    ...[
      'resets',
      'try again',
      'retry-after:',
      'in',
      'at',
      'on',
      '3pm',
      '12:30',
      '25:61',
      '2h',
      '5 days',
    ],
    ...[
      'Oct 5',
      'Feb 30',
      'Mon',
      'tomorrow',
      '(Europe/Berlin)',
      'UTC+25',
      '|',
      '1790870400',
      '2026-10-05',
    ],
    ...['999999999', '·', '.', '\n', 'p.m.', 'midnight', 'PST', '10/5/2026', '5.10.2026', 'every'],
  );
  const phrase = fc.array(fc.oneof({ weight: 9, arbitrary: words }, fc.string()), {
    maxLength: 12,
  });
  const said = fc.oneof(
    fc.string({ unit: 'binary' }),
    phrase.map((parts) => parts.join(' ')),
  );

  it('is never in the past, never absurdly far, and never a fault, whatever is said', () => {
    const holds = (text: string, at: number, timeZone: string) => {
      const ends = quotaResetAt(text, { now: at, timeZone });
      expect(
        ends === null || (Number.isInteger(ends) && ends > at && ends - at < 401 * 86_400_000),
      ).toBe(true);
    };
    fc.assert(fc.property(said, now, zone, holds), { numRuns: 1_000 });
  });

  it('is not known at a time that is none', () => {
    for (const at of [Number.NaN, Number.POSITIVE_INFINITY, -1, 8.64e15])
      expect(quotaResetAt('resets 3pm', { now: at, timeZone: 'UTC' })).toBeNull();
  });

  it('is the next time that the clock there shows what was said, within a day and its change of clocks', () => {
    const hour = fc.integer({ min: 0, max: 23 });
    const minute = fc.integer({ min: 0, max: 59 });
    const holds = (h: number, m: number, at: number, timeZone: string) => {
      const text = `resets at ${h}:${String(m).padStart(2, '0')}`;
      const ends = quotaResetAt(text, { now: at, timeZone }) ?? Number.NaN;
      expect(ends - at).toBeGreaterThan(0);
      expect(ends - at).toBeLessThanOrEqual(26 * 3_600_000);
      const shown = new Intl.DateTimeFormat('en-GB', {
        timeZone,
        hour: '2-digit',
        minute: '2-digit',
      });
      const isSkipped = !offsetIsSteady(ends, timeZone);
      expect(
        isSkipped ||
          shown.format(ends) === `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`,
      ).toBe(true);
    };
    const modern = fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2037-01-01') });
    const known = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    fc.assert(fc.property(hour, minute, modern, known, holds), { numRuns: 150 });
  });

  it('is as far as a span says, in every zone', () => {
    const holds = (minutes: number, at: number, timeZone: string) =>
      expect(quotaResetAt(`try again in ${minutes} minutes`, { now: at, timeZone })).toBe(
        at + minutes * 60_000,
      );
    fc.assert(fc.property(fc.integer({ min: 1, max: 100_000 }), now, zone, holds));
  });

  it('is found within seconds in a text of any length', () => {
    const long = `${'resets at 3 retry in 12:3 '.repeat(40_000)}|1790870400`;
    const began = performance.now();
    quotaResetAt(long, { now: 0, timeZone: 'UTC' });
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

/** Whether the clocks there do not change within a day of an instant. */
function offsetIsSteady(at: number, timeZone: string): boolean {
  const offset = (time: number) =>
    new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
      .formatToParts(time)
      .find(({ type }) => type === 'timeZoneName')?.value;
  return offset(at - 86_400_000) === offset(at + 86_400_000);
}
