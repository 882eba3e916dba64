/** `oneshot restore`: the files as they were after, or before, an attempt. */
import { resolve } from 'node:path';
import { commandContext, STREAMS } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { RunRefusedError, UsageError } from './errors.ts';
import { parkedTree, type Restored, restoreInPlace, restoreTo, type Wanted } from './restore.ts';
import { findRun, type RunFolder } from './run-store.ts';
import {
  attemptNumber,
  findAttempt,
  firstTree,
  openPlace,
  openTrees,
  type RunPlace,
  type RunTrees,
  usingGit,
} from './run-trees.ts';
import { lockWorkTree, realWorkTree } from './work-tree.ts';

export async function restoreCommand(id: string, options: CommandOptions): Promise<number> {
  const { cwd, config } = await commandContext(options);
  const folder = findRun(config.runsDir, id);
  return usingGit(async () => {
    const { place, wanted } = await wantedTree(folder, options);
    const to = typeof options.to === 'string' ? resolve(cwd, options.to) : null;
    const restored =
      to === null
        ? await withWorkTree(place, () => restoreInPlace(place, wanted, options.force === true))
        : await restoreTo(place, wanted, to);
    tell(place, wanted, to ?? place.repository.root, restored, options);
    return 0;
  });
}

interface Found {
  readonly place: RunPlace;
  readonly wanted: Wanted;
}

async function wantedTree(folder: RunFolder, options: CommandOptions): Promise<Found> {
  if (typeof options.parked !== 'string') {
    const trees = await openTrees(folder);
    return { place: trees, wanted: recordedTree(trees, options) };
  }
  if (options.attempt !== undefined) throw excluding();
  // What was parked for a fork is there before anything else of it is recorded.
  const place = await openPlace(folder);
  return { place, wanted: await parkedTree(place, options.parked) };
}

function recordedTree(trees: RunTrees, options: CommandOptions): Wanted {
  const number = attemptNumber(options.attempt);
  if (number === null) {
    const known = trees.attempts.map((attempt) => attempt.number).join(', ');
    throw new UsageError(`Which files? Give --attempt N; there are 0 (the beginning), ${known}.`);
  }
  const isBefore = options.before === true;
  if (number === 0) return wantedOf('as the run found them', firstTree(trees));
  const attempt = findAttempt(trees, number);
  const tree = isBefore ? attempt.before : attempt.after;
  const what = `as they were ${isBefore ? 'before' : 'after'} attempt ${number}`;
  if (tree) return wantedOf(what, tree);
  throw new RunRefusedError(`The files ${what} are not recorded, or not yet.`, 2);
}

function wantedOf(what: string, { tree, head, skipped }: ReturnType<typeof firstTree>): Wanted {
  return { what, tree, head, spared: skipped.map(({ path }) => path) };
}

function excluding(): UsageError {
  return new UsageError('--attempt and --parked exclude each other; give one of them.');
}

/** No run may work in it meanwhile. */
async function withWorkTree<T>({ folder, cwd }: RunPlace, work: () => Promise<T>): Promise<T> {
  const waiting = { signal: new AbortController().signal, notify: () => undefined };
  const lock = await lockWorkTree(realWorkTree(cwd), folder.id, 'refuse', waiting);
  try {
    return await work();
  } finally {
    lock?.release();
  }
}

/** What `restore --json` prints. */
export interface RestoreLine extends Restored {
  readonly type: 'restore';
  readonly version: 1;
  readonly run: string;
  /** Name of git's tree object. */
  readonly tree: string;
  /** Absolute path of the folder that the files are in now. */
  readonly to: string;
}

function tell(
  { folder }: RunPlace,
  { what, tree }: Wanted,
  to: string,
  restored: Restored,
  options: CommandOptions,
): void {
  const { written, removed, parked } = restored;
  if (options.json) {
    const line: RestoreLine = {
      type: 'restore',
      version: 1,
      run: folder.id,
      tree,
      to,
      ...restored,
    };
    STREAMS.out(`${JSON.stringify(line)}\n`);
    return;
  }
  const counts = `${written} written, ${removed} removed`;
  STREAMS.out(`The files in ${to} are ${what} (${counts}).\n`);
  if (parked === null) return;
  const name = parked.split('/').at(-1);
  STREAMS.out(
    `What was there is parked: ${parked}\nTo get it back: oneshot restore ${folder.id} --parked ${name}\n`,
  );
}
