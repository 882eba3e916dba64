/** What must hold of the files of a run at every instant at which nobody writes them. */
import { existsSync, readFileSync } from 'node:fs';
import { messageOf } from '../../services/errors.ts';
import { replay } from '../../services/replay.ts';
import { reportRun } from '../../services/run-report.ts';
import type { RunFolder } from '../../services/run-store.ts';
import { BROKEN } from './broken-rules.ts';

/** What is known of a record from an earlier look at it. */
export interface KnownRecord {
  /** The whole lines of the journal. */
  readonly journal: string;
}

export interface LookedAt extends KnownRecord {
  /** `null` when it cannot be read. */
  readonly state: string | null;
  readonly verdict: string | null;
  readonly isOver: boolean;
  /** Broken rules, in sentences. */
  readonly broken: readonly string[];
}

export function lookAt(folder: RunFolder, known: KnownRecord | null): LookedAt {
  const text = readFileSync(folder.journal, 'utf8');
  const journal = text.slice(0, text.lastIndexOf('\n') + 1);
  const lost = known && !journal.startsWith(known.journal) ? [BROKEN.transitionsLost()] : [];
  // Nothing was recorded of it: then it never began.
  if (journal === '') return { journal, state: null, verdict: null, isOver: false, broken: lost };
  const told = tell(folder);
  return {
    journal,
    ...told,
    broken: [...lost, ...told.broken, ...brokenSnapshot(folder, journal)],
  };
}

function tell(folder: RunFolder): Omit<LookedAt, 'journal'> {
  try {
    const { state, verdict } = reportRun(folder);
    const outcome = replay(folder.journal);
    const broken =
      outcome.kind === 'identical' ? [] : [BROKEN.replay(outcome.kind, outcome.message)];
    const isOver = state === 'completed' || state === 'rejected' || state === 'failed';
    return { state, verdict, isOver, broken };
  } catch (error) {
    return {
      state: null,
      verdict: null,
      isOver: true,
      broken: [BROKEN.unreadable(messageOf(error))],
    };
  }
}

/** It is replaced as a whole, and at most one transition behind. */
function brokenSnapshot({ snapshot }: RunFolder, journal: string): string[] {
  const last = journal.split('\n').length - 2;
  if (!existsSync(snapshot)) return last > 0 ? [BROKEN.snapshotMissing()] : [];
  try {
    const { seq }: { seq: number } = JSON.parse(readFileSync(snapshot, 'utf8'));
    return seq === last || seq === last - 1 ? [] : [BROKEN.snapshotBehind(`${seq}`, `${last}`)];
  } catch (error) {
    return [BROKEN.snapshotTorn(messageOf(error))];
  }
}
