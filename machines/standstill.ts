/** Whether a run still gets anywhere: rounds in a row that found the same in the same files. */
import type { LifecycleContext } from './context.ts';
import type { Standstill } from './contracts.ts';

/**
 * The rounds that came to the same, with this one. `tree`: the files that were judged; where nobody recorded them
 * (`null`) nobody knows that nothing changed, and the count begins anew.
 */
export function standstillWith(
  { standstill }: LifecycleContext,
  tree: string | null,
  found: readonly string[],
): Standstill | null {
  if (tree === null) return null;
  const sorted = [...found].sort();
  const isSame = standstill?.tree === tree && `${standstill.found}` === `${sorted}`;
  return { tree, found: sorted, rounds: isSame ? standstill.rounds + 1 : 1 };
}

/** As often as the user lets it be; 0 lets it be for ever. */
export function isStalled({ standstill, limits }: LifecycleContext): boolean {
  return limits.stallAfter > 0 && (standstill?.rounds ?? 0) >= limits.stallAfter;
}

/** For a person, with what to do. */
export function stalledMessage({ standstill, runId }: LifecycleContext): string {
  return (
    `${standstill?.rounds} rounds in a row found the same in unchanged files: ${standstill?.found.join(', ')} ` +
    `(oneshot show ${runId} tells more). Change the task, the files or the check; then: oneshot resume. ` +
    'With --stall-after 0 such a run goes on.'
  );
}
