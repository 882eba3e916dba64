/** Brings a branch into the user's work tree, as a whole or not at all. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GitError, runGit } from './git-command.ts';
import type { Repository } from './git-repository.ts';
import { committer, gitIn, isAncestor } from './git-worktree.ts';

/** What came of it. With `conflict` nothing was changed. */
export type Applied =
  | { readonly kind: 'merged' | 'patched'; readonly files: number }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'conflict'; readonly paths: readonly string[]; readonly cause: string };

/** The first version of git that can merge without a work tree. */
const MERGE_TREE_NEEDS = '2.38';

/** Merges the branch into the branch that is checked out. */
export async function mergeBranch(
  repository: Repository,
  branch: string,
  message: string,
): Promise<Applied> {
  if (await isAncestor(repository, branch, 'HEAD')) return { kind: 'nothing' };
  const busy = unfinished(repository);
  if (busy) return busy;
  const files = await countFiles(repository, branch);
  const isAhead = await isAncestor(repository, 'HEAD', branch);
  const merged = isAhead ? { commit: branch } : await mergeAside(repository, branch, message);
  if ('kind' in merged) return merged;
  // It changes nothing when a file that it would change has changes of the user's.
  const args = ['merge', '--quiet', '--ff-only', '--no-autostash', merged.commit];
  return gitIn(repository, args).then(
    (): Applied => ({ kind: 'merged', files }),
    (error: unknown): Applied => conflictOf(error),
  );
}

/** Changes the files as the branch did, and leaves it to the user to commit them. */
export async function patchFrom(repository: Repository, branch: string): Promise<Applied> {
  const { root, environment } = repository;
  const base = await gitIn(repository, ['merge-base', 'HEAD', branch]);
  const { out } = await runGit({
    args: ['diff-tree', '-r', '-p', '--binary', '--full-index', '--no-renames', base, branch],
    cwd: root,
    environment,
  });
  if (out.length === 0) return { kind: 'nothing' };
  const files = await countFiles(repository, branch);
  // All hunks of all files or none.
  return gitIn(repository, ['apply', '--whitespace=nowarn'], out).then(
    (): Applied => ({ kind: 'patched', files }),
    (error: unknown): Applied => conflictOf(error),
  );
}

const UNFINISHED: Readonly<Record<string, string>> = {
  'rebase-merge': 'a rebase',
  'rebase-apply': 'a rebase',
  MERGE_HEAD: 'a merge',
  CHERRY_PICK_HEAD: 'a cherry-pick',
  REVERT_HEAD: 'a revert',
};

/** What a person is in the middle of is not to be moved from under them. */
function unfinished({ gitDir }: Repository): Extract<Applied, { kind: 'conflict' }> | null {
  const found = Object.entries(UNFINISHED).find(([file]) => existsSync(join(gitDir, file)));
  return found ? { kind: 'conflict', paths: [], cause: `${found[1]} is not finished here` } : null;
}

/** The merge as a commit that is in no branch yet. */
async function mergeAside(
  repository: Repository,
  branch: string,
  message: string,
): Promise<{ readonly commit: string } | Extract<Applied, { kind: 'conflict' }>> {
  const tree = await mergeTree(repository, branch);
  if (typeof tree !== 'string') return tree;
  const parents = ['-p', 'HEAD', '-p', branch];
  const args = [...(await committer(repository)), 'commit-tree', tree, ...parents, '-m', message];
  return { commit: await gitIn(repository, args) };
}

async function mergeTree(repository: Repository, branch: string) {
  const { root, environment } = repository;
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', 'HEAD', branch];
  const { out, exitCode } = await runGit({ args, cwd: root, environment, mayFail: [1] }).catch(
    (error: unknown) => {
      if (!(error instanceof GitError) || error.exitCode !== 129) throw error;
      throw new GitError(
        'failed',
        `this git cannot merge aside: that needs git ${MERGE_TREE_NEEDS}. Merge the branch ${branch} yourself, or use --patch`,
      );
    },
  );
  const [tree = '', ...paths] = out.toString().split('\0').filter(Boolean);
  if (exitCode === 0) return tree;
  return { kind: 'conflict', paths, cause: 'both sides changed the same lines' } as const;
}

async function countFiles(repository: Repository, branch: string): Promise<number> {
  const base = await gitIn(repository, ['merge-base', 'HEAD', branch]);
  const names = await gitIn(repository, ['diff-tree', '-r', '--name-only', '-z', base, branch]);
  return names.split('\0').length - 1;
}

/** Git says which files, and why. */
function conflictOf(error: unknown): Extract<Applied, { kind: 'conflict' }> {
  if (!(error instanceof GitError) || error.failure !== 'failed') throw error;
  return { kind: 'conflict', paths: [], cause: error.message };
}
