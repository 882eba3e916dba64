/** A run's own git worktree: made before it begins, its work kept on its branch when it has ended. */
import { mkdirSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findRepository, type Repository } from '../actors/git-repository.ts';
import {
  addWorktree,
  isDirty,
  keepWork,
  undoWorktree,
  type Worktree,
} from '../actors/git-worktree.ts';
import { environment } from './config.ts';
import { EnvironmentError, messageOf } from './errors.ts';
import type { RunHeader } from './journal.ts';
import type { RunOutcome } from './run-session.ts';
import type { RunFolder } from './run-store.ts';

export interface MadeWorktree {
  readonly worktree: Worktree;
  /** The folder in it that answers to the one in which oneshot was started. */
  readonly cwd: string;
  undo(): Promise<void>;
}

/** Makes it in the run's folder, from HEAD. Throws an `EnvironmentError` when that cannot be. */
export async function makeWorktree(
  cwd: string,
  folder: RunFolder,
  notify: (message: string) => void,
): Promise<MadeWorktree> {
  const repository = await requireRepository(cwd);
  const branch = branchOf(folder.id);
  const path = join(realpathSync(folder.path), 'worktree');
  const worktree = await addWorktree(repository, path, branch).catch((error: unknown) => {
    throw new EnvironmentError(`--worktree cannot be had: ${messageOf(error)}.`, { cause: error });
  });
  const isLeft = await isDirty(repository);
  const left = isLeft ? ` What is not committed in ${repository.root} is not in it.` : '';
  notify(`The run works on the branch ${branch} in a worktree of its own.${left}`);
  const own = join(path, relative(repository.root, cwd));
  mkdirSync(own, { recursive: true });
  return { worktree, cwd: own, undo: () => undoWorktree(repository, worktree) };
}

/** The branch of a run's worktree. */
export function branchOf(id: string): string {
  return `oneshot/${id}`;
}

/** Whether the run has come to an end at which its work is put on its branch: not where it is to go on. */
export function isOver({ phase }: Pick<RunOutcome, 'phase'>): boolean {
  return phase === 'completed' || phase === 'failed' || phase === 'rejected';
}

/** Puts everything on the run's branch and says, for a person, what there is now. */
export async function keepOnBranch(
  { id, settings }: Pick<RunHeader, 'id' | 'settings'>,
  worktree: Worktree,
  { phase, context }: Pick<RunOutcome, 'phase' | 'context'>,
): Promise<string> {
  const title = context.task.preview.split('\n')[0]?.trim().slice(0, 60) || 'a task';
  const message = `oneshot: ${title}\n\nThe work of the run ${id}, which is ${phase}.`;
  const kept = await keepWork(worktree, message, environment());
  const away = kept.wasAway ? ' An agent had left the branch; what it left is merged into it.' : '';
  const nested =
    kept.nested.length > 0
      ? ` Not on it, since they are repositories of their own: ${kept.nested.join(', ')} in ${settings.cwd}.`
      : '';
  return `The work is on the branch ${worktree.branch}.${away}${nested} To bring it here: oneshot apply ${id}`;
}

async function requireRepository(cwd: string): Promise<Repository> {
  const repository = await findRepository(cwd, environment()).catch((error: unknown) => {
    throw new EnvironmentError(`--worktree cannot be had: ${messageOf(error)}.`, { cause: error });
  });
  if (repository) return repository;
  throw new EnvironmentError(`--worktree needs a git work tree, and ${cwd} is in none.`);
}
