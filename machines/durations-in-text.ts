/** Spans of time as agents and providers print them: `2h 5m`, `12h34m16s`, `5 days 22 hours 11 minutes`, `1.574s`. */

const UNIT_MS: readonly (readonly [pattern: string, ms: number])[] = [
  ['milliseconds?|millis|msecs?|ms', 1],
  ['seconds?|secs?|s', 1_000],
  ['minutes?|mins?|m', 60_000],
  ['hours?|hrs?|h', 3_600_000],
  ['days?|d', 86_400_000],
  ['weeks?|wks?|w', 604_800_000],
];

const NUMBER = String.raw`\d{1,9}(?:\.\d{1,9})?`;
const PART = `(?:${NUMBER}\\s*|(?:an?|one|half an)\\s+)(?:${UNIT_MS.map(([unit]) => unit).join('|')})(?![a-z])`;
const SPAN = new RegExp(`^${PART}(?:(?:\\s*,)?\\s*(?:and\\s+)?${PART})*`, 'i');
const CLOCK = /^(\d{1,3}):(\d{2}):(\d{2})(?![\d:])/;

/** Milliseconds of the span at the beginning of a text; `null` when none stands there. */
export function durationAtStart(text: string): number | null {
  const clock = CLOCK.exec(text);
  if (clock) {
    const [hours = 0, minutes = 0, seconds = 0] = clock.slice(1).map(Number);
    return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
  }
  const span = SPAN.exec(text)?.[0];
  if (span === undefined) return null;
  const parts = span.match(new RegExp(PART, 'gi')) ?? [];
  return parts.reduce((sum, part) => sum + partMs(part.toLowerCase()), 0);
}

function partMs(part: string): number {
  const [, amount = '', unit = ''] = /^([\d.]+|half an|an?|one)\s*([a-z]+)$/.exec(part) ?? [];
  const ms = UNIT_MS.find(([pattern]) => new RegExp(`^(?:${pattern})$`).test(unit))?.[1] ?? 0;
  return ms * (amount === 'half an' ? 0.5 : /^\d/.test(amount) ? Number(amount) : 1);
}
