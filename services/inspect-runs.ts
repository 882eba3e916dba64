/** What the inspector tells of runs: the list, and one run with its machine. Reads only. */
import type { LifecycleContext } from '../machines/context.ts';
import { evidenceLabel, isVerified } from '../machines/evidence.ts';
import { lifecycle } from '../machines/lifecycle.ts';
import { messageOf } from './errors.ts';
import { childrenOf } from './family.ts';
import { hostPid } from './hosted.ts';
import type { InspectedRun, ListedRun, MachineState, MachineSummary } from './inspect-api.ts';
import type { Pace } from './pace.ts';
import { readRun } from './run-record.ts';
import { reportRun } from './run-report.ts';
import { listRuns, type RunFolder, type RunSummary } from './run-store.ts';
import { totalUsage } from './run-view.ts';
import { contextOf, type SnapshotFile, snapshotFile } from './snapshot-file.ts';

export function listedRuns(runsDir: string): ListedRun[] {
  return listRuns(runsDir).map(listedRun);
}

export function inspectedRun(runsDir: string, folder: RunFolder, pace: Pace): InspectedRun {
  const report = reportRun(folder, pace.now());
  const { last } = readRun(folder);
  return {
    ...report,
    isLive: pace.speed === null ? hostPid(folder) !== null : report.seq < last.seq,
    children: childrenOf(runsDir, folder.id),
    machine: machineSummary(last.context),
  };
}

/** A run that is played, as it is at this moment of its own time. */
export function playedRun(folder: RunFolder, pace: Pace): ListedRun {
  const { header, last, end, history } = readRun(folder, undefined, pace.now());
  const isLive = last.seq < readRun(folder).last.seq;
  return { ...described(folder, snapshotFile(header, last, end.hash, history)), isLive };
}

function listedRun({ id, folder, file }: RunSummary): ListedRun {
  try {
    return described(folder, file ?? rebuilt(folder));
  } catch (error) {
    return { ...NOTHING_KNOWN, id, isLive: hostPid(folder) !== null, problem: messageOf(error) };
  }
}

/** A missing or torn `oneshot.json` is made again from the journal, here only in memory. */
function rebuilt(folder: RunFolder): SnapshotFile {
  const { header, last, end, history } = readRun(folder);
  return snapshotFile(header, last, end.hash, history);
}

function described(folder: RunFolder, file: SnapshotFile): ListedRun {
  const { id, task, state, reason, iteration, maxIterations, createdAt, updatedAt } = file;
  const context = contextOf(file);
  return {
    id,
    task,
    state,
    reason,
    iteration,
    maxIterations,
    createdAt,
    updatedAt,
    agents: file.agents,
    usage: totalUsage(context.usage),
    isLive: hostPid(folder) !== null,
    verified: isVerified(state, context.work),
    evidence: evidenceLabel(state, context.work),
    protectedChanges: context.protectedChanges ?? null,
    parent: file.parent,
    problem: null,
  };
}

const NOTHING_KNOWN = {
  task: null,
  state: null,
  reason: null,
  iteration: null,
  maxIterations: null,
  createdAt: null,
  updatedAt: null,
  agents: null,
  usage: null,
  verified: false,
  evidence: null,
  protectedChanges: null,
  parent: null,
};

type StateNode = typeof lifecycle.root;

function machineSummary(context: LifecycleContext): MachineSummary {
  const { inactivityMs, attemptMs, retryPauseMs } = context.limits;
  return {
    id: lifecycle.id,
    version: lifecycle.version ?? '',
    states: descendants(lifecycle.root).map(stateOf),
    delays: { inactivity: inactivityMs, attemptCeiling: attemptMs, retryPause: retryPauseMs },
  };
}

function descendants(node: StateNode): StateNode[] {
  return Object.values<StateNode>(node.states).flatMap((child) => [child, ...descendants(child)]);
}

function stateOf(node: StateNode): MachineState {
  return {
    id: node.path.join('.'),
    parent: node.parent?.path.join('.') || null,
    description: node.description ?? '',
    invokes: node.invoke.map(({ id }) => id),
    after: node.after.map(({ delay }) => `${delay}`),
    isFinal: node.type === 'final',
    isEnded: node.tags.includes('ended'),
  };
}
