import type { LogEntry } from '../actors/run-host.ts';
import type { JournalEntry, RunHeader } from './journal.ts';
import type { RunReport } from './run-report.ts';

/** How a run is told: to a person at a terminal, or to a program. */
export interface Output {
  started(header: RunHeader, folder: string): void;
  transition(entry: JournalEntry): void;
  activities(entries: readonly LogEntry[]): void;
  /** Something for a person, whoever else reads. */
  notice(message: string): void;
  finished(report: RunReport): void;
}

/** Where output goes; the process's own streams, or a test's. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}
