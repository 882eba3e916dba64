import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Liveness, Role, Usage } from '../machines/contracts.ts';
import { attemptName } from '../machines/contracts.ts';
import type { StartFailure } from '../machines/judgement.ts';
import { makeFolderDurably, writeDurably } from './durable-file.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { RecordedTree } from './tree-recorder.ts';

/** The files of one attempt. The folder is never reused: what an attempt left stays as evidence. */
export interface AttemptFiles {
  /** `0001-worker` */
  readonly name: string;
  /** Absolute path. */
  readonly folder: string;
  /** Path relative to the run folder. */
  readonly path: string;
  file(name: AttemptFile): string;
}

export type AttemptFile =
  | 'prompt.md'
  | 'stdout'
  | 'stderr'
  | 'command.json'
  | 'refusal.json'
  | 'process.json'
  | 'stop.json'
  | 'exit.json'
  | 'trees.json'
  | 'protected-changes.json'
  | 'changes.md'
  | 'result.md'
  | 'feedback.md'
  | 'salvage.md'
  | 'permission.json'
  | 'permission-answer.json'
  | 'pid'
  | 'shell.log';

/** What was to be started; written before the spawn, without secrets. */
export interface CommandRecord {
  readonly version: 1;
  readonly attempt: string;
  readonly agent: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly sessionId: string | null;
  /** What the resumed session had used before, as far as known; `null` for a fresh session. */
  readonly usedBefore: Usage | null;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** The boot of the machine in which it was started. */
  readonly bootId: string;
  /** The same moment on the clock of that boot (see uptime.ts). */
  readonly startedUptimeMs: number;
}

/** What was started; written as soon as the agent's pid is known. */
export interface ProcessRecord {
  readonly version: 1;
  readonly agent: ProcessIdentity;
  readonly wrapper: ProcessIdentity | null;
}

/** Written before the first signal that oneshot sends: from here on an exit code is no evidence. */
export interface StopRecord {
  readonly version: 1;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The silence that it is based on, where it is based on one. */
  readonly liveness: Liveness | null;
}

/** How the agent exited, as the wrapper saw it. `exitCode` is above 128 where a signal ended it. */
export interface ExitRecord {
  readonly version: 1;
  readonly exitCode: number;
}

/** The work tree before and after the attempt; `null` where it is not recorded, or not yet. */
export interface TreesRecord {
  readonly version: 1;
  readonly before: RecordedTree | null;
  readonly after: RecordedTree | null;
}

/** Why the agent could not be started at all. */
export interface RefusalRecord extends StartFailure {
  readonly version: 1;
}

export function attemptFiles(
  runFolder: string,
  attempt: { readonly number: number; readonly role: Role },
): AttemptFiles {
  const name = attemptName(attempt);
  const path = `attempts/${name}`;
  const folder = join(runFolder, 'attempts', name);
  return { name, folder, path, file: (file) => join(folder, file) };
}

/** Makes the folder with the files that others write: nobody but the user may read them, whatever the umask. */
export function createAttemptFolder(files: AttemptFiles): void {
  makeFolderDurably(files.folder);
  for (const output of ['stdout', 'stderr', 'shell.log', 'pid'] as const) {
    writeFileSync(files.file(output), '', { mode: 0o600, flag: 'a' });
  }
}

/** Writes a record as a whole or not at all; a power cut may still take it. */
export function writeRecord(path: string, record: unknown): void {
  const temporary = `${path}.tmp`;
  writeFileSync(temporary, recordText(record), { mode: 0o600 });
  renameSync(temporary, path);
}

/** As {@link writeRecord}, and no power cut can take it. */
export function writeRecordDurably(path: string, record: unknown): void {
  writeDurably(path, recordText(record));
}

function recordText(record: unknown): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** A record, or `null` when it is not there or torn: then nothing is known, and nobody may guess. */
export function readRecord<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
