/**
 * Cases of a table that are mostly waiting: they are begun a few at once and in their order, and each test asks for the
 * outcome of its own. What they start is of the lifetime `file`: it outlives the test during which it was started.
 */
import { beforeAll } from '@jest/globals';

/** How many are under way at once: what waits leaves the processor to the others. */
const AT_ONCE = 3;

/** Gives the outcome of a case, or throws what that threw. */
export function sideBySide<Case, Outcome>(
  cases: readonly Case[],
  begin: (one: Case) => Promise<Outcome>,
): (one: Case) => Promise<Outcome> {
  const outcomes = new Map<Case, Promise<Outcome>>();
  beforeAll(() => {
    const lanes: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
    for (const [index, one] of cases.entries()) {
      const outcome = (lanes[index % AT_ONCE] ?? Promise.resolve()).then(() => begin(one));
      lanes[index % AT_ONCE] = outcome.catch(() => undefined);
      outcomes.set(one, outcome);
    }
  });
  return (one) => outcomes.get(one) ?? Promise.reject(new Error('It is none of the cases.'));
}
