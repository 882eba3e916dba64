import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { stopTree, type TreeRoot } from './process-tree.ts';

export interface ProbeOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Milliseconds that it may take. */
  readonly limitMs: number;
  readonly isSharedService?: TreeRoot['isSharedService'];
}

/** What a program says to `--version`: the version, or why there is none. */
export type Probe =
  | { readonly version: string; readonly problem: null }
  | { readonly version: null; readonly problem: string };

/** Characters of output that are looked at. */
const OUTPUT_LIMIT = 64 * 1024;

/** Milliseconds from the exit to the end of its output, which a process that it left may hold open. */
const DRAIN_MS = 200;

/** Milliseconds from SIGTERM to SIGKILL for what it leaves. */
const GRACE_MS = 500;

/** Starts a program with `--version`, which must cost nothing and change nothing, and ends whatever it leaves. */
export async function probeVersion(program: string, options: ProbeOptions): Promise<Probe> {
  const marker = { ONESHOT_PROBE: randomUUID() };
  const child = spawn(program, ['--version'], {
    cwd: options.cwd,
    env: { ...options.environment, ...marker },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      if (output.length < OUTPUT_LIMIT) output += text.toString();
    });
  const end = await Promise.race([endOf(child), delay(options.limitMs, null, { ref: false })]);
  const root = { pid: child.pid ?? null, environment: marker };
  await stopTree({ ...root, isSharedService: options.isSharedService }, { graceMs: GRACE_MS });
  return readEnd(end, output.trim(), options.limitMs);
}

type ProbeEnd = { readonly error: string } | { readonly code: number | null };

function endOf(child: ChildProcess): Promise<ProbeEnd> {
  return new Promise((resolve) => {
    child.on('error', ({ message }) => resolve({ error: message }));
    child.on('close', (code) => resolve({ code }));
    child.on('exit', (code) => setTimeout(() => resolve({ code }), DRAIN_MS));
  });
}

function readEnd(end: ProbeEnd | null, output: string, limitMs: number): Probe {
  if (end === null) return failed(`it did not answer --version within ${limitMs / 1000} seconds`);
  if ('error' in end) return failed(`it cannot be started: ${end.error}`);
  const lastLine = output.split('\n').at(-1)?.slice(0, 200) ?? '';
  if (end.code !== 0)
    return failed(`--version ended with ${end.code ?? 'a signal'}${lastLine && `: ${lastLine}`}`);
  const version = /\d+\.\d+[\w.+-]*/.exec(output)?.[0] ?? lastLine;
  return version ? { version, problem: null } : failed('it says nothing to --version');
}

function failed(problem: string): Probe {
  return { version: null, problem };
}
