/**
 * Records the work tree of a run, before and after every attempt, as commits under `refs/oneshot/<run>/<attempt>`. The
 * user's index, HEAD, branches, stash and files stay as they are. Where it cannot be recorded the run goes on without,
 * and that is said once.
 */
import { randomBytes } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AttemptTree, SkippedFile } from '../machines/contracts.ts';
import { SKIPPED_NAMED } from '../machines/contracts.ts';
import type { AttemptFiles, TreesRecord } from './attempt-files.ts';
import { readRecord, writeRecord } from './attempt-files.ts';
import { makeFolderDurably } from './durable-file.ts';
import { type Environment, GitError, type GitFailure } from './git-command.ts';
import { commitTree } from './git-commit.ts';
import { createPlainRepository, type PlainRepository } from './git-plain.ts';
import { findRepository, isIgnored, type Repository } from './git-repository.ts';
import { writeTree } from './git-tree.ts';
import { cachedIndex, copyIndex } from './index-cache.ts';
import type { TreeSettings } from './run-host.ts';

/** A work tree as it was at a moment. */
export interface RecordedTree {
  /** Object name of the tree: the same files give the same name. */
  readonly tree: string;
  /** Of the commit that keeps it. */
  readonly commit: string;
  /** The commit that HEAD was at; `null` where there was none. */
  readonly head: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly skipped: readonly SkippedFile[];
}

export interface TreeRecorder {
  /** Records the work tree before an attempt begins. Nothing happens where that is done already. Never rejects. */
  before(files: AttemptFiles, signal?: AbortSignal): Promise<void>;
  /** Records what an attempt left; once, however often it is asked. Nothing for what has no record of its beginning. */
  after(files: AttemptFiles, signal?: AbortSignal): Promise<void>;
  /** Where the recorded trees can be compared and read; `null` where nothing is recorded. */
  place(): Promise<RecordedPlace | null>;
  /** Waits for a record that is being made, and removes what was only needed to make it. */
  close(): Promise<void>;
}

export interface RecordedPlace {
  readonly repository: Repository;
  readonly plain: PlainRepository;
}

export interface TreeRecorderOptions {
  readonly runId: string;
  /** Absolute path of the run folder. */
  readonly folder: string;
  /** The work tree, or a folder in it. */
  readonly cwd: string;
  readonly environment: Environment;
  readonly settings: TreeSettings;
  now(): number;
  /** Tells a person, once for each cause, what is not recorded and why. */
  tell(message: string): void;
}

/** Records nothing, for attempts that are no work. */
export const NO_TREES: TreeRecorder = {
  before: async () => undefined,
  after: async () => undefined,
  place: async () => null,
  close: async () => undefined,
};

/** Failures that every further try would only repeat, each at its price. */
const HOPELESS: readonly GitFailure[] = ['notInstalled', 'timedOut', 'tooLarge'];

export function createTreeRecorder(options: TreeRecorderOptions): TreeRecorder {
  const own = join(options.folder, 'git');
  const told = new Set<string>();
  let opened: Promise<RecordedPlace | null> | null = null;
  let isHopeless = !options.settings.record;
  let last: Promise<unknown> = Promise.resolve();

  const fail = (error: unknown): null => {
    if (error instanceof GitError && error.failure === 'aborted') return null;
    isHopeless ||= error instanceof GitError && HOPELESS.includes(error.failure);
    const cause = error instanceof Error ? error.message : String(error);
    if (told.has(cause)) return null;
    told.add(cause);
    options.tell(`The work tree is not recorded: ${cause}`);
    return null;
  };
  const place = async () => {
    opened ??= openPlace(options, own);
    return opened;
  };
  const record = async (name: string, message: string, signal?: AbortSignal) => {
    if (isHopeless) return null;
    const found = await place();
    return found && recordTree(options, found, name, message, signal);
  };
  /** One after the other: they share an index. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work).catch((error) => void fail(error));
    last = turn;
    return turn;
  };

  return {
    before: (files, signal) =>
      inTurn(async () => {
        if (readTrees(files) || isHopeless || !(await place().catch(fail))) return;
        const message = `The work tree before ${files.name}`;
        const before = await record(`${files.name}-before`, message, signal).catch(fail);
        if (signal?.aborted) return;
        makeFolderDurably(files.folder);
        writeTrees(files, { version: 1, before, after: null });
      }),
    after: (files, signal) =>
      inTurn(async () => {
        const trees = readTrees(files);
        if (!trees || trees.after) return;
        const after = await record(files.name, `The work tree after ${files.name}`, signal);
        if (after) writeTrees(files, { ...trees, after });
      }),
    place: () => (options.settings.record ? place().catch(fail) : Promise.resolve(null)),
    async close() {
      await last;
      rmSync(own, { recursive: true, force: true });
    },
  };
}

/** What is recorded of the work tree around an attempt, or `null`. */
export function readTrees(files: Pick<AttemptFiles, 'file'>): TreesRecord | null {
  return readRecord<TreesRecord>(files.file('trees.json'));
}

/** The same as the end of the attempt tells it. */
export function treeOf(files: Pick<AttemptFiles, 'file'>): AttemptTree | null {
  const trees = readTrees(files);
  if (!trees) return null;
  const { before, after } = trees;
  const skipped = (after ?? before)?.skipped.slice(0, SKIPPED_NAMED) ?? [];
  return { before: before?.tree ?? null, after: after?.tree ?? null, skipped };
}

function writeTrees(files: AttemptFiles, trees: TreesRecord): void {
  writeRecord(files.file('trees.json'), trees);
}

async function openPlace(
  { cwd, environment, runId, folder, tell }: TreeRecorderOptions,
  own: string,
): Promise<RecordedPlace | null> {
  // Found by it like everything of the run, should this process be lost.
  const repository = await findRepository(cwd, { ...environment, ONESHOT_RUN: runId });
  if (!repository) {
    tell(`${cwd} is in no git work tree, so what the attempts change is not recorded.`);
    return null;
  }
  if (await isIgnored(repository, cwd)) {
    tell(`${cwd} is ignored in ${repository.root}, so what the attempts change is not recorded.`);
    return null;
  }
  rmSync(own, { recursive: true, force: true });
  const runsDir = realpathSync(dirname(folder));
  const plain = createPlainRepository({
    // What a process that was lost left running cannot write into this one.
    folder: join(own, randomBytes(4).toString('hex')),
    root: repository.root,
    repository,
    exclude: repository.exclude,
    hidden: runsDir,
  });
  copyIndex(cachedIndex(runsDir, repository.root), plain.index);
  return { repository, plain };
}

async function recordTree(
  { runId, folder, settings, now }: TreeRecorderOptions,
  { repository, plain }: RecordedPlace,
  name: string,
  message: string,
  signal: AbortSignal | undefined,
): Promise<RecordedTree> {
  const runsDir = realpathSync(dirname(folder));
  const { tree, skipped } = await writeTree({
    plain,
    repository,
    owner: repository,
    nestedFolder: join(dirname(plain.index), 'nested'),
    fileLimitBytes: settings.fileLimitBytes,
    hidden: runsDir,
    signal,
  });
  const at = now();
  const ref = `refs/oneshot/${runId}/${name}`;
  const committed = await commitTree({ plain, repository, tree, ref, message, at, signal });
  copyIndex(plain.index, cachedIndex(runsDir, repository.root));
  return { tree, ...committed, at, skipped };
}
