/** What a measurement is: a figure taken several times, each time beside what cannot be avoided. */

export type Unit = 'ms' | 's' | 'MB' | 'KB' | 'µs';

export interface Row {
  /** Says what was measured; a comparison finds the row by it, so it stays. */
  readonly name: string;
  readonly unit: Unit;
  /** One for each repetition. */
  readonly values: readonly number[];
  /** What it is held against, taken beside each repetition; `null` when it stands by itself. */
  readonly against: Reference | null;
  readonly limit: Limit | null;
}

export interface Reference {
  readonly name: string;
  readonly values: readonly number[];
}

/** What a row may cost at most: so many times its reference, or so much of its unit. */
export interface Limit {
  readonly of: 'ratio' | 'value';
  readonly atMost: number;
}

/** A group of rows: one file each, run in a process of its own. */
export interface Bench {
  /** A folder of its own, removed afterwards. */
  readonly root: string;
  /** How often each figure is taken. */
  readonly repeat: number;
}

export type Measure = (bench: Bench) => Promise<readonly Row[]>;

export function ratioAtMost(atMost: number): Limit {
  return { of: 'ratio', atMost };
}

export function valueAtMost(atMost: number): Limit {
  return { of: 'value', atMost };
}

/** The same work at no less than this share of the reference's speed. */
export function speedAtLeast(share: number): Limit {
  return ratioAtMost(1 / share);
}

/** What the row costs: the ratio to its reference, or else its own value; one for each repetition. */
export function costs({ values, against }: Pick<Row, 'values' | 'against'>): readonly number[] {
  if (!against) return values;
  return values.map((value, index) => value / (against.values[index] ?? Number.NaN));
}

/** Whether the row keeps its limit; `null` when it has none. */
export function keepsLimit(row: Row): boolean | null {
  if (!row.limit) return null;
  const of = row.limit.of === 'ratio' ? costs(row) : row.values;
  return median(of) <= row.limit.atMost;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** From the median absolute deviation to the standard deviation, where values scatter normally. */
const DEVIATION_OF_MEDIAN = 1.4826;

/** How uncertain the median is, as a share of it: its standard error. Not known (0) for a single value. */
export function noise(values: readonly number[]): number {
  const middle = median(values);
  const deviation = DEVIATION_OF_MEDIAN * median(values.map((value) => Math.abs(value - middle)));
  return (1.2533 * deviation) / Math.sqrt(values.length) / Math.abs(middle);
}
