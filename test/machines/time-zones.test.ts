import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  daysLater,
  instantsOf,
  isTimeZone,
  wallTimeAt,
  weekdayOf,
} from '../../machines/time-zones.ts';

const wall = (year: number, month: number, day: number, hour = 0, minute = 0, second = 0) => ({
  year,
  month,
  day,
  hour,
  minute,
  second,
});
const iso = (at: number) => new Date(at).toISOString().replace('.000', '');

describe('The clock on the wall', () => {
  it.each([
    ['2026-10-01T12:34:56Z', 'Europe/Berlin', wall(2026, 10, 1, 14, 34, 56)],
    ['2026-12-31T23:59:59Z', 'Asia/Kathmandu', wall(2027, 1, 1, 5, 44, 59)],
    ['2026-10-01T12:34:56Z', -210, wall(2026, 10, 1, 9, 4, 56)],
    ['1890-01-01T00:00:00Z', 'UTC', wall(1890, 1, 1)],
    ['2026-10-01T00:00:00.999Z', 'UTC', wall(2026, 10, 1)],
  ])('shows at %s in %s what it should', (at, zone, expected) => {
    expect(wallTimeAt(Date.parse(at), zone)).toEqual(expected);
  });

  it('shows what is asked of it at every instant that is found for it', () => {
    const zone = fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns', 345);
    const at = fc.integer({ min: 0, max: Date.parse('2037-01-01') / 1_000 });
    fc.assert(
      fc.property(at, zone, (seconds, name) => {
        const shown = wallTimeAt(seconds * 1_000, name);
        const instants = instantsOf(shown, name);
        expect(instants).toContain(seconds * 1_000);
        for (const each of instants) expect(wallTimeAt(each, name)).toEqual(shown);
      }),
    );
  });

  it.each([
    ['once on most days', wall(2026, 10, 1, 14), ['2026-10-01T12:00:00Z']],
    [
      'twice, the earlier first, where clocks are set back',
      wall(2026, 10, 25, 2, 30),
      ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'],
    ],
    [
      'as much later where clocks are set forward over it',
      wall(2026, 3, 29, 2, 30),
      ['2026-03-29T01:30:00Z'],
    ],
    ['never on a day that is in no calendar', wall(2026, 2, 29), []],
    ['never beyond the last date', wall(275_760, 9, 13), []],
    ['never on the day before the last date', wall(275_760, 9, 10), []],
  ])('shows a time %s', (_, time, instants) => {
    expect(instantsOf(time, 'Europe/Berlin').map(iso)).toEqual(instants);
  });

  it('counts days over the ends of months and years, and keeps the time of day', () => {
    expect(daysLater(wall(2026, 12, 31, 5, 6, 7), 1)).toEqual(wall(2027, 1, 1, 5, 6, 7));
    expect(daysLater(wall(2028, 2, 28), 2)).toEqual(wall(2028, 3, 1));
    expect(daysLater(wall(2026, 10, 1), 0)).toEqual(wall(2026, 10, 1));
  });

  it('begins the week on Sunday', () => {
    expect([4, 5, 10].map((day) => weekdayOf(wall(2026, 10, day)))).toEqual([0, 1, 6]);
  });

  it('is that of zones that are known', () => {
    expect(['Europe/Berlin', 'UTC', 'Europe/Nowhere', ''].map(isTimeZone)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
