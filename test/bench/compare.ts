/** What changed between two measurements, and whether that is more than chance. */
import { costs, median, noise, type Row } from './row.ts';

export interface Change {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  /** What it costs now, as a multiple of what it cost before. */
  readonly factor: number;
  /** By how much the factor may differ from 1 by chance. */
  readonly uncertainty: number;
  readonly kind: 'better' | 'worse' | 'same';
}

/** Two standard errors: one in twenty unchanged rows seems changed. */
const CERTAINTY = 2;

/** Machines drift by so much from one hour to the next, whatever is measured. */
const DRIFT = 0.05;

/** The same for a figure that was taken only once. */
const DRIFT_OF_ONE = 0.15;

/** The rows that both have. Each is compared by its ratio to its reference, or by its value when it has none. */
export function changes(before: readonly Row[], after: readonly Row[]): readonly Change[] {
  const earlier = new Map(before.map((row) => [row.name, row]));
  return after.flatMap((row) => {
    const old = earlier.get(row.name);
    return old ? [changeOf(old, row)] : [];
  });
}

function changeOf(old: Row, row: Row): Change {
  const [before, after] = [costs(old), costs(row)];
  const factor = median(after) / median(before);
  const chance = CERTAINTY * Math.hypot(noise(before), noise(after));
  const isSingle = Math.min(before.length, after.length) === 1;
  const uncertainty = Math.max(chance, isSingle ? DRIFT_OF_ONE : DRIFT);
  const isSame = Math.abs(Math.log(factor)) <= Math.log1p(uncertainty);
  const kind = isSame ? 'same' : factor < 1 ? 'better' : 'worse';
  return {
    name: row.name,
    before: median(before),
    after: median(after),
    factor,
    uncertainty,
    kind,
  };
}
