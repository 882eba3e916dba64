/**
 * The files of the moment that a run forks from, where they are recorded: `fork --restore-files` puts them back. What is
 * in the work tree is parked under a ref of the fork; of the run that it comes from only objects are read.
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { attemptTrees } from '../actors/attempt-changes.ts';
import type { RecordedTree } from '../actors/tree-recorder.ts';
import { RunRefusedError } from './errors.ts';
import type { JournalEntry } from './journal.ts';
import { type Restored, restoreInPlace, type Wanted } from './restore.ts';
import { readRun } from './run-record.ts';
import { type RunFolder, runWithId } from './run-store.ts';
import { openPlace, usingGit } from './run-trees.ts';

/** The recorded files of a moment, and the run whose attempt left them. */
export interface ForkFiles {
  readonly owner: RunFolder;
  /** Of the attempt that left them; 0 for the beginning of the run. */
  readonly attempt: number;
  readonly wanted: Wanted;
}

/** `null` when they are not recorded. Only reads. */
export function forkFiles(from: RunFolder, { context }: JournalEntry): ForkFiles | null {
  return filesAfter(from, context.attempt?.number ?? 0);
}

/** A fork has the attempts that it began with from the run it comes from, and so their records are there. */
function filesAfter(run: RunFolder, attempt: number): ForkFiles | null {
  const recorded = attemptTrees(run.path);
  const { header, inherited } = beginningOf(run);
  if (header.parent && attempt > 0 && attempt <= inherited) {
    const parent = runWithId(dirname(run.path), header.parent.run);
    return parent && filesAfter(parent, attempt);
  }
  const tree =
    attempt === 0 ? recorded[0]?.before : recorded.find((each) => each.number === attempt)?.after;
  return tree ? { owner: run, attempt, wanted: wantedOf(run, attempt, tree) } : null;
}

/** The number of the last attempt that a run began with. */
function beginningOf(run: RunFolder) {
  let inherited = 0;
  const { header } = readRun(run, ({ seq, context }) => {
    if (seq === 0) inherited = context.attempt?.number ?? 0;
  });
  return { header, inherited };
}

function wantedOf({ id }: RunFolder, attempt: number, tree: RecordedTree): Wanted {
  const what = attempt === 0 ? 'as the run found them' : `as they were after attempt ${attempt}`;
  return {
    what,
    tree: tree.tree,
    head: tree.head,
    spared: tree.skipped.map(({ path }) => path),
    elsewhere: `look at them in a folder: oneshot restore ${id} --attempt ${attempt} --to DIR`,
  };
}

/**
 * Puts them into the work tree of the fork. Changes nothing when it is refused: when HEAD has moved since (but for
 * `force`), or what is recorded nowhere would be lost.
 */
export async function restoreForFork(
  fork: RunFolder,
  { owner, wanted }: ForkFiles,
  force: boolean,
): Promise<Restored> {
  return usingGit(async () => {
    const place = await openPlace(owner);
    if (!existsSync(place.cwd))
      throw new RunRefusedError(`The folder ${place.cwd} that the run worked in is gone.`, 2);
    return restoreInPlace({ ...place, folder: fork }, wanted, force);
  });
}
