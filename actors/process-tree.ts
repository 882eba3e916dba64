/**
 * A process and everything that came of it. Agents start their tools in sessions of their own, and what is re-parented
 * to init has no ancestor any more, so a tree is collected by parent, by session and by the variables that every
 * descendant inherits; and it is collected before the first signal, since afterwards the parents are gone.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessIdentity } from './process-identity.ts';
import type { ProcessEntry } from './process-table.ts';
import { commandLineOf, hasEnvironment, listProcesses } from './process-table.ts';

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
  /** From SIGTERM to SIGKILL, in ms. */
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

/** The living processes of a tree; never this process, its ancestors, or init. */
export function findTree(root: TreeRoot): ProcessEntry[] {
  return look(root).tree;
}

/** The shared services that a tree started and that still run: see {@link TreeRoot.isSharedService}. */
export function findSharedServices(root: TreeRoot): ProcessEntry[] {
  return root.isSharedService ? look(root).services : [];
}

/** Ends a whole tree: SIGTERM, grace, SIGKILL, and a look whether any of it is left. */
export async function stopTree(root: TreeRoot, options: StopOptions): Promise<StopReport> {
  const asked = new Set<string>();
  const left = await endWith('SIGTERM', root, asked, options.graceMs, options.now);
  const killed = new Set<string>();
  const survivors = left.length === 0 ? [] : await kill(root, killed);
  return {
    signalled: asked.size,
    killed: killed.size,
    survivors: survivors.map(nameOf),
    sharedServices: findSharedServices(root).map(nameOf),
  };
}

/** Processor time of a tree, in ms. What has ended counts no more, so it can shrink. */
export function cpuOf(tree: readonly ProcessEntry[]): number {
  return tree.reduce((total, { cpuMs }) => total + cpuMs, 0);
}

async function kill(root: TreeRoot, killed: Set<string>): Promise<ProcessEntry[]> {
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

function look(root: TreeRoot): Look {
  const table = listProcesses();
  const rooted = new Map<number, ProcessEntry>();
  const spared = ancestorsOf(process.pid, table);
  for (const entry of table) {
    if (!spared.has(entry.pid) && isRooted(entry, root)) rooted.set(entry.pid, entry);
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
): Promise<ProcessEntry[]> {
  const deadline = performance.now() + boundMs;
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, LAST_LOOK_MS)) {
    const tree = findWholeTree(root, reached.size > 0);
    const targets = tree.filter(({ pid }) => pid !== spare);
    for (const entry of targets) signalOnce(entry, signal, reached);
    if (tree.length === 0 || now?.aborted || performance.now() >= deadline) return tree;
    await delay(pause, undefined, now ? { signal: now } : {}).catch(() => undefined);
  }
}

/**
 * The tree; where there was one a second look confirms that it is gone: a process that forked and ended while the table
 * was being read is no longer in it, and its child not yet.
 */
function findWholeTree(root: TreeRoot, hadSome: boolean): ProcessEntry[] {
  const tree = findTree(root);
  return tree.length === 0 && hadSome ? findTree(root) : tree;
}

/** Children that were born meanwhile are reached by the next look; nobody is asked twice. */
function signalOnce(entry: ProcessEntry, signal: NodeJS.Signals, reached: Set<string>): void {
  const key = `${entry.pid} ${entry.startTime}`;
  if (reached.has(key)) return;
  reached.add(key);
  sendSignal(entry.pid, signal);
  // A stopped process takes SIGTERM only when it goes on.
  if (signal === 'SIGTERM') sendSignal(entry.pid, 'SIGCONT');
}

/** The table was read less than a millisecond ago: the pid cannot have been given to another process since. */
function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended, or is not ours to signal: then it shows up as a survivor.
  }
}

function isRooted(entry: ProcessEntry, root: TreeRoot): boolean {
  if (root.pid !== null && (entry.pid === root.pid || entry.sessionId === root.pid)) return true;
  return !isOlder(entry, root.since ?? null) && hasEnvironment(entry.pid, root.environment);
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
