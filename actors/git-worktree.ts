/**
 * A work tree of a run's own, on a branch of its own. Checking out and committing go by the user's settings, filters such
 * as LFS included, since the branch is the user's; hooks are not run.
 */
import { copyFileSync, rmSync } from 'node:fs';
import { type Environment, GitError, runGit } from './git-command.ts';
import { readablePath, readPaths } from './git-paths.ts';
import { findRepository, type Repository } from './git-repository.ts';

/** As it is recorded with the run. */
export interface Worktree {
  /** Absolute path of the user's own work tree. */
  readonly root: string;
  /** Absolute path of the run's. */
  readonly path: string;
  /** Without `refs/heads/`. */
  readonly branch: string;
  /** The commit that the branch began at. */
  readonly base: string;
}

/** Makes the work tree from HEAD; what is not committed is not in it. Throws a `GitError`. */
export async function addWorktree(
  repository: Repository,
  path: string,
  branch: string,
): Promise<Worktree> {
  const { root } = repository;
  const base = await gitIn(repository, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']).catch(
    () => {
      throw new GitError('failed', `the repository of ${root} has no commit to begin at`);
    },
  );
  await gitIn(repository, ['worktree', 'add', '--quiet', '--no-track', '-b', branch, path, base]);
  return { root, path, branch, base };
}

/** Takes back what {@link addWorktree} made, when nothing has worked in it yet. */
export async function undoWorktree(repository: Repository, tree: Worktree): Promise<void> {
  await gitIn(repository, ['worktree', 'remove', '--force', tree.path]);
  await gitIn(repository, ['branch', '--quiet', '-D', tree.branch]);
}

/** Whether there is anything that is not committed. */
export async function isDirty(repository: Repository): Promise<boolean> {
  const args = [
    'status',
    '--porcelain',
    '-z',
    '--untracked-files=normal',
    '--ignore-submodules=dirty',
  ];
  return (await gitIn(repository, args)) !== '';
}

export interface KeptWork {
  /** The commit that the branch is at. */
  readonly commit: string;
  /** The agent left the work tree on another branch, or on none. */
  readonly wasAway: boolean;
  /** Repositories within it, whose files no commit can hold. */
  readonly nested: readonly string[];
}

/** Commits everything that is not ignored on the branch of the run, wherever an agent left HEAD. */
export async function keepWork(
  { path, branch }: Worktree,
  message: string,
  environment: Environment,
): Promise<KeptWork> {
  const repository = await requireRepository(path, environment);
  const nested = await nestedRepositories(repository);
  const head = await gitIn(repository, ['symbolic-ref', '--quiet', 'HEAD']).catch(() => null);
  const wasAway = head !== `refs/heads/${branch}`;
  const work = { repository, branch, message, nested };
  const commit = wasAway ? await commitAside(work) : await commitHere(work);
  return { commit, wasAway, nested: nested.map(readablePath) };
}

interface Work {
  readonly repository: Repository;
  readonly branch: string;
  readonly message: string;
  readonly nested: readonly string[];
}

async function commitHere(work: Work): Promise<string> {
  const { repository, message } = work;
  const who = await committer(repository);
  await addAll(work);
  const isSame = await gitIn(repository, ['diff', '--cached', '--quiet']).then(
    () => true,
    () => false,
  );
  const isMerging = await gitIn(repository, [
    'rev-parse',
    '--verify',
    '--quiet',
    'MERGE_HEAD',
  ]).then(
    () => true,
    () => false,
  );
  if (!isSame || isMerging) {
    const args = ['commit', '--quiet', '--no-verify', '--no-gpg-sign', '--message', message];
    await gitIn(repository, [...who, ...args]);
  }
  return gitIn(repository, ['rev-parse', 'HEAD']);
}

/** HEAD and the index stay as the agent left them: it may be in the middle of something. */
async function commitAside(work: Work): Promise<string> {
  const { repository, branch, message } = work;
  const copy = `${repository.gitDir}/oneshot-index`;
  try {
    copyFileSync(`${repository.gitDir}/index`, copy);
    const environment = { ...repository.environment, GIT_INDEX_FILE: copy };
    const aside = { ...repository, environment };
    await addAll({ ...work, repository: aside });
    const tree = await gitIn(aside, ['write-tree']);
    const head = await gitIn(aside, ['rev-parse', 'HEAD']);
    const tip = await gitIn(aside, ['rev-parse', `refs/heads/${branch}`]);
    const isAhead = await isAncestor(aside, tip, head);
    const isCommitted = tree === (await gitIn(aside, ['rev-parse', 'HEAD^{tree}']));
    const parents = ['-p', head, ...(isAhead ? [] : ['-p', tip])];
    const commit =
      isAhead && isCommitted
        ? head
        : await gitIn(aside, [
            ...(await committer(aside)),
            'commit-tree',
            tree,
            ...parents,
            '-m',
            message,
          ]);
    await gitIn(aside, ['update-ref', `refs/heads/${branch}`, commit]);
    return commit;
  } finally {
    rmSync(copy, { force: true });
  }
}

async function addAll({ repository, nested }: Work): Promise<void> {
  const without = nested.map((path) => `:(top,exclude,literal)${path.replace(/\/$/, '')}`);
  const input = Buffer.from([':/', ...without].map((spec) => `${spec}\0`).join(''), 'latin1');
  const args = ['add', '--all', '--pathspec-from-file=-', '--pathspec-file-nul'];
  await gitIn(repository, args, input);
}

/** Repositories that are no submodules; git lists each as a folder. */
async function nestedRepositories(repository: Repository): Promise<string[]> {
  const { out } = await runGit({
    args: ['ls-files', '-z', '--others', '--exclude-standard'],
    cwd: repository.root,
    environment: repository.environment,
  });
  return readPaths(out).filter((path) => path.endsWith('/'));
}

/** The user's name, or else ours: nobody is there to be asked for one. */
export async function committer(repository: Repository): Promise<string[]> {
  const isNamed = await gitIn(repository, ['config', 'user.email']).then(
    () => true,
    () => false,
  );
  return isNamed ? [] : ['-c', 'user.name=oneshot', '-c', 'user.email=oneshot@localhost'];
}

export function isAncestor(repository: Repository, old: string, young: string): Promise<boolean> {
  return gitIn(repository, ['merge-base', '--is-ancestor', old, young]).then(
    () => true,
    (error: unknown) => {
      if (error instanceof GitError && error.exitCode === 1) return false;
      throw error;
    },
  );
}

async function requireRepository(path: string, environment: Environment): Promise<Repository> {
  const repository = await findRepository(path, environment);
  if (repository) return repository;
  throw new GitError('failed', `${path} is no git work tree any more`);
}

/** Runs git in the work tree with the user's settings; gives what it prints, without the last line end. */
export async function gitIn(
  { root, environment }: Repository,
  args: readonly string[],
  input?: Buffer,
): Promise<string> {
  // What is missing in a partial clone is needed here.
  const { GIT_NO_LAZY_FETCH: _, ...own } = environment;
  const { out } = await runGit({ args, cwd: root, environment: own, ...(input ? { input } : {}) });
  return out.toString().replace(/\n$/, '');
}
