import type { Activity } from '../../machines/activity.ts';
import { UNKNOWN_USAGE, type Usage } from '../../machines/contracts.ts';
import { addUsage } from '../../machines/usage.ts';
import { numberOrNull } from './json-fields.ts';

/** Sums what an agent tells per step or per message: what it used up to now. */
export class UsageSum {
  #sum: Usage = UNKNOWN_USAGE;

  add(part: Usage): Activity {
    this.#sum = addUsage(this.#sum, part);
    return { kind: 'usage', ...this.#sum };
  }
}

/** The sum of the figures that are known; `null` when none is. */
export function sumOf(...figures: readonly unknown[]): number | null {
  const known = figures.map(numberOrNull).filter((figure) => figure !== null);
  return known.length === 0 ? null : known.reduce((sum, figure) => sum + figure, 0);
}

/** A figure of an agent that writes 0 where it does not know: nothing that was answered took no token and no money. */
export function positiveOrNull(figure: number | null): number | null {
  return figure === null || figure > 0 ? figure : null;
}
