/** Time zones as people and programs write them behind a time. */
import { isTimeZone, type Zone } from './time-zones.ts';

/**
 * The zone that is named at the beginning of a text: `(Europe/Berlin)`, `UTC`, `GMT-3`, `+0200`, `PST`, `Pacific Time`.
 * `undefined`: none is named; `null`: one is, and nobody knows it.
 */
export function zoneNamedIn(text: string): Zone | null | undefined {
  for (const [pattern, read] of FORMS) {
    const match = pattern.exec(text);
    if (match) return read(match[1] ?? '', match[2] ?? '');
  }
  return undefined;
}

type Reader = (one: string, two: string) => Zone | null | undefined;

const FORMS: readonly (readonly [RegExp, Reader])[] = [
  [/^Z\b/, () => 0],
  [/^[\s,([]*(?:UTC|GMT)?\s?([+-])(\d{1,2}(?::?\d{2})?)\b/i, offsetOf],
  [/^[\s,([]*([A-Z][A-Za-z_]+(?:\/[A-Za-z0-9_+-]+){1,2})/, known],
  [/^[\s,([]*(?:UTC|GMT|zulu)\b/i, () => 0],
  [/^[\s,([]*(pacific|mountain|central|eastern)(?:\s+(?:standard|daylight))?\s+time\b/i, american],
  [/^[\s,([]*([A-Z]{2,5})\b(?![/\w])/, abbreviated],
  [/^\s*[([]\s*([A-Z][A-Za-z-]+)\s*[)\]]/, (name) => (isTimeZone(name) ? name : undefined)],
];

/** `3`, `03`, `0300`, `03:00`. */
function offsetOf(sign: string, digits: string): Zone | null {
  const [, hours = '', minutes = '0'] = /^(\d{1,2}?):?(\d{2})?$/.exec(digits) ?? [];
  const offset = Number(hours) * 60 + Number(minutes);
  if (offset > 14 * 60 || Number(minutes) > 59) return null;
  return sign === '-' ? -offset : offset;
}

function known(name: string): Zone | null {
  return isTimeZone(name) ? name : null;
}

function american(part: string): Zone {
  return AMERICAN[part.toLowerCase()] ?? 'UTC';
}

const AMERICAN: Readonly<Record<string, string>> = {
  pacific: 'America/Los_Angeles',
  mountain: 'America/Denver',
  central: 'America/Chicago',
  eastern: 'America/New_York',
};

/** What several zones are called is taken for the one that the agents' vendors mean: CST and MST are American. */
const ABBREVIATIONS: Readonly<Record<string, Zone>> = {
  UTC: 0,
  GMT: 0,
  PT: 'America/Los_Angeles',
  PST: -480,
  PDT: -420,
  MT: 'America/Denver',
  MST: -420,
  MDT: -360,
  CT: 'America/Chicago',
  CST: -360,
  CDT: -300,
  ET: 'America/New_York',
  EST: -300,
  EDT: -240,
  BRT: -180,
  WET: 0,
  WEST: 60,
  BST: 60,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  IST: 330,
  SGT: 480,
  HKT: 480,
  JST: 540,
  KST: 540,
  AEST: 600,
  AEDT: 660,
  NZST: 720,
  NZDT: 780,
};

/** Capitals behind a time are a zone or the next word: only a zone's typical end makes an unknown one. */
function abbreviated(name: string): Zone | null | undefined {
  return ABBREVIATIONS[name] ?? (/^[A-Z]{2,4}T$/.test(name) ? null : undefined);
}
