/** Clock times of a time zone as instants and back, over every change of its clocks. Zones are those of `Intl`. */

/** An IANA name, or minutes east of UTC. */
export type Zone = string | number;

/** What a clock and a calendar on the wall show. */
export interface WallTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Milliseconds since the epoch beyond which there are no dates. */
const LAST_MS = 8.64e15;

/** Whether `Intl` knows a zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** What the wall shows at an instant (epoch ms). */
export function wallTimeAt(at: number, zone: Zone): WallTime {
  const shifted = new Date(at + offsetAt(at, zone));
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
  };
}

/**
 * The instants (epoch ms, ascending) at which the wall shows this: one; two where clocks are set back; where they are
 * set forward over it, the instant as long after the change as the time lies behind it. None for a day that is in no
 * calendar.
 */
export function instantsOf(wall: WallTime, zone: Zone): number[] {
  const { year, month, day, hour, minute, second } = wall;
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
  const isDay = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
  if (!isDay || !(Math.abs(asUtc) < LAST_MS - 3 * DAY_MS)) return [];
  const before = asUtc - offsetAt(asUtc - DAY_MS, zone);
  const after = asUtc - offsetAt(asUtc + DAY_MS, zone);
  const shown = [...new Set([before, after])].filter((at) => at + offsetAt(at, zone) === asUtc);
  return shown.length > 0 ? shown.toSorted((one, other) => one - other) : [before];
}

/** The wall's day that comes `days` after this one, at the same time of day. */
export function daysLater(wall: WallTime, days: number): WallTime {
  const date = new Date(Date.UTC(wall.year, wall.month - 1, wall.day + days));
  return {
    ...wall,
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
  };
}

/** Sunday is 0. */
export function weekdayOf({ year, month, day }: WallTime): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

/** Milliseconds that the wall is ahead of UTC at an instant. */
function offsetAt(at: number, zone: Zone): number {
  if (typeof zone === 'number') return zone * MINUTE_MS;
  const seconds = Math.floor(at / 1000) * 1000;
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(seconds)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return shown - seconds;
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}
