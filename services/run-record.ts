/** The durable record of one run: journal first, then snapshot, under a lock that is still ours. */
import { existsSync, statSync } from 'node:fs';
import type { AnyMachineSnapshot, EventObject } from 'xstate';
import type { LifecycleContext } from '../machines/context.ts';
import { LIFECYCLE_VERSION } from '../machines/lifecycle.ts';
import { RunUnreadableError, StorageError } from './errors.ts';
import type { JournalEnd, JournalEntry, RunHeader } from './journal.ts';
import { JOURNAL_START, JOURNAL_VERSION, openJournal, readJournal } from './journal.ts';
import type { Lock } from './lock.ts';
import type { RunFolder } from './run-store.ts';
import { type HistoryEntry, noteHistory } from './run-view.ts';
import { snapshotFile, writeSnapshotFile } from './snapshot-file.ts';

export interface RunRecord {
  readonly header: RunHeader;
  /** Records one transition. When it returns, the transition is durable. Throws {@link StorageError}. */
  commit(event: EventObject, snapshot: AnyMachineSnapshot): JournalEntry;
  close(): void;
}

/** A run as it is on disk. */
export interface StoredRun {
  readonly header: RunHeader;
  readonly last: JournalEntry;
  readonly end: JournalEnd;
  readonly history: readonly HistoryEntry[];
}

/**
 * Reads a run from its journal, up to its end or as it was at a moment (epoch milliseconds). Changes nothing. Throws
 * {@link RunUnreadableError} with the file and the line.
 */
export function readRun(
  folder: RunFolder,
  visit?: (entry: JournalEntry) => void,
  upTo = Number.POSITIVE_INFINITY,
): StoredRun {
  if (!existsSync(folder.journal)) {
    throw new RunUnreadableError(
      folder.journal,
      null,
      `the journal is missing; without it the run is not known. ${startAgain(folder)}`,
    );
  }
  const history: HistoryEntry[] = [];
  let run = null as StoredRun | null;
  for (const { entry, end } of readJournal(folder.journal)) {
    if (run && entry.at > upTo) break;
    noteHistory(history, entry);
    run = { header: run?.header ?? headerOf(folder, entry), last: entry, end, history };
    visit?.(entry);
  }
  if (run) return run;
  throw new RunUnreadableError(
    folder.journal,
    1,
    `the journal is empty: the run was never recorded, and no agent was started. ${startAgain(folder)}`,
  );
}

/** The next step where there is nothing to go on with: the task is written before the journal. */
function startAgain({ task }: RunFolder): string {
  const source = existsSync(task) ? `--file ${task}` : '"task"';
  return `Start it again: oneshot ${source}`;
}

/** A run that was read before: its journal is only appended to, so it is read anew only when it has grown since. */
export function readAgain(folder: RunFolder, known: StoredRun): StoredRun {
  const size = statSync(folder.journal, { throwIfNoEntry: false })?.size;
  return size === known.end.bytes ? known : readRun(folder);
}

/** Refuses a run that another statechart made: its states may mean something else. */
export function requireSameMachine(folder: RunFolder, { header }: StoredRun): void {
  if (header.machine.version === LIFECYCLE_VERSION) return;
  throw new RunUnreadableError(
    folder.journal,
    1,
    `the run was made by version ${header.machine.version} of the statechart, this is ${LIFECYCLE_VERSION}; ` +
      'use the oneshot that made it',
  );
}

export interface RecordOptions {
  readonly folder: RunFolder;
  readonly lock: Lock;
  readonly header: RunHeader;
  /** What is recorded already; `null` for a run that begins. */
  readonly stored: StoredRun | null;
  now(): number;
}

/** Opens the record to go on with it. */
export function openRecord({ folder, lock, header, stored, now }: RecordOptions): RunRecord {
  const journal = openJournal(folder.journal, stored?.end ?? JOURNAL_START);
  let seq = stored ? stored.last.seq + 1 : 0;
  let at = stored?.last.at ?? 0;
  const history = [...(stored?.history ?? [])];
  return {
    header,
    commit(event, snapshot) {
      if (!lock.isHeld()) throw overtaken(lock);
      // A clock that was set back must not put what follows before what it follows from.
      at = Math.max(at, now());
      const entry = entryOf(event, snapshot, seq, at, lock.record.generation, header);
      const { hash } = journal.append(entry);
      seq += 1;
      noteHistory(history, entry);
      writeSnapshotFile(folder.snapshot, snapshotFile(header, entry, hash, history));
      return entry;
    },
    close: journal.close,
  };
}

/** Brings `oneshot.json` in line with the journal, where a death between the two has left it behind. */
export function repairSnapshot(folder: RunFolder, { header, last, end, history }: StoredRun): void {
  writeSnapshotFile(folder.snapshot, snapshotFile(header, last, end.hash, history));
}

function entryOf(
  event: EventObject,
  { status, value, context }: AnyMachineSnapshot,
  seq: number,
  at: number,
  generation: number,
  header: RunHeader,
): JournalEntry {
  const first = seq === 0 ? { run: header } : {};
  // The wrapper hands over the machine's own events and its own context.
  const typed = { event: event as JournalEntry['event'], context: context as LifecycleContext };
  return { version: JOURNAL_VERSION, seq, at, generation, ...first, ...typed, status, value };
}

function headerOf(folder: RunFolder, entry: JournalEntry): RunHeader {
  if (entry.run) return entry.run;
  throw new RunUnreadableError(folder.journal, 1, 'the first line does not say what run it is');
}

function overtaken(lock: Lock): StorageError {
  return new StorageError(
    lock.path,
    new Error('another oneshot has taken the run over: this one stops'),
  );
}
