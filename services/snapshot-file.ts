/** `oneshot.json`: the newest snapshot with its envelope. A cache of the journal's end, replaced as a whole. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Snapshot } from 'xstate';
import type { LifecycleContext, Phase } from '../machines/context.ts';
import { StorageError } from './errors.ts';
import type { JournalEntry, MachineStamp, RunHeader } from './journal.ts';
import type { HistoryEntry } from './run-view.ts';
import { phaseOf } from './run-view.ts';

export const SNAPSHOT_VERSION = 1;

/** Entries of the history that the file carries: the first, and the newest. The journal has all. */
export const HISTORY_KEPT = 100;

export interface SnapshotFile {
  readonly version: typeof SNAPSHOT_VERSION;
  readonly id: string;
  /** The beginning of the task; all of it is in `task.md`. */
  readonly task: string;
  readonly state: Phase;
  readonly reason: string | null;
  readonly iteration: number;
  readonly maxIterations: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Of the journal's line that it was made from. */
  readonly seq: number;
  /** Of that line. */
  readonly hash: string;
  readonly cwd: string;
  readonly agents: { readonly worker: string; readonly auditor: string };
  readonly history: readonly HistoryEntry[];
  /** Entries between the first and the second that are only in the journal. */
  readonly historyOmitted: number;
  readonly machine: MachineStamp;
  readonly parent: RunHeader['parent'];
  /** What XState restores: without children, since none of them lives on in another process. */
  readonly snapshot: Snapshot<unknown>;
}

export function snapshotFile(
  header: RunHeader,
  entry: JournalEntry,
  hash: string,
  history: readonly HistoryEntry[],
): SnapshotFile {
  const { context } = entry;
  const { agents, cwd } = header.settings;
  const kept = boundHistory(history);
  return {
    version: SNAPSHOT_VERSION,
    id: header.id,
    task: context.task.preview,
    state: phaseOf(entry.value),
    reason: context.reason,
    iteration: context.iteration,
    maxIterations: context.limits.maxIterations,
    createdAt: header.createdAt,
    updatedAt: entry.at,
    seq: entry.seq,
    hash,
    cwd,
    agents: { worker: agents.worker.name, auditor: agents.auditor.name },
    history: kept,
    historyOmitted: history.length - kept.length,
    machine: header.machine,
    parent: header.parent,
    snapshot: persistedSnapshot(entry),
  };
}

/** The snapshot that XState restores from one entry of the journal. */
export function persistedSnapshot({ status, value, context }: JournalEntry): Snapshot<unknown> {
  const snapshot = { status, value, context, children: {}, historyValue: {}, output: undefined };
  // XState's type for a persisted snapshot names only what all actor kinds have in common.
  return snapshot as unknown as Snapshot<unknown>;
}

/** What the statechart remembers in it. */
export function contextOf({ snapshot }: Pick<SnapshotFile, 'snapshot'>): LifecycleContext {
  // XState's type for a persisted snapshot names only what all actor kinds have in common.
  return (snapshot as unknown as { context: LifecycleContext }).context;
}

/** Replaces the file. Not synced by itself: after a power cut it is made again from the journal. */
export function writeSnapshotFile(path: string, file: SnapshotFile): void {
  const temporary = `${path}.tmp`;
  try {
    writeFileSync(temporary, `${JSON.stringify(file)}\n`, { mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    throw new StorageError(path, error);
  }
}

/** The file, or `null` when it is missing, torn or of another version: then the journal is asked. */
export function readSnapshotFile(path: string): SnapshotFile | null {
  try {
    const file: SnapshotFile = JSON.parse(readFileSync(path, 'utf8'));
    return file.version === SNAPSHOT_VERSION ? file : null;
  } catch {
    return null;
  }
}

function boundHistory(history: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const [first] = history;
  if (!first || history.length <= HISTORY_KEPT) return history;
  return [first, ...history.slice(1 - HISTORY_KEPT)];
}
