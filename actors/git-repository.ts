/** The user's repository around a folder: where things are, and what of its settings decides about what files are. */
import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Environment, GitError, gitEnvironment, runGit } from './git-command.ts';

export interface Repository {
  /** Absolute path of the top of the work tree. */
  readonly root: string;
  /** Of this work tree: its HEAD and its index. */
  readonly gitDir: string;
  /** Of the repository, shared by its work trees: its refs. */
  readonly commonDir: string;
  /** Folder of its objects. */
  readonly objects: string;
  readonly format: 'sha1' | 'sha256';
  /** Its file of what is ignored here only; it may not be there. */
  readonly exclude: string;
  /** The settings that say how files are seen, as `core.filemode` and its like, by name. */
  readonly settings: ReadonlyMap<string, string>;
  /** For git calls, see {@link gitEnvironment}. */
  readonly environment: Environment;
}

const SEEING = 'core\\.(excludesfile|filemode|ignorecase|precomposeunicode|symlinks)';

/**
 * The repository whose work tree the folder is in, or `null` when it is in none. Throws a `GitError` when there is one
 * and git cannot be used on it.
 */
export async function findRepository(
  cwd: string,
  environment: Environment,
): Promise<Repository | null> {
  // No process for nothing: most of what is not in a repository is recognised by this alone.
  if (!hasGitAbove(cwd)) return null;
  const clean = gitEnvironment(environment);
  const place = await locate(cwd, clean);
  if (place === null) return null;
  const { out } = await runGit({
    args: ['config', '-z', '--get-regexp', `^${SEEING}$`],
    cwd: place.root,
    environment: clean,
  }).catch(nothingFound);
  return { ...place, settings: settingsOf(out, environment.HOME), environment: clean };
}

/** Whether the repository ignores a folder within it: then nothing in it is recorded. */
export async function isIgnored(
  { root, environment }: Repository,
  folder: string,
): Promise<boolean> {
  if (folder === root) return false;
  const args = ['check-ignore', '--quiet', '--', folder];
  const { exitCode } = await runGit({ args, cwd: root, environment, mayFail: [1] });
  return exitCode === 0;
}

async function locate(cwd: string, environment: Environment) {
  const what = ['--is-inside-work-tree', '--show-toplevel', '--absolute-git-dir'];
  const paths = ['--git-path', 'objects', '--git-path', 'info/exclude'];
  const args = ['rev-parse', '--path-format=absolute', ...what, '--git-common-dir', ...paths];
  const { out } = await runGit({
    args: [...args, '--show-object-format'],
    cwd,
    environment,
  }).catch(outsideOfWorkTree);
  const lines = out.toString().split('\n').slice(0, -1);
  const [isInside, root, gitDir, commonDir, objects, exclude, format] = lines;
  if (isInside !== 'true') return null;
  if (lines.length !== 7 || !root || !gitDir || !commonDir || !objects || !exclude)
    throw new GitError('failed', `${cwd} has a name with a line end, or git is older than 2.31`);
  return { root, gitDir, commonDir, objects, exclude, format: formatOf(format) };
}

/** In a bare repository, or in a `.git` folder, there are no files to record. */
function outsideOfWorkTree(error: unknown): { out: Buffer } {
  const isOutside =
    error instanceof GitError && /not a git repository|work tree/.test(error.message);
  if (isOutside) return { out: Buffer.of() };
  throw error;
}

function nothingFound(error: unknown): { out: Buffer } {
  if (error instanceof GitError && error.exitCode === 1) return { out: Buffer.of() };
  throw error;
}

function formatOf(name: string | undefined): 'sha1' | 'sha256' {
  if (name === 'sha1' || name === 'sha256') return name;
  throw new GitError('failed', `The object format ${name} of the repository is unknown.`);
}

/** Lines of `name LF value NUL`; of a name that is set twice the last one holds. */
function settingsOf(out: Buffer, home = ''): ReadonlyMap<string, string> {
  const pairs = out
    .toString()
    .split('\0')
    .filter(Boolean)
    .map((entry): [string, string] => {
      const [name = '', value = 'true'] = entry.split(/\n(.*)/s);
      return [name, value.replace(/^~(?=\/)/, home)];
    });
  return new Map(pairs);
}

function hasGitAbove(cwd: string): boolean {
  for (let at = cwd; ; at = dirname(at)) {
    if (lstatSync(join(at, '.git'), { throwIfNoEntry: false })) return true;
    if (dirname(at) === at) return false;
  }
}
