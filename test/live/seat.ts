/** Where one run takes place in the box: a home, a work tree, the model, and oneshot started there. */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunReport } from '../../services/run-report.ts';
import { INSIDE } from './box.ts';
import { type Cli, configure } from './clis.ts';
import { pathOf } from './install.ts';
import { type FakeModel, startFakeModel } from './model/server.ts';
import { NOTES, type TaskOptions, type TaskScript, taskScript } from './task.ts';

export interface Seat {
  readonly cli: Cli;
  readonly home: string;
  readonly workTree: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly script: TaskScript;
  readonly model: FakeModel;
  start(args: readonly string[]): StartedOneshot;
  report(): Promise<RunReport>;
}

export interface StartedOneshot {
  readonly pid: number;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

/** Milliseconds after which one oneshot has hung. */
const PATIENCE_MS = 240_000;

/** Takes a seat in a new folder of this name. */
export async function takeSeat(
  cli: Cli,
  name: string,
  options: Omit<TaskOptions, 'workTree'> = {},
): Promise<Seat> {
  const folder = join(INSIDE.results, cli.name, name);
  const [home, workTree, temporary] = ['home', 'work', 'tmp'].map((each) => join(folder, each));
  if (!home || !workTree || !temporary) throw new Error('There is no folder.');
  for (const path of [home, workTree, temporary]) mkdirSync(path, { recursive: true });
  writeFileSync(join(workTree, 'notes.md'), `${NOTES}\n`);
  mkdirSync(join(workTree, 'src', 'lib'), { recursive: true });
  writeFileSync(join(workTree, 'src', 'lib', 'notes.md'), `${NOTES}\n`);
  const script = taskScript({ ...options, workTree });
  const model = await startFakeModel(script);
  configure(cli, home, model.url);
  const environment = {
    PATH: [...pathOf(INSIDE.clis, cli), '/usr/bin', '/bin'].join(':'),
    HOME: home,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    NO_BROWSER: '1',
    ...cli.environment(model.url),
  };
  const start = (args: readonly string[]) => startOneshot(args, { workTree, environment });
  const report = async () => JSON.parse((await start(['show', '--json']).ended).output);
  return { cli, home, workTree, environment, script, model, start, report };
}

/** Oneshot on the Node of the tests, whatever Node the command line needs. */
function startOneshot(
  args: readonly string[],
  { workTree, environment }: Pick<Seat, 'workTree' | 'environment'>,
): StartedOneshot {
  const program = join(INSIDE.project, 'dist', 'oneshot.cjs');
  const child = spawn(process.execPath, [program, ...args], { cwd: workTree, env: environment });
  const out: Buffer[] = [];
  const error: Buffer[] = [];
  child.stdout.on('data', (bytes) => out.push(bytes));
  child.stderr.on('data', (bytes) => error.push(bytes));
  child.stdin.end();
  const late = setTimeout(() => child.kill('SIGTERM'), PATIENCE_MS);
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('close', (code) => {
      clearTimeout(late);
      const said = [...out, ...(code === 0 ? [] : error)];
      resolve({ code, output: Buffer.concat(said).toString('utf8') });
    });
  });
  return { pid: child.pid ?? 0, ended };
}

/** Folders of the attempts of the one run, the oldest first. */
export function attemptFolders({ workTree }: Seat): string[] {
  const runs = join(workTree, '.oneshot');
  const run = readdirSync(runs).find((name) => /^\d/.test(name)) ?? '';
  const attempts = join(runs, run, 'attempts');
  return readdirSync(attempts)
    .sort()
    .map((name) => join(attempts, name));
}

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8'));
}
