import type { Phase } from '../machines/context.ts';
import { UsageError } from './errors.ts';
import type { JournalEntry, RunHeader } from './journal.ts';
import { readRun, requireSameMachine } from './run-record.ts';
import type { RunFolder } from './run-store.ts';
import { phaseOf } from './run-view.ts';

/** Where a run forks from another. */
export interface ForkPoint {
  readonly header: RunHeader;
  /** The checkpoint: nothing ran there, so nothing of it has to be found again. */
  readonly entry: JournalEntry;
  /** The state at the step that was asked for; that of the checkpoint when that is the same. */
  readonly asked: Phase;
}

/** States from which a run goes on by what it remembers alone, whatever became of its last attempt. */
const CHECKPOINTS: readonly Phase[] = ['created', 'auditPending', 'reiterationPending'];

/**
 * The newest checkpoint up to a step (its seq), or of all. An attempt that was going on at that step begins anew in the
 * fork. Throws a {@link UsageError} for a step that there is not. Only reads, also while the run goes on.
 */
export function forkPoint(folder: RunFolder, at: number | 'last-checkpoint'): ForkPoint {
  let checkpoint: JournalEntry | null = null;
  let asked: JournalEntry | null = null;
  const run = readRun(folder, (entry) => {
    if (at !== 'last-checkpoint' && entry.seq > at) return;
    asked = entry;
    if (CHECKPOINTS.includes(phaseOf(entry.value))) checkpoint = entry;
  });
  requireSameMachine(folder, run);
  const { header, last } = run;
  if (typeof at === 'number' && at > last.seq) {
    throw new UsageError(`The run ${folder.id} has no seq ${at}: it has 0 to ${last.seq}.`);
  }
  // The first entry of every journal is a checkpoint; assignments in the callback are not seen by the compiler.
  const entry: JournalEntry = checkpoint ?? last;
  return { header, entry, asked: phaseOf((asked ?? entry).value) };
}
