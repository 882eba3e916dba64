/**
 * Watches over the files that the user's checks depend on: what they were when the run began, and what became of them.
 * A worker may change them, and a check that passes then proves less: whoever judges the work is told.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { lstat, readlink, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ProtectedChange, ProtectedChanges } from '../machines/contracts.ts';
import { PROTECTED_NAMED } from '../machines/contracts.ts';
import { type AttemptFiles, readRecord, writeRecord, writeRecordDurably } from './attempt-files.ts';

export interface ProtectedFiles {
  /**
   * Notes the files as they are, before the first worker of a run; nothing happens where that is done already. Rejects
   * when they cannot be noted, not when it is aborted.
   */
  begin(signal?: AbortSignal): Promise<void>;
  /**
   * Compares them with how they were then, once a worker's attempt is over; a check or an auditor is no worker. Once,
   * however often it is asked. Never rejects.
   */
  after(files: AttemptFiles, signal?: AbortSignal): Promise<void>;
}

export interface ProtectedFilesOptions {
  /** Absolute path of the run folder. */
  readonly folder: string;
  /** The work tree; patterns are relative to it. */
  readonly cwd: string;
  /** Globs (`test/**`, `*.{json,yml}`) or folders. None: nothing is watched. */
  readonly patterns: readonly string[];
  /** Tells a person what is not watched. */
  tell(message: string): void;
}

/**
 * `protected.json` in the run folder, by path with `/`: SHA-256 in hex of what a file holds, whether it is a program, and
 * where it points when it is a link; null for what could not be read.
 */
export interface ProtectedRecord {
  readonly version: 1;
  readonly files: Readonly<Record<string, string | null>>;
}

/** `protected-changes.json` in the folder of an attempt. */
export interface ProtectedChangesRecord extends ProtectedChanges {
  readonly version: 1;
}

/** For attempts that are no work. */
export const NO_PROTECTION: ProtectedFiles = {
  begin: async () => undefined,
  after: async () => undefined,
};

const BASELINE = 'protected.json';

/** What is no file of a project. */
const IGNORED = ['**/.git/**', '**/node_modules/**'];

/** Files that are read at once. */
const ABREAST = 16;

export function createProtectedFiles(options: ProtectedFilesOptions): ProtectedFiles {
  const { folder, patterns, tell } = options;
  if (patterns.length === 0) return NO_PROTECTION;
  // In memory too: what an agent writes into the run folder changes nothing for this process.
  let known: ProtectedRecord | null = null;
  const baseline = () => {
    known ??= readRecord<ProtectedRecord>(join(folder, BASELINE));
    return known;
  };
  const compare = async (signal?: AbortSignal): Promise<ProtectedChanges> => {
    const before = baseline();
    return before ? changesBetween(before.files, await hashesOf(options, signal)) : LOST;
  };
  return {
    async begin(signal) {
      if (baseline() || existsSync(join(folder, BASELINE)) || hasWorked(folder)) return;
      const files = await hashesOf(options, signal).catch(unlessAborted(signal));
      if (!files) return;
      known = { version: 1, files };
      writeRecordDurably(join(folder, BASELINE), known);
      for (const doubt of await doubtsOf(options, files)) tell(doubt);
    },
    async after(files, signal) {
      if (signal?.aborted || !isWorker(files) || isCompared(files)) return;
      try {
        const record: ProtectedChangesRecord = { version: 1, ...(await compare(signal)) };
        writeRecord(files.file('protected-changes.json'), record);
      } catch (error) {
        if (!signal?.aborted) tell(`The protected files could not be compared: ${error}`);
      }
    },
  };
}

/** The record is gone, or cannot be read: then nobody knows what became of the files, and that is said. */
const LOST: ProtectedChanges = { count: 1, named: [{ path: BASELINE, change: 'deleted' }] };

/** The record of how the files were, for a run that goes on from another one. */
export function baselinePath(runFolder: string): string {
  return join(runFolder, BASELINE);
}

/** Once a worker was started it is too late to ask how the files were before. */
function hasWorked(folder: string): boolean {
  const attempts = join(folder, 'attempts');
  const names = existsSync(attempts) ? readdirSync(attempts) : [];
  return names.some(
    (name) => name.endsWith('-worker') && existsSync(join(attempts, name, 'command.json')),
  );
}

/** An attempt that was started: one that was not has changed nothing, and no folder. */
function isWorker({ name, folder }: AttemptFiles): boolean {
  return /^\d+-worker$/.test(name) && existsSync(folder);
}

function isCompared(files: AttemptFiles): boolean {
  return readRecord(files.file('protected-changes.json')) !== null;
}

function unlessAborted(signal: AbortSignal | undefined) {
  return (error: unknown): null => {
    if (signal?.aborted) return null;
    throw error;
  };
}

/** What a person may have meant otherwise. */
async function doubtsOf(
  options: ProtectedFilesOptions,
  files: ProtectedRecord['files'],
): Promise<string[]> {
  const { patterns, cwd } = options;
  const found = await Promise.all(
    patterns.map(async (pattern) => (await pathsOf({ ...options, patterns: [pattern] })).length),
  );
  const unused = patterns.filter((pattern, index) => !pattern.startsWith('!') && !found[index]);
  const unread = Object.keys(files).filter((path) => files[path] === null);
  return [
    ...unused.map((pattern) => `No file in ${cwd} matches the protected ${pattern}.`),
    ...(unread.length > 0
      ? [
          `${unread.length} protected files cannot be read, as ${unread[0]}: what changes them is not noticed.`,
        ]
      : []),
  ];
}

/** What a worker's attempt left changed; `null` for nothing. */
export function protectedChangesOf(files: AttemptFiles): ProtectedChanges | null {
  const record = readRecord<ProtectedChangesRecord>(files.file('protected-changes.json'));
  return record && record.count > 0 ? { count: record.count, named: record.named } : null;
}

export function changesBetween(
  before: ProtectedRecord['files'],
  after: ProtectedRecord['files'],
): ProtectedChanges {
  // As maps: a file may be called `constructor`.
  const [then, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const paths = [...new Set([...then.keys(), ...now.keys()])].sort();
  const changes = paths.flatMap((path): ProtectedChange[] => {
    const change = changeOf(then.get(path), now.get(path));
    return change ? [{ path, change }] : [];
  });
  return { count: changes.length, named: changes.slice(0, PROTECTED_NAMED) };
}

function changeOf(
  before: string | null | undefined,
  after: string | null | undefined,
): ProtectedChange['change'] | null {
  if (before === after) return null;
  if (before === undefined) return 'added';
  return after === undefined ? 'deleted' : 'changed';
}

async function hashesOf(
  options: ProtectedFilesOptions,
  signal?: AbortSignal,
): Promise<ProtectedRecord['files']> {
  const paths = await pathsOf(options);
  const hashes: [string, string | null][] = [];
  for (let from = 0; from < paths.length; from += ABREAST) {
    signal?.throwIfAborted();
    const some = paths.slice(from, from + ABREAST);
    hashes.push(...(await Promise.all(some.map(async (path) => hashed(options.cwd, path)))));
  }
  return Object.fromEntries(hashes);
}

async function pathsOf({ cwd, folder, patterns }: ProtectedFilesOptions): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  const own = relative(cwd, join(folder, '..'));
  const ignore = [...IGNORED, ...(own && !own.startsWith('..') ? [`${own}/**`] : [])];
  return (await glob([...patterns], { cwd, dot: true, ignore })).sort();
}

async function hashed(cwd: string, path: string): Promise<[string, string | null]> {
  const file = join(cwd, path);
  const hash = createHash('sha256');
  try {
    if ((await lstat(file)).isSymbolicLink()) hash.update(`link ${await readlink(file)}\0`);
    const target = await stat(file).catch(() => null);
    // A pipe would be waited for without end.
    if (!target?.isFile()) return [path, hash.update('no file').digest('hex')];
    hash.update(target.mode & 0o111 ? 'program\0' : 'file\0');
    for await (const chunk of createReadStream(file)) hash.update(chunk);
    return [path, hash.digest('hex')];
  } catch {
    return [path, null];
  }
}
