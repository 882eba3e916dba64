/** Restores recorded files. What is in the work tree is parked under a ref before any of it changes. */
import { existsSync, readdirSync } from 'node:fs';
import { runGit } from '../actors/git-command.ts';
import { type Committed, commitTree, readHead } from '../actors/git-commit.ts';
import type { PlainRepository } from '../actors/git-plain.ts';
import { applyRestore, exportTree, planRestore, type RestorePlan } from '../actors/git-restore.ts';
import { withPlain, writeTreeNow } from '../actors/tree-now.ts';
import { RunRefusedError, StorageError, UsageError } from './errors.ts';
import type { RunPlace } from './run-trees.ts';

/** What is to be restored. */
export interface Wanted {
  /** For a person: `as they were after attempt 2`. */
  readonly what: string;
  readonly tree: string;
  /** The commit that HEAD was at. */
  readonly head: string | null;
  /** Files that were there and are not in the tree. */
  readonly spared: readonly string[];
  /** How to have them without changing the work tree. Default: an option of `restore`. */
  readonly elsewhere?: string;
}

const ELSEWHERE = 'restore into a folder (--to DIR)';

export interface Restored {
  readonly written: number;
  readonly removed: number;
  /** The ref of what was there; `null` when nothing was replaced. */
  readonly parked: string | null;
}

/** Obstacles that a message names. */
const OBSTACLES_NAMED = 10;

/** Into a folder that is not there yet, or is empty. */
export async function restoreTo(trees: RunPlace, wanted: Wanted, to: string): Promise<Restored> {
  if (existsSync(to) && readdirSync(to).length > 0)
    throw new UsageError(`The folder ${to} is not empty; give one that is, or is not there yet.`);
  const written = await withPlain(trees, (plain) => exportTree(plain, wanted.tree, to));
  return { written, removed: 0, parked: null };
}

/** Into the work tree; with `force` also when HEAD has moved since. Changes nothing when it is refused. */
export async function restoreInPlace(
  trees: RunPlace,
  wanted: Wanted,
  force: boolean,
): Promise<Restored> {
  const { repository } = trees;
  const head = (await readHead(repository))?.commit ?? null;
  if (head !== wanted.head && !force) throw headMoved(wanted, head);
  return withPlain(trees, async (plain) => {
    const now = await writeTreeNow(trees, plain, Number.POSITIVE_INFINITY);
    const request = { plain, now: now.tree, wanted: wanted.tree, spared: wanted.spared };
    const plan = await planRestore(request);
    if (plan.obstacles.length > 0) throw inTheWay(wanted, plan);
    const counts = { written: plan.write.length, removed: plan.remove.length };
    if (counts.written + counts.removed === 0) return { ...counts, parked: null };
    const parked = parkingRef(trees, Date.now());
    await park(trees, plain, now.tree, parked);
    await replace(plain, wanted, plan, parked);
    return { ...counts, parked };
  });
}

/** What an earlier restore parked, by the last part of its ref's name. */
export async function parkedTree(trees: RunPlace, name: string): Promise<Wanted> {
  const { repository, folder } = trees;
  const ref = `refs/oneshot/${folder.id}/${name}`;
  const { out } = await runGit({
    args: [`--git-dir=${repository.commonDir}`, 'cat-file', '--batch-check=%(objectname)'],
    environment: repository.environment,
    input: Buffer.from(`${ref}^{tree}\n${ref}^1\n`),
  });
  const [tree = '', head = ''] = out.toString().split('\n');
  const isName = (text: string) => /^[0-9a-f]+$/.test(text);
  if (!/^parked-[\w-]+$/.test(name) || !isName(tree))
    throw new RunRefusedError(`Nothing is parked as "${name}" by the run ${folder.id}.`, 2);
  return { what: `as ${name} has them`, tree, head: isName(head) ? head : null, spared: [] };
}

function parkingRef({ folder }: RunPlace, now: number): string {
  const time = new Date(now).toISOString().replace(/\D/g, '').slice(0, 17);
  return `refs/oneshot/${folder.id}/parked-${time.slice(0, 8)}-${time.slice(8)}`;
}

function park(
  { repository }: RunPlace,
  plain: PlainRepository,
  tree: string,
  ref: string,
): Promise<Committed> {
  const message = 'The work tree before files were restored into it';
  return commitTree({ plain, repository, tree, ref, message, at: Date.now() });
}

async function replace(
  plain: PlainRepository,
  { tree, what }: Wanted,
  plan: RestorePlan,
  parked: string,
): Promise<void> {
  try {
    await applyRestore(plain, tree, plan);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new StorageError(
      plain.root,
      new Error(
        `the files ${what} could not all be restored (${cause}); all of before is in ${parked}`,
      ),
    );
  }
}

function headMoved(
  { what, head, elsewhere = ELSEWHERE }: Wanted,
  now: string | null,
): RunRefusedError {
  const name = (commit: string | null) => commit?.slice(0, 12) ?? 'no commit';
  return new RunRefusedError(
    `HEAD was at ${name(head)} and is now at ${name(now)}: the files ${what} would undo what was ` +
      `committed since. Nothing was changed. Here all the same: --force; or ${elsewhere}.`,
    1,
  );
}

function inTheWay(
  { what, elsewhere = ELSEWHERE }: Wanted,
  { obstacles }: RestorePlan,
): RunRefusedError {
  const named = obstacles.slice(0, OBSTACLES_NAMED).join(', ');
  const more =
    obstacles.length > OBSTACLES_NAMED ? ` and ${obstacles.length - OBSTACLES_NAMED} more` : '';
  return new RunRefusedError(
    `The files ${what} would replace what is recorded nowhere (ignored, or not readable): ${named}${more}. ` +
      `Nothing was changed. Move that away, or ${elsewhere}.`,
    1,
  );
}
