/** What one transition changed. Pure. */

/** @typedef {{ path: string, before: unknown, after: unknown }} Difference */

/**
 * Each path at which two values differ, and nothing else.
 * @param {unknown} before
 * @param {unknown} after
 * @returns {Difference[]}
 */
export function differences(before, after, path = '') {
  if (Object.is(before, after)) return [];
  if (!isBranch(before) || !isBranch(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => differences(before[key], after[key], path ? `${path}.${key}` : key));
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isBranch(value) {
  return typeof value === 'object' && value !== null;
}
