/** Whether what is to be recorded fits: a repository is no place for all that may lie around in a work tree. */
import { statfsSync } from 'node:fs';
import { GitError, runGit } from './git-command.ts';
import type { Listing } from './git-listing.ts';
import { lookAt, readPaths } from './git-paths.ts';
import type { PlainRepository } from './git-plain.ts';
import type { Repository } from './git-repository.ts';

export interface RoomRequest {
  readonly plain: PlainRepository;
  readonly repository: Repository;
  readonly owner: Repository | null;
  readonly fileLimitBytes: number;
}

/** The part of the disk's free space that a record may take at most. */
const SPACE_SHARE = 0.5;

/** Bytes of files that git does not track and that no record has yet, for one record. */
export const NEW_FILES_LIMIT_BYTES = 2_000_000_000;

/** Throws a `GitError` that says what to do. What is parked, without a limit for its files, is held to the disk only. */
export async function requireRoom(request: RoomRequest, listing: Listing): Promise<void> {
  const { repository, fileLimitBytes } = request;
  const { bavail, bsize } = statfsSync(repository.objects);
  const free = bavail * bsize;
  if (listing.bytes > free * SPACE_SHARE)
    throw tooLarge(`of files, and ${megabytes(free)} are free on their disk`, listing.bytes);
  if (listing.bytes <= NEW_FILES_LIMIT_BYTES || !Number.isFinite(fileLimitBytes)) return;
  const bytes = await untrackedBytes(request, listing);
  if (bytes > NEW_FILES_LIMIT_BYTES)
    throw tooLarge(
      `of files that git does not track, and the limit is ${megabytes(NEW_FILES_LIMIT_BYTES)}`,
      bytes,
    );
}

async function untrackedBytes({ plain, owner }: RoomRequest, { add }: Listing): Promise<number> {
  const tracked = new Set(owner ? await trackedPaths(owner) : []);
  const sizes = add
    .filter((path) => !tracked.has(path))
    .map((path) => lookAt(plain.root, path)?.size);
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

async function trackedPaths({ root, environment }: Repository): Promise<string[]> {
  const { out } = await runGit({ args: ['ls-files', '-z'], cwd: root, environment });
  return readPaths(out);
}

function tooLarge(what: string, bytes: number): GitError {
  const next = 'ignore what is not work in .gitignore, or use --record-trees off';
  return new GitError('tooLarge', `there are ${megabytes(bytes)} ${what}; ${next}.`);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
