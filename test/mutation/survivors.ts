/**
 * Mutants that no test can notice, or that none should, each with the reason. An entry is for every mutant of that
 * source line whose replacement it names; one that matches nothing any more is told as stale.
 */
export interface Survivor {
  readonly file: string;
  /** A part of the mutated source line. */
  readonly line: string;
  /** A part of what the mutant puts there. */
  readonly replacement: string;
  readonly because: string;
}

export const SURVIVORS: readonly Survivor[] = [];
