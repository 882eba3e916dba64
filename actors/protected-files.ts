/**
 * Watches over the files that the user's checks depend on: what they were when the run began, and what became of them.
 * A worker may change them, and a check that passes then proves less: whoever judges the work is told.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join, relative } from 'node:path';
import type { ProtectedChange, ProtectedChanges } from '../machines/contracts.ts';
import { PROTECTED_NAMED } from '../machines/contracts.ts';
import { type AttemptFiles, readRecord, writeRecord, writeRecordDurably } from './attempt-files.ts';

export interface ProtectedFiles {
  /** Notes the files as they are, at the beginning of a run; nothing happens where that is done already. */
  begin(): Promise<void>;
  /** Compares them with how they were then, once a worker's attempt is over; a check or an auditor is no worker. */
  after(files: AttemptFiles): Promise<void>;
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

/** `protected.json` in the run folder: SHA-256 in hex by path, with `/`; null for what could not be read. */
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
  const baseline = () => readRecord<ProtectedRecord>(join(folder, BASELINE));
  return {
    async begin() {
      if (patterns.length === 0 || baseline()) return;
      const files = await hashesOf(options);
      writeRecordDurably(join(folder, BASELINE), { version: 1, files } satisfies ProtectedRecord);
      if (Object.keys(files).length === 0)
        tell(`No file is protected: nothing in ${options.cwd} matches ${patterns.join(', ')}.`);
    },
    async after(files) {
      const before = patterns.length > 0 ? baseline() : null;
      if (!before || !/^\d+-worker$/.test(files.name)) return;
      const changes = changesBetween(before.files, await hashesOf(options));
      writeRecord(files.file('protected-changes.json'), {
        version: 1,
        ...changes,
      } satisfies ProtectedChangesRecord);
    },
  };
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
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changes = paths.flatMap((path): ProtectedChange[] => {
    const change = changeOf(before[path], after[path]);
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

async function hashesOf({
  cwd,
  folder,
  patterns,
}: ProtectedFilesOptions): Promise<ProtectedRecord['files']> {
  const { glob } = await import('tinyglobby');
  const own = relative(cwd, join(folder, '..'));
  const ignore = [...IGNORED, ...(own && !own.startsWith('..') ? [`${own}/**`] : [])];
  const paths = (await glob([...patterns], { cwd, dot: true, ignore })).sort();
  const hashes: [string, string | null][] = [];
  for (let from = 0; from < paths.length; from += ABREAST) {
    const some = paths.slice(from, from + ABREAST);
    hashes.push(...(await Promise.all(some.map(async (path) => hashed(cwd, path)))));
  }
  return Object.fromEntries(hashes);
}

async function hashed(cwd: string, path: string): Promise<[string, string | null]> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(join(cwd, path))) hash.update(chunk);
    return [path, hash.digest('hex')];
  } catch {
    return [path, null];
  }
}
