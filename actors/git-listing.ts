/** What is in a work tree beyond what its index says, sorted by what is to be done about it. */
import { accessSync, constants, type Stats } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import type { SkippedFile } from '../machines/contracts.ts';
import { runGit } from './git-command.ts';
import {
  absolutePath,
  type BytePath,
  lookAt,
  pathWithin,
  readablePath,
  readPaths,
} from './git-paths.ts';
import type { PlainRepository } from './git-plain.ts';
import type { Repository } from './git-repository.ts';

export interface Listing {
  readonly add: readonly BytePath[];
  readonly remove: readonly BytePath[];
  /** Folders that are repositories of their own, without a final slash. */
  readonly nested: readonly BytePath[];
  readonly skipped: readonly SkippedFile[];
  /** Of the files to add. */
  readonly bytes: number;
  /** A folder stands where a file was, or the other way round: look again when it is out of the way. */
  readonly isTwisted: boolean;
}

export interface ListingRequest {
  readonly plain: PlainRepository;
  /** Whose index says what is tracked though it is ignored; `null` where that cannot be asked. */
  readonly owner: Repository | null;
  readonly fileLimitBytes: number;
  /** Absolute path of a folder that is never listed. */
  readonly hidden: string;
  readonly signal?: AbortSignal | undefined;
}

/** Files that are looked at between two breaths of the event loop. */
const FILES_A_BREATH = 2_000;

export async function listWorkTree(request: ListingRequest): Promise<Listing> {
  const { plain, owner } = request;
  const [changed, ignored, tracked] = await Promise.all([
    listFiles(request, plain, ['-m', '-o', '-d']),
    listFiles(request, plain, ['-c', '-i']),
    owner ? listFiles(request, ownerPlace(owner), ['-c', '-i']) : NO_FILES,
  ]);
  const kept = new Set(tracked.paths);
  const dropped = ignored.paths.filter((path) => !kept.has(path));
  const paths = new Set([...changed.paths, ...kept]);
  for (const path of dropped) paths.delete(path);
  const sorter = createSorter(request);
  let looked = 0;
  for (const path of paths) {
    sorter.sort(path);
    looked += 1;
    if (looked % FILES_A_BREATH === 0) await breathe();
  }
  return sorter.listing(dropped, changed.closed);
}

const NO_FILES = { paths: [], closed: [] };

async function listFiles(
  { signal }: ListingRequest,
  { root, environment }: Pick<PlainRepository, 'root' | 'environment'>,
  which: readonly string[],
) {
  const args = ['ls-files', '-z', ...which, '--exclude-standard'];
  const { out, err } = await runGit({ args, cwd: root, environment, signal });
  return { paths: readPaths(out), closed: closedFolders(err) };
}

/** The user's own index, only read. */
function ownerPlace({ root, gitDir, environment }: Repository) {
  return { root, environment: { ...environment, GIT_DIR: gitDir, GIT_WORK_TREE: root } };
}

function closedFolders(complaint: string): string[] {
  const folders = complaint.matchAll(/^warning: could not open directory '(.*)': Permission/gm);
  return [...folders].map(([, folder]) => folder ?? '');
}

function createSorter({ plain: { root }, fileLimitBytes, hidden }: ListingRequest) {
  const add: BytePath[] = [];
  const remove: BytePath[] = [];
  const nested: BytePath[] = [];
  const skipped: SkippedFile[] = [];
  const hiddenPath = pathWithin(root, hidden);
  let bytes = 0;
  let isTwisted = false;

  const leaveOut = (path: BytePath, size: number, why: SkippedFile['why']) => {
    skipped.push({ path: readablePath(path), bytes: size, why });
    remove.push(path);
  };
  const sortFile = (path: BytePath, stat: Stats) => {
    if (stat.size > fileLimitBytes) leaveOut(path, stat.size, 'tooLarge');
    else if (stat.isFile() && !isReadable(root, path, stat))
      leaveOut(path, stat.size, 'unreadable');
    else {
      add.push(path);
      bytes += stat.size;
    }
  };
  const sort = (path: BytePath) => {
    const bare = path.replace(/\/$/, '');
    if (hiddenPath !== null && `${bare}/`.startsWith(`${hiddenPath}/`)) return remove.push(bare);
    const stat = lookAt(root, bare);
    if (stat?.isFile() || stat?.isSymbolicLink()) return sortFile(bare, stat);
    if (stat?.isDirectory() && lookAt(root, `${bare}/.git`)) return nested.push(bare);
    // A folder where a file was, or a file where its folder was.
    isTwisted ||= stat !== null || lookAt(root, parentOf(bare))?.isDirectory() === false;
    return remove.push(bare);
  };
  return {
    sort,
    listing: (dropped: readonly BytePath[], closed: readonly string[]): Listing => ({
      add,
      remove: [...remove, ...dropped],
      nested,
      skipped: [...skipped, ...closed.map(unreadableFolder)],
      bytes,
      isTwisted,
    }),
  };
}

function unreadableFolder(path: string): SkippedFile {
  return { path, bytes: 0, why: 'unreadable' };
}

function isReadable(root: string, path: BytePath, { mode }: Stats): boolean {
  // Whoever it is, they may read it: the call can be saved.
  if ((mode & 0o444) === 0o444) return true;
  try {
    accessSync(absolutePath(root, path), constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function parentOf(path: BytePath): BytePath {
  const end = path.lastIndexOf('/');
  return end === -1 ? '.' : path.slice(0, end);
}
