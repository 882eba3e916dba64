/** Durations as people write and read them; inside the program they are whole milliseconds. */

/** The longest wait that a timer of Node can take (a signed 32-bit number of milliseconds): 24 days and 20 hours. */
export const LONGEST_DURATION_MS = 2_147_483_647;

/** How a duration is written, as a regular expression of a JSON Schema has it: no sign, no blanks, no exponent. */
export const DURATION_PATTERN = '^\\d+(\\.\\d+)?(ms|s|m|h)?$';

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/**
 * Milliseconds of `500ms`, `90s`, `1.5m`, `1h`, or of a bare number of seconds; rounded to whole ones.
 * Throws a `RangeError` for anything else and for more than {@link LONGEST_DURATION_MS}.
 */
export function parseDuration(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)([a-z]+)?$/.exec(text) ?? [];
  const factor = UNIT_MS.get(unit);
  if (number === undefined || factor === undefined) {
    throw new RangeError(
      `\`${text}\` is no duration; write it as \`500ms\`, \`90s\`, \`5m\`, \`1h\` or a number of seconds.`,
    );
  }
  return withinLimit(Number(number) * factor, text);
}

/** A duration in the units that matter to a person: `850ms`, `2.5s`, `1m 30s`, `2d 3h`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return '0ms';
  if (Math.round(ms) < 1000) return `${Math.round(ms)}ms`;
  if (ms < 10_000) return `${Math.round(ms / 100) / 10}s`;
  return inUnits(Math.round(ms / 1000));
}

function withinLimit(ms: number, text: string): number {
  const whole = Math.round(ms);
  if (whole <= LONGEST_DURATION_MS) return whole;
  throw new RangeError(
    `\`${text}\` is longer than the limit of ${LONGEST_DURATION_MS}ms (24 days and 20 hours).`,
  );
}

function inUnits(seconds: number): string {
  const parts: [amount: number, unit: string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ');
}
