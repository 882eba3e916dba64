/**
 * A process and everything that came of it. Agents start their tools in sessions of their own, and what is re-parented
 * to init has no ancestor any more, so a tree is collected by parent, by session and by the variables that every
 * descendant inherits; and it is collected before the first signal, since afterwards the parents are gone.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { awakeStopwatch } from './awake-clock.ts';
import { type ProcessIdentity, startTimeOf } from './process-identity.ts';
import { nextSurvey, type Survey, takeSurvey, variable } from './process-survey.ts';
import { commandLineOf, type ProcessEntry } from './process-table.ts';

export interface TreeRoot {
  /** The leader of the session that was started; `null` or gone is fine. */
  readonly pid: number | null;
  /** Variables that only this tree has, e.g. `{ ONESHOT_RUN: id }`; with none, the tree is what `pid` leads to. */
  readonly environment: Readonly<Record<string, string>>;
  /** A process that began before this one did cannot have the variables: it is not asked. Default: all are. */
  readonly since?: ProcessIdentity | null;
  /**
   * Whether a process, by its command line, is a service that others use too, although the tree started it: that and
   * what it starts are no part of the tree. Default: none is.
   */
  readonly isSharedService?: ((commandLine: string) => boolean) | undefined;
}

export interface StopOptions {
  /** From SIGTERM to SIGKILL, in ms; time that this process slept does not count. */
  readonly graceMs: number;
  /** Once aborted, there is no grace. */
  readonly now?: AbortSignal;
}

export interface StopReport {
  /** Processes that were asked to end with SIGTERM. */
  readonly signalled: number;
  /** Processes that had to be killed. */
  readonly killed: number;
  /** What outlived SIGKILL, as `pid name`. */
  readonly survivors: readonly string[];
  /** Shared services that were left running, as `pid name`. */
  readonly sharedServices: readonly string[];
}

/** Milliseconds between looks at a tree that is to end: short at first, most trees end at once. */
const FIRST_LOOK_MS = 5;
const LAST_LOOK_MS = 50;

/** Milliseconds after SIGKILL before what is left counts as a survivor. */
const KILL_BOUND_MS = 2_000;

/** Milliseconds that the session's leader, our wrapper, gets after the others to write down how the agent ended. */
const LEADER_GRACE_MS = 500;

/** The living processes of a tree; never this process, its ancestors, or init. Default: as they are now. */
export function findTree(root: TreeRoot, survey: Survey = takeSurvey()): ProcessEntry[] {
  return look(root, survey).tree;
}

/** The shared services that a tree started and that still run: see {@link TreeRoot.isSharedService}. */
export function findSharedServices(root: TreeRoot): ProcessEntry[] {
  return root.isSharedService ? look(root, takeSurvey()).services : [];
}

/** Ends a whole tree: SIGTERM, grace, SIGKILL, and a look whether any of it is left. */
export async function stopTree(root: TreeRoot, options: StopOptions): Promise<StopReport> {
  const asked = new Set<string>();
  const killed = new Set<string>();
  const left = await endWith('SIGTERM', root, asked, options.graceMs, options.now);
  const last = left.tree.length === 0 ? left : await kill(root, killed);
  return {
    signalled: asked.size,
    killed: killed.size,
    survivors: last.tree.map(nameOf),
    sharedServices: last.services.map(nameOf),
  };
}

/** Processor time of a tree, in ms. What has ended counts no more, so it can shrink. */
export function cpuOf(tree: readonly ProcessEntry[]): number {
  return tree.reduce((total, { cpuMs }) => total + cpuMs, 0);
}

async function kill(root: TreeRoot, killed: Set<string>): Promise<Look> {
  await endWith('SIGKILL', root, killed, LEADER_GRACE_MS, undefined, root.pid);
  return endWith('SIGKILL', root, killed, KILL_BOUND_MS);
}

function nameOf({ pid, name }: ProcessEntry): string {
  return `${pid} ${name}`;
}

interface Look {
  readonly tree: ProcessEntry[];
  readonly services: ProcessEntry[];
}

function look(root: TreeRoot, survey: Survey): Look {
  const table = survey.entries;
  const rooted = new Map<number, ProcessEntry>();
  const spared = ancestorsOf(process.pid, table);
  const isRooted = rootTest(root, survey);
  for (const entry of table) {
    if (!spared.has(entry.pid) && isRooted(entry)) rooted.set(entry.pid, entry);
  }
  const all = [...withDescendants(rooted, table, spared).values()];
  const services = all.filter(({ pid }) => root.isSharedService?.(commandLineOf(pid)));
  if (services.length === 0) return { tree: all, services };
  const shared = withDescendants(new Map(services.map((one) => [one.pid, one])), table, spared);
  return { tree: all.filter(({ pid }) => !shared.has(pid)), services };
}

async function endWith(
  signal: 'SIGTERM' | 'SIGKILL',
  root: TreeRoot,
  reached: Set<string>,
  boundMs: number,
  now?: AbortSignal,
  spare: number | null = null,
): Promise<Look> {
  const awakeMs = awakeStopwatch();
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, LAST_LOOK_MS)) {
    const found = await lookAtWhole(root, reached.size > 0);
    const targets = found.tree.filter(({ pid }) => pid !== spare);
    for (const entry of targets) signalOnce(entry, signal, reached);
    if (found.tree.length === 0 || now?.aborted || awakeMs() >= boundMs) return found;
    await delay(pause, undefined, now ? { signal: now } : {}).catch(() => undefined);
  }
}

/**
 * The tree; where there was one a second look confirms that it is gone: a process that forked and ended while the table
 * was being read is no longer in it, and its child not yet.
 */
async function lookAtWhole(root: TreeRoot, hadSome: boolean): Promise<Look> {
  const found = look(root, await nextSurvey());
  return found.tree.length === 0 && hadSome ? look(root, await nextSurvey()) : found;
}

/** Children that were born meanwhile are reached by the next look; nobody is asked twice. */
function signalOnce(entry: ProcessEntry, signal: NodeJS.Signals, reached: Set<string>): void {
  const key = `${entry.pid} ${entry.startTime}`;
  if (reached.has(key)) return;
  reached.add(key);
  // The look was shared, and is a moment old: the pid may be another's by now.
  if (startTimeOf(entry.pid) !== entry.startTime) return;
  sendSignal(entry.pid, signal);
  // A stopped process takes SIGTERM only when it goes on.
  if (signal === 'SIGTERM') sendSignal(entry.pid, 'SIGCONT');
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended, or is not ours to signal: then it shows up as a survivor.
  }
}

/** Whether a process belongs to the tree by itself, not as a descendant. */
function rootTest({ pid, environment, since = null }: TreeRoot, survey: Survey) {
  const marker = Object.entries(environment).map(([name, value]) => variable(name, value));
  return (entry: ProcessEntry): boolean => {
    if (pid !== null && (entry.pid === pid || entry.sessionId === pid)) return true;
    // Every process has "all of nothing": a tree without a marker would be the whole machine.
    return marker.length > 0 && !isOlder(entry, since) && survey.has(entry, marker);
  };
}

/** Start times can be compared where they are numbers, on Linux. */
function isOlder(entry: ProcessEntry, since: ProcessIdentity | null): boolean {
  return since !== null && Number(entry.startTime) < Number(since.startTime);
}

function ancestorsOf(pid: number, table: readonly ProcessEntry[]): Set<number> {
  const parents = new Map(table.map((entry) => [entry.pid, entry.parentPid]));
  const line = new Set([1]);
  for (let at: number | undefined = pid; at && !line.has(at); at = parents.get(at)) line.add(at);
  return line;
}

function withDescendants(
  members: Map<number, ProcessEntry>,
  table: readonly ProcessEntry[],
  spared: ReadonlySet<number>,
): Map<number, ProcessEntry> {
  const size = members.size;
  for (const entry of table) {
    if (members.has(entry.parentPid) && !spared.has(entry.pid)) members.set(entry.pid, entry);
  }
  return members.size === size ? members : withDescendants(members, table, spared);
}
