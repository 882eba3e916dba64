/** What a run has left in the user's repository: its refs, its worktree, its branch; and how that is removed. */
import { realpathSync } from 'node:fs';
import { type Environment, runGit } from './git-command.ts';
import { findRepository, type Repository } from './git-repository.ts';
import { gitIn, type Worktree } from './git-worktree.ts';

export interface Remains {
  readonly repository: Repository;
  /** Full names under `refs/oneshot/<run>/`. */
  readonly refs: readonly string[];
  /** The newest record, in epoch milliseconds; 0 where there is none. */
  readonly recordedAt: number;
  readonly worktree: Worktree | null;
  /** Why the worktree may not be removed; `null` where nothing would be lost, or nothing is there. */
  readonly obstacle: string | null;
  readonly branch: 'none' | 'merged' | 'unmerged';
}

/** Looks only. `null` where there is no repository any more. */
export async function examineRemains(
  run: string,
  place: { readonly cwd: string; readonly worktree: Worktree | null },
  environment: Environment,
): Promise<Remains | null> {
  const { worktree } = place;
  const root = worktree?.root ?? place.cwd;
  const repository = await findRepository(root, environment).catch(() => null);
  if (!repository) return null;
  const records = await recordsOf(repository, run);
  const refs = records.map(({ ref }) => ref);
  const recordedAt = Math.max(0, ...records.map(({ at }) => at));
  const base = { repository, refs, recordedAt };
  if (!worktree) return { ...base, worktree: null, obstacle: null, branch: 'none' };
  const isThere = isFolder(worktree.path);
  return {
    ...base,
    worktree: isThere ? worktree : null,
    obstacle: isThere ? await obstacleIn(worktree, environment) : null,
    branch: await standOf(repository, worktree.branch),
  };
}

/** Removes what {@link examineRemains} found; never a worktree with an obstacle, nor a branch that is merged nowhere. */
export async function removeRemains(
  { repository, refs, worktree, obstacle, branch }: Remains,
  branchName: string,
): Promise<void> {
  if (obstacle !== null) throw new Error(obstacle);
  // Without --force git itself refuses once more what would be lost.
  if (worktree) await gitIn(repository, ['worktree', 'remove', worktree.path]);
  if (branch === 'merged') await gitIn(repository, ['branch', '--quiet', '-D', branchName]);
  if (refs.length === 0) return;
  await runGit({
    args: [`--git-dir=${repository.commonDir}`, 'update-ref', '--stdin'],
    environment: repository.environment,
    input: Buffer.from(refs.map((ref) => `delete ${ref}\n`).join('')),
  });
}

async function recordsOf(repository: Repository, run: string) {
  const format = '--format=%(committerdate:unix) %(refname)';
  const out = await gitIn(repository, ['for-each-ref', format, `refs/oneshot/${run}/`]);
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [seconds = '0', ref = ''] = line.split(/ (.*)/s);
      return { ref, at: Number(seconds) * 1000 };
    });
}

/** Ignored files are not looked at, as git itself does not. */
async function obstacleIn({ path }: Worktree, environment: Environment): Promise<string | null> {
  const repository = await findRepository(path, environment).catch(() => null);
  if (repository?.root !== path)
    return `${path} is no git worktree any more; look at what is in it`;
  const status = [
    'status',
    '--porcelain',
    '-z',
    '--untracked-files=all',
    '--ignore-submodules=none',
  ];
  const changes = (await gitIn(repository, status)).split('\0').filter(Boolean).length;
  if (changes > 0)
    return `${path} has ${changes} change${changes === 1 ? '' : 's'} that nobody has committed`;
  const kept = await gitIn(repository, [
    'for-each-ref',
    '--count=1',
    '--contains=HEAD',
    ...KEEPING,
  ]);
  return kept === '' ? `${path} is at a commit that is on no branch` : null;
}

/** Refs under which a person finds work again. */
const KEEPING = ['refs/heads', 'refs/tags', 'refs/remotes'];

async function standOf(repository: Repository, branch: string): Promise<Remains['branch']> {
  const ref = `refs/heads/${branch}`;
  const containing = await gitIn(repository, [
    'for-each-ref',
    '--format=%(refname)',
    `--contains=${ref}`,
    ...KEEPING,
  ]).catch(() => '');
  const others = containing.split('\n').filter((name) => name !== '' && name !== ref);
  if (!containing.split('\n').includes(ref)) return 'none';
  return others.length > 0 ? 'merged' : 'unmerged';
}

function isFolder(path: string): boolean {
  try {
    return realpathSync(path) !== '';
  } catch {
    return false;
  }
}
