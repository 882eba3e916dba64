/** Runs the built command as a user would, in a folder of its own, and leaves no process and no file behind. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach } from '@jest/globals';
import { stopTree } from '../actors/process-tree.ts';
import type { RunReport } from '../services/run-report.ts';
import type { SnapshotFile } from '../services/snapshot-file.ts';

export const ONESHOT = resolve('dist/oneshot.cjs');

/** Milliseconds after which a wait has failed; generous, since it only costs time when something is broken. */
const PATIENCE_MS = 15_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly out: () => string;
  readonly err: () => string;
}

export interface Options {
  readonly env?: Record<string, string>;
  readonly input?: string;
}

/** A work tree in a temporary folder. */
export interface Place {
  readonly path: string;
  /** Writes a file, executable when it begins with `#!`. Returns its absolute path. */
  write(name: string, text: string): string;
  read(name: string): string;
  exists(name: string): boolean;
  /** Runs oneshot there to its end. */
  oneshot(args: readonly string[], options?: Options): Promise<Ended>;
  start(args: readonly string[], options?: Options): Started;
  /** Starts another program there. */
  startProgram(program: string, args: readonly string[], options?: Options): Started;
  /** Runs a line of bash there; `$NODE` and `$ONESHOT` are the programs. */
  shell(line: string): Promise<Ended>;
  /** Folders of the runs, the oldest first. */
  runs(): string[];
  /** The snapshot of the newest run. */
  snapshot(): SnapshotFile;
  /** `show --json` of the newest run. */
  show(): Promise<RunReport>;
}

/** Until when a place and its processes are kept: the end of the test, or of all tests of its file. */
export type Lifetime = 'test' | 'file';

interface Kept {
  readonly places: Set<string>;
  /** Every process that is started there carries this, so that none outlives the place. */
  readonly marker: { readonly ONESHOT_TEST: string };
  isOver: boolean;
}

const kept: Readonly<Record<Lifetime, Kept>> = { test: keep('test'), file: keep('file') };

function keep(lifetime: Lifetime): Kept {
  const marker = { ONESHOT_TEST: `${process.pid}-${Date.now()}-${lifetime}` };
  return { places: new Set(), marker, isOver: false };
}

async function clear({ places, marker }: Kept): Promise<void> {
  if (places.size === 0) return;
  await stopTree({ pid: null, environment: marker }, { graceMs: 0 });
  for (const path of places) rmSync(path, { recursive: true, force: true });
  places.clear();
}

afterEach(() => clear(kept.test));

afterAll(() => {
  kept.file.isOver = true;
  return clear(kept.file);
});

/** A place in a new folder, or in the given one. */
export function place(lifetime: Lifetime = 'test', path: string = newFolder()): Place {
  const { places, marker } = kept[lifetime];
  places.add(path);
  const run = (program: string, args: readonly string[], options: Options = {}) => {
    if (kept[lifetime].isOver) throw new Error('Its tests are over: nothing is started any more.');
    return startProgram(path, program, args, { ...options, env: { ...marker, ...options.env } });
  };
  const start = (args: readonly string[], options?: Options) =>
    run(process.execPath, [ONESHOT, ...args], options);
  const runs = () => runFolders(join(path, '.oneshot'));
  const newest = () => runs().at(-1) ?? '';
  return {
    path,
    write(name, text) {
      const file = join(path, name);
      writeFileSync(file, text);
      if (text.startsWith('#!')) chmodSync(file, 0o755);
      return file;
    },
    read: (name) => readFileSync(join(path, name), 'utf8'),
    exists: (name) => existsSync(join(path, name)),
    start,
    startProgram: run,
    oneshot: (args, options) => start(args, options).ended,
    shell: (line) => run('/bin/bash', ['-c', line]).ended,
    runs,
    snapshot: () => JSON.parse(readFileSync(join(newest(), 'oneshot.json'), 'utf8')),
    show: async () => JSON.parse((await start(['show', '--json']).ended).out),
  };
}

function newFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'oneshot-test-')));
}

/** Flags for an agent that is a shell script: what it does as a worker and as an auditor. */
export function scriptAgent(at: Place, worker: string, auditor: string = SAY_DONE): string[] {
  const script = `#!/bin/sh\ncase $ONESHOT_ATTEMPT in\n*-worker)\n${worker}\n;;\n*-auditor)\n${auditor}\n;;\nesac\n`;
  return ['--agent', 'command', '--agent-command', at.write('agent.sh', script)];
}

export const SAY_DONE = `cat >/dev/null; echo '{"verdict":"done","feedback":"all is well"}'`;

/** Waits until a condition holds; fails with its name when it never does. */
export async function until(name: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`It never came to be that ${name}.`);
    await delay(10);
  }
}

/** Whether a process is there (a zombie is not). */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function startProgram(
  cwd: string,
  program: string,
  args: readonly string[],
  { env = {}, input }: Options,
): Started {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, HOME: cwd, NODE: process.execPath, ONESHOT, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  const ended = new Promise<Ended>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code, signal, out, err }));
  });
  return { pid: child.pid ?? 0, ended, out: () => out, err: () => err };
}

function runFolders(runsDir: string): string[] {
  if (!existsSync(runsDir)) return [];
  return readdirSync(runsDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(runsDir, name))
    .sort();
}
