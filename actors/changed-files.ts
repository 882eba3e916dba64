import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Files that are named; there may be more. */
const FILES_NAMED = 50;

/** Entries of a work tree that are looked at where git does not list them. */
const ENTRIES_LOOKED_AT = 50_000;

const NOT_WORK = new Set(['.git', '.oneshot', 'node_modules']);

/**
 * Files of the work tree that were written since a moment (epoch milliseconds), relative to it, at most 50. In a git
 * work tree the ignored ones do not count; elsewhere all do, but for `.git`, `.oneshot` and `node_modules`.
 */
export function filesChangedSince(cwd: string, since: number): string[] {
  const changed: string[] = [];
  for (const file of gitFiles(cwd) ?? walk(cwd)) {
    if (changed.length === FILES_NAMED) break;
    if (modifiedAt(join(cwd, file)) >= since) changed.push(file);
  }
  return changed;
}

function gitFiles(cwd: string): string[] | null {
  try {
    const list = execFileSync(
      'git',
      ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      {
        cwd,
        encoding: 'utf8',
        maxBuffer: 256 * 1024 * 1024,
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    return list.split('\0').filter((file) => file !== '' && !file.startsWith('.oneshot/'));
  } catch {
    return null;
  }
}

function* walk(root: string): Generator<string> {
  const folders = [root];
  let left = ENTRIES_LOOKED_AT;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesOf(folder)) {
      left -= 1;
      if (left < 0) return;
      if (NOT_WORK.has(entry.name)) continue;
      if (entry.isDirectory()) folders.push(join(folder, entry.name));
      else yield relative(root, join(folder, entry.name));
    }
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
