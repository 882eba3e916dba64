/** Compares recorded trees. Nothing of the user's is run for it: no external diff, no text conversion. */
import type { ChangedFile, PatchedFile } from '../machines/changes.ts';
import { runGit } from './git-command.ts';
import { readablePath } from './git-paths.ts';
import type { Repository } from './git-repository.ts';

/** Bytes of a patch that are read for an agent; what comes behind them is cut. */
const PATCH_BYTES = 8_000_000;

const COMPARE = ['diff-tree', '-r', '-M', '--no-ext-diff', '--no-textconv'];

export async function changedFiles(
  repository: Repository,
  from: string,
  to: string,
): Promise<ChangedFile[]> {
  const out = await compare(repository, ['-z', '--raw', '--numstat', from, to]);
  return parseChanges(out.toString('latin1').split('\0').slice(0, -1));
}

/** The changed files with their patches. */
export async function patchedFiles(
  repository: Repository,
  from: string,
  to: string,
): Promise<PatchedFile[]> {
  const files = await changedFiles(repository, from, to);
  const { out, isCut } = await runGit({
    ...call(repository, ['-p', from, to]),
    atMostBytes: PATCH_BYTES,
  });
  const sections = sectionsOf(out.toString('utf8'));
  // The last one may have been cut anywhere.
  if (isCut) sections.pop();
  return files.map((file) => ({ ...file, patch: takeSection(file, sections) }));
}

/** The patch as git applies it, byte for byte. */
export async function patchBytes(
  repository: Repository,
  from: string,
  to: string,
): Promise<Buffer> {
  return compare(repository, ['-p', '--binary', '--full-index', from, to]);
}

/** As `git diff --stat`, for a screen of some columns. */
export async function patchStat(
  repository: Repository,
  from: string,
  to: string,
  columns: number,
): Promise<string> {
  const out = await compare(repository, [`--stat=${columns}`, '--summary', from, to]);
  return out.toString('utf8');
}

async function compare(repository: Repository, args: readonly string[]): Promise<Buffer> {
  return (await runGit(call(repository, args))).out;
}

function call({ commonDir, environment }: Repository, args: readonly string[]) {
  return { args: [`--git-dir=${commonDir}`, ...COMPARE, ...args], environment };
}

const STATUS: Readonly<Record<string, ChangedFile['status']>> = {
  A: 'added',
  D: 'deleted',
  M: 'modified',
  R: 'renamed',
  T: 'typeChanged',
};

/**
 * First a record `:mode mode object object status` and its path (two for a renaming) for each file, then, in the same
 * order, one of `added TAB deleted TAB path` (for a renaming the paths follow by themselves).
 */
function parseChanges(fields: string[]): ChangedFile[] {
  const files: Omit<ChangedFile, 'added' | 'deleted'>[] = [];
  const next = () => readablePath(fields.shift() ?? '');
  while (fields[0]?.startsWith(':')) {
    const status = STATUS[fields.shift()?.split(' ')[4]?.[0] ?? ''] ?? 'modified';
    const from = status === 'renamed' ? next() : null;
    files.push({ path: next(), status, from });
  }
  return files.map((file) => {
    const [added, deleted, path] = (fields.shift() ?? '').split('\t');
    if (path === '') fields.splice(0, 2);
    return { ...file, added: linesOf(added), deleted: linesOf(deleted) };
  });
}

/** A dash stands for a file that has no lines. */
function linesOf(text: string | undefined): number | null {
  return text === undefined || text === '-' ? null : Number(text);
}

function sectionsOf(patch: string): string[] {
  // Only a line feed ends a line of a patch; in JavaScript `^` would also stand behind other characters.
  return patch.split(/(?<![^\n])(?=diff --git )/).filter(Boolean);
}

/** A file whose type changed is deleted and made anew: two sections. */
function takeSection({ status }: ChangedFile, sections: string[]): string | null {
  const own = sections.splice(0, status === 'typeChanged' ? 2 : 1);
  return own.length === 0 ? null : own.join('');
}
