/** Many runs hosted at once by one process, by the interface that the command line uses too. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AGENT_NAMES } from '../../actors/agents/registry.ts';
import { findTree } from '../../actors/process-tree.ts';
import type { LogEntry } from '../../actors/run-host.ts';
import { loadConfig } from '../../services/config.ts';
import type { RunSession } from '../../services/run-session.ts';
import { startRun } from '../../services/run-start.ts';
import { type Bench, type Row, valueAtMost } from './row.ts';
import { cpuMs, exitOf, wallMs } from './sample.ts';

const COUNTS = [50, 200];

/** How long all agents are silent together: what hosting costs while nothing happens. */
const QUIET_MS = 10_000;

export async function measure({ root }: Bench): Promise<readonly Row[]> {
  const rows: Row[] = [];
  await host(join(root, 'warm'), 5, 100);
  for (const count of COUNTS) rows.push(...(await measureCount(join(root, `${count}`), count)));
  return rows;
}

async function measureCount(root: string, count: number): Promise<readonly Row[]> {
  const bareMs = await wallMs(() => bareSpawns(join(root, 'bare'), count));
  const { wall, cpu, quietShare, heldMb } = await host(join(root, 'runs'), count, QUIET_MS);
  const of = `${count} runs at once`;
  const row = { against: null, limit: null };
  return [
    {
      name: `${of}, from start to end of all`,
      unit: 's',
      values: [wall / 1000],
      against: { name: 'bare spawns of their agents', values: [bareMs / 1000] },
      limit: null,
    },
    { ...row, name: `${of}, CPU of each`, unit: 'ms', values: [cpu / count] },
    {
      ...row,
      name: `${of}, CPU of each in a silent second`,
      unit: 'ms',
      values: [(1000 * quietShare) / count],
    },
    {
      ...row,
      name: `${of}, memory of each`,
      unit: 'MB',
      values: [heldMb / count],
      limit: valueAtMost(2),
    },
  ];
}

interface Hosted {
  readonly session: RunSession;
  readonly token: string;
  readonly activities: LogEntry[];
}

/** Starts the runs, holds all of them at their agents, lets them go on, and holds each to what is its own. */
async function host(root: string, count: number, quietMs: number) {
  mkdirSync(root, { recursive: true });
  const gate = join(root, 'gate');
  execFileSync('mkfifo', [gate]);
  const before = memory();
  const runs: Hosted[] = [];
  const ends: Promise<unknown>[] = [];
  const begun = await cost(async () => {
    for (let index = 0; index < count; index += 1) {
      const run = await begin(root, index, gate);
      runs.push(run);
      ends.push(run.session.run());
    }
    await untilAllSpoke(runs);
  });
  const quietCpu = await cpuMs(() => delay(quietMs));
  const held = memory() - before;
  const opened = openSync(gate, 'w');
  const ended = await cost(() => Promise.all(ends));
  closeSync(opened);
  for (const run of runs) hold(run, count);
  requireNoneLeft(runs);
  rmSync(root, { recursive: true, force: true });
  return {
    wall: begun.wall + ended.wall,
    cpu: begun.cpu + ended.cpu,
    quietShare: quietCpu / quietMs,
    heldMb: held / 1024 ** 2,
  };
}

async function cost(work: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  let wall = 0;
  const cpu = await cpuMs(async () => {
    wall = await wallMs(work);
  });
  return { wall, cpu };
}

async function begin(root: string, index: number, gate: string): Promise<Hosted> {
  const token = `token-${index}-of-a-run`;
  const cwd = join(root, token);
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'agent.sh'), agentText(token, gate), { mode: 0o755 });
  const flags = { agentCommand: './agent.sh' };
  const config = await loadConfig({ cwd, home: homedir(), flags, agents: AGENT_NAMES });
  const { signal } = new AbortController();
  const notify = () => undefined;
  const session = await startRun({
    task: `Say ${token}.`,
    config,
    cwd,
    sharing: 'refuse',
    signal,
    notify,
  });
  const activities: LogEntry[] = [];
  session.activities$.subscribe((entries) => activities.push(...entries));
  return { session, token, activities };
}

/** The worker says its token, waits until the gate (a FIFO) is opened and says it again; both agents print the task that they were given. */
function agentText(token: string, gate: string): string {
  return `#!/bin/sh
case $ONESHOT_ATTEMPT in
*-worker) grep -o 'token-[0-9]*-of-a-run' | head -1; : <'${gate}'; echo '${token}';;
*) grep -o 'token-[0-9]*-of-a-run' | sort -u | tr '\\n' ' '; echo '{"verdict":"done","feedback":"${token}"}';;
esac
`;
}

async function untilAllSpoke(runs: readonly Hosted[]): Promise<void> {
  while (runs.some(({ activities }) => activities.length === 0)) await delay(5);
}

/** Nothing of another run may be in this one: not in its files, not in what its session told. */
function hold({ session, token, activities }: Hosted, count: number): void {
  const { folder } = session;
  const texts = [folder.journal, folder.snapshot, folder.log, folder.task].map((path) =>
    readFileSync(path, 'utf8'),
  );
  const attempts = ['0001-worker', '0002-auditor'].flatMap((name) =>
    ['stdout', 'prompt.md', 'exit.json'].map((file) =>
      readFileSync(join(folder.path, 'attempts', name, file), 'utf8'),
    ),
  );
  const all = [...texts, ...attempts, JSON.stringify(activities)].join('\n');
  const tokens = new Set(all.match(/token-\d+-of-a-run/g));
  const isOwn = tokens.size === 1 && tokens.has(token);
  if (!isOwn) throw new Error(`${token} among ${count} runs has ${[...tokens].join(', ')}.`);
  const { state } = JSON.parse(readFileSync(folder.snapshot, 'utf8'));
  if (state !== 'completed') throw new Error(`${token} among ${count} runs ended as ${state}.`);
  if (existsSync(folder.lock)) throw new Error(`${token} among ${count} runs is still locked.`);
}

function requireNoneLeft(runs: readonly Hosted[]): void {
  for (const { session, token } of runs) {
    const left = findTree({ pid: null, environment: { ONESHOT_RUN: session.folder.id } });
    if (left.length > 0) throw new Error(`${left.length} processes are left of ${token}.`);
  }
}

/** What is held after all that can be freed was. */
function memory(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The agents of as many runs by themselves: the workers all at once, then the auditors. */
async function bareSpawns(root: string, count: number): Promise<void> {
  mkdirSync(root, { recursive: true });
  const path = join(root, 'agent.sh');
  writeFileSync(path, agentText('token-0-of-a-run', '/dev/null'), { mode: 0o755 });
  for (const role of ['0001-worker', '0002-auditor']) {
    const env = { ...process.env, ONESHOT_ATTEMPT: role };
    await Promise.all(Array.from({ length: count }, () => exitOf(path, [], { cwd: root, env })));
  }
}
