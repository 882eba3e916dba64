import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { AttemptFiles } from './attempt-files.ts';
import { begunAtEarliest } from './attempt-time.ts';
import { gitEnvironment, runGit } from './git-command.ts';
import { readablePath, readPaths } from './git-paths.ts';
import type { RunHost } from './run-host.ts';
import { type RecordedPlace, readTrees } from './tree-recorder.ts';

/** Files that are named; there may be more. */
export const FILES_NAMED = 50;

/** Entries of a work tree that are looked at where git does not list them. */
const ENTRIES_LOOKED_AT = 50_000;

const NOT_WORK = new Set(['.git', '.oneshot', 'node_modules']);

/**
 * Files that an attempt changed, at most 50: by the trees that were recorded before and after it; without them, those
 * that were written since it began.
 */
export async function filesChangedBy(host: RunHost, files: AttemptFiles): Promise<string[]> {
  const { before, after } = readTrees(files) ?? {};
  const place = before && after ? await host.trees.place() : null;
  if (before && after && place) return namesBetween(place, before.tree, after.tree);
  const begunAt = begunAtEarliest(files, host.now());
  return begunAt === null ? [] : filesChangedSince(host.place, begunAt);
}

async function namesBetween({ plain }: RecordedPlace, from: string, to: string): Promise<string[]> {
  const { out } = await runGit({
    args: ['diff-tree', '-r', '-z', '--no-renames', '--name-only', from, to],
    environment: plain.environment,
  });
  return readPaths(out).slice(0, FILES_NAMED).map(readablePath);
}

/**
 * Files of the work tree that were written since a moment (epoch milliseconds), relative to it. In a git work tree the
 * ignored ones do not count; elsewhere all do, but for `.git`, `.oneshot` and `node_modules`.
 */
async function filesChangedSince(
  { cwd, environment }: Pick<RunHost['place'], 'cwd' | 'environment'>,
  since: number,
): Promise<string[]> {
  const changed: string[] = [];
  for (const file of (await gitFiles(cwd, environment)) ?? walk(cwd)) {
    if (changed.length === FILES_NAMED) break;
    if (modifiedAt(join(cwd, file)) >= since) changed.push(file);
  }
  return changed;
}

async function gitFiles(
  cwd: string,
  environment: RunHost['place']['environment'],
): Promise<string[] | null> {
  try {
    const { out } = await runGit({
      args: ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      cwd,
      environment: gitEnvironment(environment),
    });
    return readPaths(out)
      .map(readablePath)
      .filter((file) => !file.startsWith('.oneshot/'));
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
