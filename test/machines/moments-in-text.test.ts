import { describe, expect, it } from '@jest/globals';
import { momentIn } from '../../machines/moments-in-text.ts';
import { quotaResetAt } from '../../machines/quota-time.ts';

/** A Thursday. */
const NOW = Date.parse('2026-10-01T12:00:00Z');

const iso = (at: number | null) =>
  at === null ? null : new Date(at).toISOString().replace(/:00\.000Z$|\.000Z$/, '');
const moment = (text: string, now = NOW) => iso(momentIn(text, { now, zone: 'UTC' }));
const reset = (text: string) => iso(quotaResetAt(text, { now: NOW, timeZone: 'UTC' }));

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

describe('A moment of the clock and the calendar', () => {
  it.each(MONTHS.map((name, index) => [name, String(index + 1).padStart(2, '0')] as const))(
    'may be in %s, in full and in short, before the day and behind it',
    (name, month) => {
      const short = name.slice(0, 3);
      for (const each of [name, short, `${short}.`, name.toUpperCase()])
        for (const text of [
          `${each} 5, 2027 3:00`,
          `5th ${each} 2027 3:00`,
          `5 de ${each} de 2027, 3:00`,
        ])
          expect(moment(text)).toBe(`2027-${month}-05T03:00`);
    },
  );

  it.each(DAYS.map((name, index) => [name, 4 + index] as const))(
    'may be on a %s, in full and in short',
    (name, day) => {
      const now = Date.parse('2026-10-03T16:00:00Z');
      const date = `2026-10-${String(day).padStart(2, '0')}T15:00`;
      for (const text of [`${name} 3pm`, `${name.slice(0, 3)} 3pm`])
        expect(moment(text, now)).toBe(date);
    },
  );

  it.each<readonly [string, string | null]>([
    ['Thur 11am', '2026-10-08T11:00'],
    ['Thur 3pm', '2026-10-01T15:00'],
    ['Tues 3pm', '2026-10-06T15:00'],
    ['noon', '2026-10-02T12:00'],
    ['midnight', '2026-10-02T00:00'],
    ['today at 3pm', '2026-10-01T15:00'],
    ['today at 11am', null],
    ['today at 13:13', '2026-10-01T13:13'],
    ['today at 13:00:13', '2026-10-01T13:00:13'],
    ['tonight at midnight', '2026-10-02T00:00'],
    ['today at 0:30', null],
    ['today at 0:00:30', null],
    ['tomorrow', '2026-10-02T00:00'],
    ['12am', '2026-10-02T00:00'],
    ['12:30 pm', '2026-10-01T12:30'],
    ['3:04:05 pm', '2026-10-01T15:04:05'],
    ['23:59:59', '2026-10-01T23:59:59'],
    ['24:00', '2026-10-02T00:00'],
    ['24:00:00', '2026-10-02T00:00'],
    ['24:01', null],
    ['24:00:01', null],
    ['14:60', null],
    ['14:59:60', null],
    ['13:00 pm', null],
    ['0:30 am', '2026-10-02T00:30'],
    ['2026-10-05', '2026-10-05T00:00'],
    ['2026-13-05', null],
    ['2026-00-05', null],
    ['2027-00-05', null],
    ['13/13/2026', null],
    ['12/12/2026 15:00', '2026-12-12T15:00'],
    ['11/12/2026 15:00', '2026-12-11T15:00'],
    ['11/12/2026 3pm', '2026-11-12T15:00'],
    ['12/11/2026 3pm', '2026-12-11T15:00'],
    ['13/11/2026 3pm', '2026-11-13T15:00'],
    ['25.12.2026, 15:00', '2026-12-25T15:00'],
    ['Oct 5 2025, 3pm', null],
    ['Oct 5 2027, 3pm', '2027-10-05T15:00'],
    ['Apr 19, 12:00', '2027-04-19T12:00'],
    ['Apr 20', null],
    ['3pm xxxxxxxxxxxxxxxxxx Oct 5', '2026-10-05T15:00'],
    ['3pm xxxxxxxxxxxxxxxxxxx Oct 5', '2026-10-01T15:00'],
    ['Oct 5 xxxxxxxxxxxxxxxxxx 3pm', '2026-10-05T15:00'],
    ['Oct 5 xxxxxxxxxxxxxxxxxxx 3pm', '2026-10-05T00:00'],
    [`${'x'.repeat(43)} 3pm`, '2026-10-01T15:00'],
    [`${'x'.repeat(44)} 3pm`, null],
    ['nothing', null],
  ])('is read from "%s": %s', (text, expected) => {
    expect(moment(text)).toBe(expected);
  });
});

describe('What a text tells about the end of a limit', () => {
  it.each<readonly [string, string | null]>([
    ['Try again later. The office closes at 3pm', null],
    ['Try again later!  Office hours end at 3pm', null],
    ['Try again later. (Or at 3pm)', null],
    ['Try again later; it is 3pm', null],
    ['Try again later.  Or at 3pm', null],
    ['It will reset. 5 minutes are long', null],
    ['Try again later · 3pm', null],
    ['resets soon\nThe clock says 3pm', null],
    ['resets\nat 3pm', '2026-10-01T15:00'],
    ['resets at 3 p. m. sharp', '2026-10-01T15:00'],
    ['resets at 3 p.m', '2026-10-01T15:00'],
    ['resets at approx. 3pm', '2026-10-01T15:00'],
    [`try again ${'x'.repeat(130)} in 3 minutes`, null],
    ['retry after 5', '2026-10-01T12:00:05'],
    ['resets after 5', null],
    ['resets-in-retry 5', null],
    ['retry-after: 12:30', '2026-10-01T12:30'],
    ['retry-after: 5, then 10', '2026-10-01T12:00:05'],
    ['again at 3pm, or in 00:05:00', '2026-10-01T15:00'],
    ['resets-after: 5', '2026-10-01T12:00:05'],
    ['reset_after=5', '2026-10-01T12:00:05'],
    ['limit-reset: 5', '2026-10-01T12:00:05'],
    ['resetafter: 5.25', '2026-10-01T12:00:05.250Z'],
    ['retry-after-milliseconds: 3000', '2026-10-01T12:00:03'],
    ['retry-after-msgs-seconds: 3', '2026-10-01T12:00:03'],
    ['resets-after: 5%', null],
    ['resets-after: 5 / 10', null],
    ['less than a minute until it resets', null],
    ['retry in less than an minute', '2026-10-01T12:01'],
    ['wait less than a minute', '2026-10-01T12:01'],
    ['in 3 minutes', '2026-10-01T12:03'],
    ['  after 3 minutes', '2026-10-01T12:03'],
    ['It failed in 3 minutes', null],
    ['again in a minute', '2026-10-01T12:01'],
    ['again in 5 minutes, at 22:30', '2026-10-01T12:05'],
    ['again in an hour', '2026-10-01T13:00'],
    ['again in one hour', '2026-10-01T13:00'],
    ['again in 00:05:00', '2026-10-01T12:05'],
    ['again within  about  00:05:00', '2026-10-01T12:05'],
    ['again at 00:05:00', '2026-10-02T00:05'],
    ['again at 23:05:00 or in 1 minute', '2026-10-01T23:05'],
    ['2026-10-01T15:00Z', '2026-10-01T15:00'],
    [' 2026-10-01 15:00 ', '2026-10-01T15:00'],
    ['at 2026-10-01T15:00Z', null],
    ['2026-10-01T15:00Z failed', null],
    ['|1790870400', '2026-10-01T16:00'],
    ['|1790870400.5', null],
    ['|17908704000', null],
    ['in 400 days', '2027-11-05T12:00'],
    ['in 401 days', null],
  ])('is read from %j: %s', (text, expected) => {
    expect(reset(text)).toBe(expected);
  });

  it('is read from its first twenty thousand characters', () => {
    const behind = (length: number) => reset(`${'.'.repeat(length)} again in 5 minutes`);
    expect([behind(19_900), behind(20_000)]).toEqual(['2026-10-01T12:05', null]);
  });

  it('counts from the beginning of time on', () => {
    expect(quotaResetAt('in 5s', { now: 0, timeZone: 'UTC' })).toBe(5_000);
  });
});
