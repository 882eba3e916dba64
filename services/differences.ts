/** Where two values of plain JSON data differ. A key whose value is `undefined` is one that is not there. */

export interface Difference {
  /** Keys and places joined by dots: `usage.worker.costUsd`, `rounds.0`; empty for the whole. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** All differences in the order of the keys, each as deep as it lies; `limit` of them at most. */
export function differences(before: unknown, after: unknown, limit = Number.POSITIVE_INFINITY) {
  const found: Difference[] = [];
  collect('', before, after, found, limit);
  return found;
}

function collect(
  path: string,
  before: unknown,
  after: unknown,
  found: Difference[],
  limit: number,
): void {
  if (before === after || found.length >= limit) return;
  const [old, young] = [partsOf(before), partsOf(after)];
  if (!old || !young || Array.isArray(before) !== Array.isArray(after)) {
    found.push({ path, before, after });
    return;
  }
  for (const key of new Set([...Object.keys(old), ...Object.keys(young)])) {
    collect(path === '' ? key : `${path}.${key}`, old[key], young[key], found, limit);
  }
}

/** What of a value can be compared piece by piece; `null` for one that has no parts. */
function partsOf(value: unknown): Readonly<Record<string, unknown>> | null {
  // Without a prototype no inherited name is taken for a key.
  return typeof value === 'object' && value !== null
    ? Object.assign(Object.create(null), value)
    : null;
}
