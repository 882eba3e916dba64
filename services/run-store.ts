/** Where runs are: a folder per run under the runs folder. */
import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolderDurably, syncFolder, writeDurably } from '../actors/durable-file.ts';
import { RunNotFoundError, StorageError } from './errors.ts';
import { readSnapshotFile, type SnapshotFile } from './snapshot-file.ts';

/** The files of one run. */
export interface RunFolder {
  readonly id: string;
  readonly path: string;
  readonly snapshot: string;
  readonly journal: string;
  readonly log: string;
  readonly lock: string;
  readonly task: string;
}

export function runFolder(runsDir: string, id: string): RunFolder {
  const path = join(runsDir, id);
  return {
    id,
    path,
    snapshot: join(path, 'oneshot.json'),
    journal: join(path, 'journal.ndjson'),
    log: join(path, 'oneshot-log.ndjson'),
    lock: join(path, 'lock'),
    task: join(path, 'task.md'),
  };
}

/** Sorts by time, and two runs of the same millisecond differ: `20261123-092238-417-3fa9c1`. */
export function createRunId(now: number): string {
  const digits = new Date(now).toISOString().replace(/\D/g, '');
  const time = `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${digits.slice(14, 17)}`;
  return `${time}-${randomBytes(3).toString('hex')}`;
}

/**
 * The id of a run that is to begin in `runsDir`. It sorts behind all that are there, also where the clock was set back
 * since: `latest` is the run that was begun last.
 */
export function nextRunId(runsDir: string, now: number): string {
  return createRunId(Math.max(now, latestRunTime(runsDir) + 1));
}

/** Epoch milliseconds that the ids tell; -1 where there is none. */
function latestRunTime(runsDir: string): number {
  if (!existsSync(runsDir)) return -1;
  const times = readdirSync(runsDir).map(timeOfRunId).filter(Number.isFinite);
  return Math.max(-1, ...times);
}

function timeOfRunId(id: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(\d{3})-/.exec(id) ?? [];
  const [year, month, day, hour, minute, second, ms] = parts.map(Number);
  return Date.UTC(year ?? Number.NaN, (month ?? 0) - 1, day, hour, minute, second, ms);
}

/** Makes the folder of a run that is to begin; the runs folder keeps itself out of git. */
export function createRunFolder(runsDir: string, id: string): RunFolder {
  const folder = runFolder(runsDir, id);
  try {
    makeFolderDurably(runsDir);
    keepOutOfGit(runsDir);
    mkdirSync(folder.path, { mode: 0o700 });
    syncFolder(runsDir);
    makeFolderDurably(join(folder.path, 'attempts'));
  } catch (error) {
    throw new StorageError(folder.path, error);
  }
  return folder;
}

/** A file with something in it may be the user's own. */
function keepOutOfGit(runsDir: string): void {
  const ignore = join(runsDir, '.gitignore');
  if (!statSync(ignore, { throwIfNoEntry: false })?.size) writeDurably(ignore, '*\n');
}

/** All runs, the oldest first. */
export function listRunIds(runsDir: string): string[] {
  if (!existsSync(runsDir)) return [];
  return readdirSync(runsDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isRun(runFolder(runsDir, entry.name)))
    .map(({ name }) => name)
    .sort();
}

/** The run of exactly this id; `null` when there is none. The id may come from anywhere. */
export function runWithId(runsDir: string, id: string): RunFolder | null {
  if (!/^\w[\w.-]*$/.test(id)) return null;
  const folder = runFolder(runsDir, id);
  const isFolder = lstatSync(folder.path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder && isRun(folder) ? folder : null;
}

export interface RunSummary {
  readonly id: string;
  readonly folder: RunFolder;
  /** `null` when the file is missing or torn; the journal may still tell. */
  readonly file: SnapshotFile | null;
}

export function listRuns(runsDir: string): RunSummary[] {
  return listRunIds(runsDir).map((id) => {
    const folder = runFolder(runsDir, id);
    return { id, folder, file: readSnapshotFile(folder.snapshot) };
  });
}

/** The run that an id, a unique beginning of one, or `latest` means. Throws {@link RunNotFoundError}. */
export function findRun(runsDir: string, wanted: string): RunFolder {
  const ids = listRunIds(runsDir);
  const matches = wanted === 'latest' ? ids.slice(-1) : ids.filter((id) => id.startsWith(wanted));
  const exact = matches.find((id) => id === wanted) ?? (matches.length === 1 ? matches[0] : null);
  if (exact) return runFolder(runsDir, exact);
  throw new RunNotFoundError(notFoundMessage(runsDir, wanted, matches));
}

function isRun(folder: RunFolder): boolean {
  return existsSync(folder.journal) || existsSync(folder.snapshot);
}

function notFoundMessage(runsDir: string, wanted: string, matches: readonly string[]): string {
  if (matches.length > 1) {
    const some = matches.slice(0, 5).join(', ');
    return `"${wanted}" could be any of ${matches.length} runs (${some}); give more of the id.`;
  }
  if (wanted === 'latest') return `There is no run in ${runsDir}. Start one: oneshot "task".`;
  return `No run in ${runsDir} begins with "${wanted}". See them all: oneshot list.`;
}
