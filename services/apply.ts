/** Brings the work of a run that had a worktree of its own into the user's. */
import { type Applied, mergeBranch, patchFrom } from '../actors/git-apply.ts';
import { findRepository } from '../actors/git-repository.ts';
import type { Worktree } from '../actors/git-worktree.ts';
import { environment } from './config.ts';
import { EnvironmentError, RunRefusedError } from './errors.ts';
import { hostPid } from './hosted.ts';
import { readRun, type StoredRun } from './run-record.ts';
import type { RunFolder } from './run-store.ts';
import { phaseOf } from './run-view.ts';
import { lockWorkTree } from './work-tree.ts';
import { keepOnBranch } from './worktree.ts';

export type ApplyResult = Exclude<Applied, { readonly kind: 'conflict' }> & {
  readonly worktree: Worktree;
};

/** Throws a `RunRefusedError` when it cannot be applied; then nothing is changed. */
export async function applyRun(folder: RunFolder, asPatch: boolean): Promise<ApplyResult> {
  const stored = readRun(folder);
  const { worktree } = stored.header.settings;
  if (!worktree) {
    const { cwd } = stored.header.settings;
    throw new RunRefusedError(
      `The run ${folder.id} had no worktree of its own: its work is in ${cwd} already.`,
      2,
    );
  }
  const pid = hostPid(folder);
  if (pid !== null)
    throw new RunRefusedError(`The run ${folder.id} goes on (pid ${pid}); wait for its end.`, 2);
  await keepAll(stored, worktree);
  const applied = await inUsersTree(folder, worktree, asPatch);
  if (applied.kind === 'conflict') throw conflict(folder, worktree, applied);
  return { ...applied, worktree };
}

/** What an interrupted run left is not on its branch yet. Without its worktree the branch is all there is. */
async function keepAll({ header, last }: StoredRun, worktree: Worktree): Promise<void> {
  const found = await findRepository(worktree.path, environment()).catch(() => null);
  if (found?.root !== worktree.path) return;
  await keepOnBranch(header, worktree, { phase: phaseOf(last.value), context: last.context });
}

async function inUsersTree(
  folder: RunFolder,
  { root, branch }: Worktree,
  asPatch: boolean,
): Promise<Applied> {
  const repository = await findRepository(root, environment());
  if (!repository) throw new EnvironmentError(`${root} is no git work tree any more.`);
  const waiting = { signal: new AbortController().signal, notify: () => undefined };
  const lock = await lockWorkTree(root, folder.id, 'refuse', waiting);
  try {
    if (asPatch) return await patchFrom(repository, branch);
    return await mergeBranch(repository, branch, `Merge the work of the oneshot run ${folder.id}`);
  } finally {
    lock?.release();
  }
}

function conflict(
  { id }: RunFolder,
  { root, branch }: Worktree,
  { paths, cause }: Extract<Applied, { readonly kind: 'conflict' }>,
): RunRefusedError {
  const where = paths.length > 0 ? ` (${paths.slice(0, 10).join(', ')})` : '';
  return new RunRefusedError(
    `The work of the run ${id} does not go into ${root} as it is: ${cause}${where}. Nothing was changed. ` +
      `Make room for it, or merge the branch ${branch} yourself.`,
    1,
  );
}
