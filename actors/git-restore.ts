/** Puts recorded files back: into a folder of their own, or into the work tree, where nothing unrecorded is lost. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { codeOf, runGit } from './git-command.ts';
import {
  absolutePath,
  type BytePath,
  lookAt,
  readablePath,
  readPaths,
  writePaths,
} from './git-paths.ts';
import type { PlainRepository } from './git-plain.ts';

/** Writes all files of a tree into an empty folder. */
export async function exportTree(
  plain: PlainRepository,
  tree: string,
  to: string,
): Promise<number> {
  mkdirSync(to, { recursive: true });
  const place = { ...plain, root: to, environment: { ...plain.environment, GIT_WORK_TREE: to } };
  const { out } = await runGit({
    args: ['ls-tree', '-r', '-z', '--name-only', tree],
    environment: plain.environment,
  });
  const paths = readPaths(out);
  await writeFiles(place, tree, paths);
  return paths.length;
}

/** What is to be done so that the files of one tree become those of another. */
export interface RestorePlan {
  readonly write: readonly BytePath[];
  readonly remove: readonly BytePath[];
  /** What is in the way and is recorded nowhere, for a person. */
  readonly obstacles: readonly string[];
}

export interface PlanRequest {
  readonly plain: PlainRepository;
  /** The files as they are, just recorded. */
  readonly now: string;
  readonly wanted: string;
  /** Paths that `wanted` leaves out though they were there; a folder ends with a slash. They stay as they are. */
  readonly spared: readonly string[];
}

/** Changes nothing. */
export async function planRestore({
  plain,
  now,
  wanted,
  spared,
}: PlanRequest): Promise<RestorePlan> {
  const { out } = await runGit({
    args: ['diff-tree', '-r', '-z', '--no-renames', '--raw', now, wanted],
    environment: plain.environment,
  });
  const entries = entriesOf(readPaths(out));
  const isSpared = spareRule(spared);
  const remove = entries
    .filter(({ status, path }) => status === 'D' && !isSpared(path))
    .map(({ path }) => path);
  const leaving = new Set(remove);
  const obstacles = new Set<BytePath>();
  const write: BytePath[] = [];
  for (const entry of entries) {
    if (entry.status === 'D') continue;
    const found = await obstaclesOf(plain, entry, leaving);
    if (found !== null) write.push(entry.path);
    for (const path of found ?? []) obstacles.add(path);
  }
  return { write, remove, obstacles: [...obstacles].map(readablePath) };
}

/** Does what was planned. What was there is recorded, so it may be overwritten. */
export async function applyRestore(
  plain: PlainRepository,
  tree: string,
  { write, remove }: RestorePlan,
): Promise<void> {
  for (const path of remove) removeFile(plain.root, path);
  await writeFiles(plain, tree, write);
}

interface Entry {
  readonly path: BytePath;
  /** `A`, `D`, `M` or `T`. */
  readonly status: string;
  /** Object name of what is wanted. */
  readonly object: string;
}

/** Pairs of `:mode mode object object status` and a path. */
function entriesOf(fields: readonly string[]): Entry[] {
  return fields.flatMap((field, index) => {
    if (index % 2 === 1) return [];
    const [, , , object = '', status = ''] = field.split(' ');
    return [{ path: fields[index + 1] ?? '', status, object }];
  });
}

function spareRule(spared: readonly string[]): (path: BytePath) => boolean {
  const bytes = spared.map((path) => Buffer.from(path).toString('latin1'));
  const files = new Set(bytes);
  const folders = bytes.filter((path) => path.endsWith('/'));
  return (path) => files.has(path) || folders.some((folder) => path.startsWith(folder));
}

/** What would be lost if this file were written; `null` when it is there already. */
async function obstaclesOf(
  plain: PlainRepository,
  { path, status, object }: Entry,
  leaving: ReadonlySet<BytePath>,
): Promise<BytePath[] | null> {
  const { root } = plain;
  const parent = parentsOf(path).find((folder) => lookAt(root, folder)?.isDirectory() !== true);
  if (parent !== undefined) return lookAt(root, parent) && !leaving.has(parent) ? [parent] : [];
  const stat = lookAt(root, path);
  if (!stat) return [];
  if (stat.isDirectory()) return filesIn(root, path).filter((file) => !leaving.has(file));
  if (status !== 'A') return [];
  // It is there and is recorded nowhere: ignored, or not readable.
  return (await isSame(plain, path, stat, object)) ? null : [path];
}

function parentsOf(path: BytePath): BytePath[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function filesIn(root: string, folder: BytePath): BytePath[] {
  const names = readdirSync(absolutePath(root, folder), { encoding: 'latin1' });
  return names.flatMap((name) => {
    const path = `${folder}/${name}`;
    return lookAt(root, path)?.isDirectory() ? filesIn(root, path) : [path];
  });
}

async function isSame(
  { environment, root }: PlainRepository,
  path: BytePath,
  stat: Stats,
  object: string,
): Promise<boolean> {
  try {
    const file = absolutePath(root, path);
    const content = stat.isSymbolicLink()
      ? readlinkSync(file, { encoding: 'buffer' })
      : readFileSync(file);
    const { out } = await runGit({ args: ['cat-file', 'blob', object], environment });
    return content.equals(out);
  } catch (error) {
    if (codeOf(error) === 'EACCES') return false;
    throw error;
  }
}

function removeFile(root: string, path: BytePath): void {
  unlinkSync(absolutePath(root, path));
  for (const folder of parentsOf(path).reverse()) {
    try {
      rmdirSync(absolutePath(root, folder));
    } catch {
      // It has other files.
      return;
    }
  }
}

async function writeFiles(
  { environment, root, index }: PlainRepository,
  tree: string,
  paths: readonly BytePath[],
): Promise<void> {
  if (paths.length === 0) return;
  const own = { ...environment, GIT_INDEX_FILE: `${index}-wanted` };
  await runGit({ args: ['read-tree', tree], environment: own, cwd: root });
  await runGit({
    args: ['checkout-index', '--force', '--quiet', '-z', '--stdin'],
    environment: own,
    cwd: root,
    input: writePaths(paths),
  });
}
