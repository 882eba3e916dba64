/** What stands behind a run that is completed, besides its auditor's word. */
import type { Phase } from './context.ts';
import type { ProtectedChanges, Work } from './contracts.ts';

/**
 * Whether required checks passed on the work that was judged `done`. None of them may fail in a completed run, so one is
 * enough; without any the run is unverified.
 */
export function isVerified(phase: Phase | null, work: Work | null): boolean {
  return phase === 'completed' && (work?.checks.some(({ required }) => required) ?? false);
}

/** `verified`, `unverified`, or why not so sure; `null` for a run that is not completed. */
export function evidenceLabel(phase: Phase | null, work: Work | null): string | null {
  if (phase !== 'completed') return null;
  if (!isVerified(phase, work)) return 'unverified: no required check was configured';
  const changed = work?.protectedChanges?.count ?? 0;
  return changed > 0 ? `verified, but ${filesText(changed)} changed` : 'verified';
}

/** `changed test/a.test.ts`, one for each, and how many more there are. */
export function protectedLines({ count, named }: ProtectedChanges): string[] {
  const lines = named.map(({ path, change }) => `${change} ${path}`);
  return count > named.length ? [...lines, `and ${count - named.length} more`] : lines;
}

function filesText(count: number): string {
  return count === 1 ? '1 protected file was' : `${count} protected files were`;
}
