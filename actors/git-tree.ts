/** The files of a work tree as one tree object, with the files of the repositories within it in their places. */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SkippedFile } from '../machines/contracts.ts';
import { GitError, runGit } from './git-command.ts';
import { type Listing, listWorkTree } from './git-listing.ts';
import { type BytePath, readablePath, writePaths } from './git-paths.ts';
import { createPlainRepository, type PlainRepository } from './git-plain.ts';
import { findRepository, type Repository } from './git-repository.ts';
import { requireRoom } from './git-room.ts';

export interface TreeRequest {
  readonly plain: PlainRepository;
  /** The repository whose objects the tree is made of. */
  readonly repository: Repository;
  /** Whose index is asked for what is tracked though ignored: the same, or a nested one. */
  readonly owner: Repository | null;
  /** Absolute path of a folder for the git folders of nested repositories. */
  readonly nestedFolder: string;
  /** Bytes from which on a file is left out. */
  readonly fileLimitBytes: number;
  /** Absolute path of a folder that is never recorded. */
  readonly hidden: string;
  readonly signal?: AbortSignal | undefined;
}

export interface RecordedFiles {
  /** Object name of the tree. */
  readonly tree: string;
  readonly skipped: readonly SkippedFile[];
}

/** Looks that a folder where a file was may take. */
const LOOKS = 3;

/**
 * Writes the files of the work tree as a tree. An index that cannot be gone on with (torn, or of objects that are
 * gone) is thrown away, and everything is read again. Throws a `GitError`.
 */
export async function writeTree(request: TreeRequest): Promise<RecordedFiles> {
  try {
    return await writeOnce(request);
  } catch (error) {
    if (!(error instanceof GitError) || error.failure !== 'failed') throw error;
    rmSync(request.plain.index, { force: true });
    return writeOnce(request);
  }
}

async function writeOnce(request: TreeRequest): Promise<RecordedFiles> {
  // Of a git that was ended in the middle; there is one at a time.
  rmSync(`${request.plain.index}.lock`, { force: true });
  const { plain, signal } = request;
  const { nested, skipped } = await updateIndex(request);
  const { out } = await runGit({
    args: ['write-tree'],
    environment: plain.environment,
    cwd: plain.root,
    signal,
  });
  const files = { tree: out.toString().trim(), skipped };
  return nested.length === 0 ? files : withNested(request, files, nested);
}

async function updateIndex(request: TreeRequest): Promise<Listing> {
  for (let look = 1; ; look += 1) {
    const listing = await listWorkTree(request);
    await requireRoom(request, listing);
    await feed(request, ['--force-remove'], listing.remove);
    await feed(request, ['--add', '--remove', '--replace'], listing.add);
    if (!listing.isTwisted || look === LOOKS) return listing;
  }
}

async function feed(
  { plain, signal }: TreeRequest,
  how: readonly string[],
  paths: readonly BytePath[],
): Promise<void> {
  if (paths.length === 0) return;
  const { environment, root: cwd } = plain;
  const args = ['update-index', '-z', ...how, '--stdin'];
  await runGit({ args, cwd, environment, input: writePaths(paths), signal });
}

/** One more tree, with the files of the nested repositories: theirs are the agents' work too. */
async function withNested(
  request: TreeRequest,
  files: RecordedFiles,
  nested: readonly BytePath[],
): Promise<RecordedFiles> {
  const { plain, signal } = request;
  const parts = [];
  for (const path of nested) parts.push(await nestedFiles(request, path));
  const environment = { ...plain.environment, GIT_INDEX_FILE: `${plain.index}-whole` };
  const cwd = plain.root;
  await runGit({ args: ['read-tree', files.tree], cwd, environment, signal });
  const input = Buffer.concat(parts.map(({ entries }) => entries));
  await runGit({
    args: ['update-index', '-z', '--index-info'],
    cwd,
    environment,
    input,
    signal,
  });
  const { out } = await runGit({ args: ['write-tree'], cwd, environment, signal });
  const skipped = [...files.skipped, ...parts.flatMap((part) => part.skipped)];
  return { tree: out.toString().trim(), skipped };
}

interface NestedFiles {
  /** Lines for `update-index --index-info`. */
  readonly entries: Buffer;
  readonly skipped: readonly SkippedFile[];
}

async function nestedFiles(request: TreeRequest, path: BytePath): Promise<NestedFiles> {
  const { plain, repository, hidden, signal } = request;
  const name = readablePath(path);
  const root = join(plain.root, name);
  // Only bytes that are UTF-8 can name the work tree in an environment.
  if (Buffer.from(name).toString('latin1') !== path)
    return { entries: Buffer.of(), skipped: [closed(name)] };
  const folder = join(
    request.nestedFolder,
    createHash('sha256').update(path).digest('hex').slice(0, 16),
  );
  const owner = await findRepository(root, repository.environment).catch(() => null);
  const own = owner?.root === root ? owner : null;
  const inner = createPlainRepository({
    folder,
    root,
    repository,
    exclude: own?.exclude ?? null,
    hidden,
  });
  const nestedFolder = join(folder, 'nested');
  const { tree, skipped } = await writeTree({ ...request, plain: inner, owner: own, nestedFolder });
  const { environment } = plain;
  const { out } = await runGit({ args: ['ls-tree', '-r', '-z', tree], environment, signal });
  return {
    entries: Buffer.from(prefixed(out.toString('latin1'), path), 'latin1'),
    skipped: skipped.map((file) => ({ ...file, path: `${name}/${file.path}` })),
  };
}

function closed(name: string): SkippedFile {
  return { path: `${name}/`, bytes: 0, why: 'unreadable' };
}

/** `mode type object TAB path NUL`, each with the path of the repository before it. */
function prefixed(entries: string, path: BytePath): string {
  return entries.replace(/([^\0\t]*)\t([^\0]*)\0/g, (_, what: string, file: string) => {
    return `${what}\t${path}/${file}\0`;
  });
}
