/** Amounts of bytes as people write and read them. */

const UNITS: ReadonlyMap<string, number> = new Map([
  ['TiB', 1024 ** 4],
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
  ['TB', 1000 ** 4],
  ['GB', 1000 ** 3],
  ['MB', 1000 ** 2],
  ['kB', 1000],
  ['B', 1],
]);

/** How an amount is written, as a regular expression of a JSON Schema has it. */
export const BYTE_SIZE_PATTERN = '^\\d+(\\.\\d+)?( ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB))?$';

/**
 * Bytes of `4GiB` (1024³ each), `500 MB` (1000² each) or a bare number of bytes; rounded to whole ones.
 * Throws a `RangeError` for anything else and for more than can be counted exactly (8 PiB).
 */
export function parseByteSize(text: string): number {
  const [, number, unit = 'B'] = /^(\d+(?:\.\d+)?)(?: ?([A-Za-z]+))?$/.exec(text) ?? [];
  const factor = UNITS.get(unit);
  if (number === undefined || factor === undefined) {
    throw new RangeError(
      `\`${text}\` is no amount of bytes; write it as \`4GiB\`, \`500MB\` or a number of bytes.`,
    );
  }
  const bytes = Math.round(Number(number) * factor);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new RangeError(`\`${text}\` is more than the limit of ${Number.MAX_SAFE_INTEGER} bytes.`);
}

/** The amount in the largest binary unit that it reaches, with at most one decimal: `4 GiB`, `1.5 KiB`, `900 B`. */
export function formatByteSize(bytes: number): string {
  const binary = [...UNITS].filter(([name]) => name.endsWith('iB'));
  const [unit, factor] = binary.find(([, size]) => bytes >= size) ?? ['B', 1];
  return `${Math.round((bytes / factor) * 10) / 10} ${unit}`;
}
