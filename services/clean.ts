/** Removes old runs with what they left in git. What is in doubt is kept, and why is said. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { examineRemains, type Remains, removeRemains } from '../actors/git-remains.ts';
import { ownIdentity } from '../actors/process-identity.ts';
import { findTree } from '../actors/process-tree.ts';
import type { RunSettings } from '../actors/run-host.ts';
import type { Phase } from '../machines/context.ts';
import { environment } from './config.ts';
import { messageOf } from './errors.ts';
import { hostPid } from './hosted.ts';
import { acquireLock } from './lock.ts';
import { readRun } from './run-record.ts';
import { listRuns, type RunFolder } from './run-store.ts';
import { phaseOf } from './run-view.ts';
import { readSnapshotFile } from './snapshot-file.ts';
import { branchOf } from './worktree.ts';

/** States that no `resume` leads out of. */
export const OVER = ['completed', 'rejected'] as const satisfies readonly Phase[];

export interface CleanRequest {
  readonly runsDir: string;
  /** Milliseconds since the last thing that happened. */
  readonly olderThanMs: number;
  readonly states: readonly Phase[];
  /** Runs that are meant whatever their age and state; then no others are. */
  readonly named: readonly RunFolder[];
  readonly now: number;
}

/** What is, or would be, removed of a run. */
export interface CleanedRun {
  readonly run: string;
  /** `null` for one that cannot be read. */
  readonly state: Phase | null;
  /** Epoch milliseconds; `null` where it is not known. */
  readonly updatedAt: number | null;
  /** Of its folder, without a worktree. */
  readonly bytes: number;
  readonly refs: number;
  readonly worktree: string | null;
  /** A branch that stays, since it is merged nowhere. */
  readonly keptBranch: string | null;
}

export interface KeptRun {
  readonly run: string;
  readonly why: string;
}

export type CleanVerdict =
  | (CleanedRun & { readonly folder: RunFolder; readonly remains: Remains | null })
  | KeptRun;

/** What is to become of each run that is old enough, or named. Changes nothing. */
export async function planClean(request: CleanRequest): Promise<CleanVerdict[]> {
  const { named, runsDir } = request;
  const verdicts: CleanVerdict[] = [];
  const folders = named.length > 0 ? named : candidates(request);
  for (const folder of folders) {
    const verdict = await judge(folder, runsDir).catch((error: unknown) =>
      keep(folder.id, messageOf(error)),
    );
    const isYoung = 'remains' in verdict && isRecent(verdict.remains?.recordedAt ?? 0, request);
    if (named.length > 0 || !isYoung) verdicts.push(verdict);
  }
  return verdicts;
}

/** Removes one run as planned; or says why it could not. */
export async function cleanRun(
  verdict: Extract<CleanVerdict, { readonly folder: RunFolder }>,
): Promise<CleanedRun | KeptRun> {
  const { folder, remains, ...cleaned } = verdict;
  try {
    const lock = acquireLock(folder.lock, {
      owner: ownIdentity(),
      run: folder.id,
      now: Date.now(),
    });
    try {
      if (remains) await removeRemains(remains, branchOf(folder.id));
      if (existsSync(join(folder.path, 'worktree'))) throw new Error('its worktree is still there');
      // Until the last step it is a run that can be listed, so that the next clean finds it.
      rmSync(join(folder.path, 'attempts'), { recursive: true, force: true });
      rmSync(folder.path, { recursive: true, force: true });
    } finally {
      lock.release();
    }
    return cleaned;
  } catch (error) {
    return keep(folder.id, messageOf(error));
  }
}

function candidates(request: CleanRequest): RunFolder[] {
  return listRuns(request.runsDir)
    .filter(({ file }) => file && request.states.includes(file.state))
    .filter(({ file }) => !isRecent(file?.updatedAt ?? 0, request))
    .map(({ folder }) => folder);
}

function isRecent(at: number, { now, olderThanMs }: CleanRequest): boolean {
  return now - at < olderThanMs;
}

async function judge(folder: RunFolder, runsDir: string): Promise<CleanVerdict> {
  const { id } = folder;
  const pid = hostPid(folder);
  if (pid !== null) return keep(id, `it goes on (pid ${pid})`);
  const agents = findTree({ pid: null, environment: { ONESHOT_RUN: id } });
  if (agents[0]) return keep(id, `its agent is at work (pid ${agents[0].pid})`);
  const known = whatIsKnown(folder);
  const worktree = known.settings?.worktree ?? null;
  const user = worktree && usedBy(runsDir, id, worktree.path);
  if (user) return keep(id, `the run ${user} works in its worktree`);
  const remains = known.settings
    ? await examineRemains(id, { cwd: known.settings.cwd, worktree }, environment())
    : null;
  if (remains?.obstacle) return keep(id, remains.obstacle);
  const unknown = join(folder.path, 'worktree');
  if (!remains?.worktree && existsSync(unknown))
    return keep(id, `${unknown} cannot be looked into with git; look at what is in it`);
  return {
    run: id,
    state: known.state,
    updatedAt: known.updatedAt,
    bytes: sizeOf(folder.path),
    refs: remains?.refs.length ?? 0,
    worktree: remains?.worktree?.path ?? null,
    keptBranch: remains?.branch === 'unmerged' ? branchOf(id) : null,
    folder,
    remains,
  };
}

type Known = Pick<RunSettings, 'cwd' | 'worktree'>;

/** By its journal, which is the truth; of a run that cannot be read, where it worked. */
function whatIsKnown(folder: RunFolder): {
  readonly settings: Known | null;
  readonly state: Phase | null;
  readonly updatedAt: number | null;
} {
  try {
    const { header, last } = readRun(folder);
    const settings: Known = header.settings;
    return { settings, state: phaseOf(last.value), updatedAt: last.at };
  } catch {
    const cwd = readSnapshotFile(folder.snapshot)?.cwd;
    return { settings: cwd === undefined ? null : { cwd }, state: null, updatedAt: null };
  }
}

/** A fork goes on in the worktree of the run that it was forked from. */
function usedBy(runsDir: string, id: string, path: string): string | null {
  const others = listRuns(runsDir).filter((run) => run.id !== id);
  const user = others.find(({ file }) => file && `${file.cwd}/`.startsWith(`${path}/`));
  return user?.id ?? null;
}

function keep(run: string, why: string): KeptRun {
  return { run, why };
}

function sizeOf(folder: string): number {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'worktree' ? sum : sum + sizeOf(path);
    return sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}
