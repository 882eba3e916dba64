/** The recorded work trees of a run, for the commands that compare and restore them. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type AttemptTrees, attemptTrees } from '../actors/attempt-changes.ts';
import { GitError } from '../actors/git-command.ts';
import { findRepository } from '../actors/git-repository.ts';
import { DEFAULT_TREES, type TreeSettings } from '../actors/run-host.ts';
import type { WorkPlace } from '../actors/tree-now.ts';
import type { RecordedTree } from '../actors/tree-recorder.ts';
import { environment } from './config.ts';
import { EnvironmentError, messageOf, RunRefusedError, UsageError } from './errors.ts';
import { readRun } from './run-record.ts';
import type { RunFolder } from './run-store.ts';

/** The repository that a run works in. */
export interface RunPlace extends WorkPlace {
  readonly folder: RunFolder;
  readonly settings: TreeSettings;
  /** The folder that the run worked in. */
  readonly cwd: string;
}

export interface RunTrees extends RunPlace {
  /** Oldest first; at least one. */
  readonly attempts: readonly [AttemptTrees, ...AttemptTrees[]];
}

/** Throws a `RunRefusedError` when nothing is recorded, and an `EnvironmentError` when git cannot be used. */
export async function openTrees(folder: RunFolder): Promise<RunTrees> {
  const place = await openPlace(folder);
  const [first, ...others] = attemptTrees(folder.path);
  if (!first) throw noTrees(folder, 'none was recorded');
  return { ...place, attempts: [first, ...others] };
}

/** As {@link openTrees}, also for a run of which nothing is recorded yet. */
export async function openPlace(folder: RunFolder): Promise<RunPlace> {
  const { settings } = readRun(folder).header;
  const { cwd, worktree } = settings;
  // A worktree may have been removed; what was recorded in it is in the user's repository.
  const there = worktree && !existsSync(cwd) ? worktree.root : cwd;
  const repository = await usingGit(() => findRepository(there, environment()));
  if (!repository) throw noTrees(folder, `${cwd} is in no git work tree`);
  return {
    folder,
    repository,
    runsDir: dirname(folder.path),
    settings: settings.trees ?? DEFAULT_TREES,
    cwd,
  };
}

function noTrees({ id }: RunFolder, why: string): RunRefusedError {
  return new RunRefusedError(`There are no trees of the run ${id}: ${why}.`, 2);
}

/** `--attempt N`; `null` when it is not given. */
export function attemptNumber(option: unknown): number | null {
  if (option === undefined) return null;
  if (typeof option === 'string' && /^\d{1,6}$/.test(option)) return Number(option);
  throw new UsageError(
    `--attempt is "${option}"; it is the number of an attempt, as \`oneshot show\` lists them.`,
  );
}

export function findAttempt({ attempts, folder }: RunTrees, number: number): AttemptTrees {
  const found = attempts.find((attempt) => attempt.number === number);
  if (found) return found;
  const known = attempts.map((attempt) => attempt.number);
  throw new RunRefusedError(
    `The trees of attempt ${number} of the run ${folder.id} were not recorded; ` +
      `there are those of ${known.join(', ')}.`,
    2,
  );
}

/** The earliest tree that is recorded: the work tree as the run found it. */
export function firstTree(trees: RunTrees): RecordedTree {
  const recorded = trees.attempts.flatMap(({ before, after }) => [before, after]);
  const first = recorded.find((tree) => tree !== null);
  if (first) return first;
  throw new RunRefusedError(
    `No tree of the run ${trees.folder.id} could be recorded; oneshot said why as it went on.`,
    2,
  );
}

/** What git could not do is nothing that oneshot did wrong. */
export async function usingGit<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GitError) throw new EnvironmentError(messageOf(error), { cause: error });
    throw error;
  }
}
