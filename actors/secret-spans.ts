/** Where secrets lie in a text or in bytes. */

/** From `start` to before `end` lies a secret, or several that overlap; `replacement` is that of the first. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

export interface Needle<T> {
  readonly value: T;
  readonly replacement: string;
}

interface Haystack<T> {
  readonly length: number;
  indexOf(value: T, from: number): number;
}

/**
 * All spans in order. Secrets that overlap are one span, since what is left of the second would be a piece of it; of
 * those that begin at the same place the longest gives the replacement, so the order of the needles does not matter.
 *
 * @param covered up to here lies the end of a span that began before.
 */
export function spansOf<T extends { readonly length: number }>(
  haystack: Haystack<T>,
  needles: readonly Needle<T>[],
  covered = 0,
): Span[] {
  const found = needles.flatMap((needle) => occurrences(haystack, needle));
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const before = covered > 0 ? [{ start: 0, end: covered, replacement: '' }] : [];
  return mergeOverlapping([...before, ...found]);
}

/** Occurrences of one needle; those that overlap each other are one already. */
function occurrences<T extends { readonly length: number }>(
  haystack: Haystack<T>,
  { value, replacement }: Needle<T>,
): Span[] {
  const spans: Span[] = [];
  for (let at = haystack.indexOf(value, 0); at !== -1; at = haystack.indexOf(value, at + 1)) {
    addSpan(spans, { start: at, end: at + value.length, replacement });
  }
  return spans;
}

function mergeOverlapping(sorted: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of sorted) addSpan(merged, span);
  return merged;
}

function addSpan(spans: Span[], span: Span): void {
  const last = spans.at(-1);
  if (!last || span.start >= last.end) spans.push(span);
  else spans[spans.length - 1] = { ...last, end: Math.max(last.end, span.end) };
}
