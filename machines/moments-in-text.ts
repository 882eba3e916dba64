/** Times of the clock and days of the calendar as people read them: `3pm (Europe/Berlin)`, `Oct 5, 3am`, `Mon 7:30`. */
import {
  daysLater,
  instantsOf,
  type WallTime,
  wallTimeAt,
  weekdayOf,
  type Zone,
} from './time-zones.ts';
import { zoneNamedIn } from './zone-names.ts';

export interface Here {
  /** Epoch ms. */
  readonly now: number;
  /** The zone of times that name none. */
  readonly zone: Zone;
}

/** How far behind what it belongs to a time or a day may begin. */
const GAP = 45;

/** Milliseconds ahead up to which a day without a year is believed: behind that it is one that has passed. */
const NEXT_YEAR_LIMIT_MS = 200 * 86_400_000;

/** Characters between a time and its day, at most. */
const APART = 20;

/** The next instant (epoch ms) at which it is what the text says, or `null` when it says no time or day. */
export function momentIn(text: string, here: Here): number | null {
  const { time, day } = together(timeIn(text), dayIn(text));
  const start = Math.min(time?.start ?? GAP, day?.start ?? GAP);
  if (start >= GAP) return null;
  const zone = zoneBehind(text, [time, day]);
  if (zone === null) return null;
  return earliestOf(day, time ?? MIDNIGHT, { now: here.now, zone: zone ?? here.zone });
}

interface Place {
  readonly start: number;
  readonly end: number;
}

interface Time {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

type Day =
  | {
      readonly kind: 'date';
      readonly year: number | null;
      readonly month: number;
      readonly day: number;
    }
  | { readonly kind: 'weekday'; readonly weekday: number }
  | { readonly kind: 'tomorrow' }
  | { readonly kind: 'today' };

const MIDNIGHT: Time = { hour: 0, minute: 0, second: 0 };

/** A time and a day that stand far from each other are two things: the first one counts. */
function together(time: (Time & Place) | null, day: (Day & Place) | null) {
  if (!time || !day) return { time, day };
  if (day.start - time.end > APART) return { time, day: null };
  return time.start - day.end > APART ? { time: null, day } : { time, day };
}

function zoneBehind(text: string, places: readonly (Place | null)[]): Zone | null | undefined {
  return places
    .map((place) => place && zoneNamedIn(text.slice(place.end)))
    .find((zone, index) => zone !== undefined && places[index]);
}

const TWELVE = /(?<![\d:.])(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?\s*([ap])\.?m\b/i;
const TWENTY_FOUR = /(?<![\d:.+-])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?![\d:]|\s*[ap]m\b)/i;
const WORDS = /\b(midnight|noon)\b/i;

function timeIn(text: string): (Time & Place) | null {
  const match = TWELVE.exec(text) ?? TWENTY_FOUR.exec(text) ?? WORDS.exec(text);
  const time = match && readTime(match);
  return match && time && isTime(time) ? { ...time, ...placeOf(match) } : null;
}

function readTime([all, hour = '', minute = '0', second = '0', half]: RegExpExecArray): Time {
  if (/^midnight$/i.test(all)) return MIDNIGHT;
  if (/^noon$/i.test(all)) return { ...MIDNIGHT, hour: 12 };
  const given = Number(hour);
  const hours =
    half === undefined
      ? given
      : given > 12
        ? Number.NaN
        : (given % 12) + (/p/i.test(half) ? 12 : 0);
  return { hour: hours, minute: Number(minute), second: Number(second) };
}

/** 24:00 is the midnight that ends a day. */
function isTime({ hour, minute, second }: Time): boolean {
  return (hour < 24 || (hour === 24 && minute === 0 && second === 0)) && minute < 60 && second < 60;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|' +
  'nov(?:ember)?|dec(?:ember)?)\\b\\.?';
const NTH = '(\\d{1,2})(?:st|nd|rd|th)?\\b(?!:)';
const YEAR = '(?:,?\\s+(?:de\\s+)?(\\d{4})\\b(?!:))?';

const DAYS: readonly (readonly [RegExp, (match: RegExpExecArray) => Day | null])[] = [
  [/\b(\d{4})-(\d{2})-(\d{2})(?!\d)/, ([, year, month, day]) => date(year, Number(month), day)],
  [
    new RegExp(`\\b${MONTH}\\s+${NTH}${YEAR}`, 'i'),
    ([, month, day, year]) => date(year, monthOf(month), day),
  ],
  [
    new RegExp(`(?<!\\d)${NTH}\\s+(?:de\\s+)?${MONTH}${YEAR}`, 'i'),
    ([, day, month, year]) => date(year, monthOf(month), day),
  ],
  [
    /(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})\b/,
    ([, day, month, year]) => date(year, Number(month), day),
  ],
  [/(?<!\d)(\d{1,2})\/(\d{1,2})\/(\d{4})\b/, slashed],
  [/\btomorrow\b/i, () => ({ kind: 'tomorrow' })],
  [/\b(?:today|tonight)\b/i, () => ({ kind: 'today' })],
  [
    /\b(sun|mon|tue|wed|thu|fri|sat)(?:day|s|sday|nesday|rs?|rsday|urday)?\b/i,
    ([, name = '']) => ({ kind: 'weekday', weekday: WEEKDAYS.indexOf(name.toLowerCase()) }),
  ],
];

function dayIn(text: string): (Day & Place) | null {
  for (const [pattern, read] of DAYS) {
    const match = pattern.exec(text);
    const day = match && read(match);
    if (match && day) return { ...day, ...placeOf(match) };
  }
  return null;
}

/** `10/5/2026, 3:00 PM` is American, month first; a clock of 24 hours goes with the day first. */
function slashed({ 1: one, 2: two, 3: year, input }: RegExpExecArray): Day | null {
  const isMonthFirst = Number(two) > 12 || (Number(one) <= 12 && TWELVE.test(input));
  return isMonthFirst ? date(year, Number(one), two) : date(year, Number(two), one);
}

function date(year: string | undefined, month: number, day: string | undefined): Day | null {
  if (month < 1 || month > 12) return null;
  return { kind: 'date', year: year === undefined ? null : Number(year), month, day: Number(day) };
}

function monthOf(name = ''): number {
  return MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}

function placeOf({ index, 0: all }: RegExpExecArray): Place {
  return { start: index, end: index + all.length };
}

function earliestOf(day: Day | null, time: Time, { now, zone }: Here): number | null {
  const today = { ...wallTimeAt(now, zone), ...time };
  const next = (walls: readonly WallTime[]) =>
    walls.flatMap((wall) => instantsOf(wall, zone)).find((at) => at > now) ?? null;
  switch (day?.kind) {
    case undefined:
      return next([today, daysLater(today, 1), daysLater(today, 2)]);
    case 'today':
      return next([isMidnight(time) ? daysLater(today, 1) : today]);
    case 'tomorrow':
      return next([daysLater(today, 1)]);
    case 'weekday':
      return next(weekdayDays(today, day.weekday));
    case 'date':
      return dateInstant(day, today, now, next);
  }
}

/** The midnight of today is the one that ends it. */
function isMidnight({ hour, minute, second }: Time): boolean {
  return hour + minute + second === 0;
}

function weekdayDays(today: WallTime, weekday: number): WallTime[] {
  const days = (weekday - weekdayOf(today) + 7) % 7;
  return [daysLater(today, days), daysLater(today, days + 7)];
}

function dateInstant(
  { year, month, day }: Extract<Day, { kind: 'date' }>,
  today: WallTime,
  now: number,
  next: (walls: readonly WallTime[]) => number | null,
): number | null {
  const wall = { ...today, month, day };
  if (year !== null) return next([{ ...wall, year }]);
  const at = next([wall, { ...wall, year: today.year + 1 }]);
  return at !== null && at - now <= NEXT_YEAR_LIMIT_MS ? at : null;
}
