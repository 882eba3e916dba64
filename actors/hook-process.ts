/** Runs one hook: a process of the user's, beside the run and without any say in it. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { awakeClock } from './awake-clock.ts';
import { stopTree } from './process-tree.ts';

export interface HookCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly input: string;
  readonly timeoutMs: number;
  /** Ends the hook at once. */
  readonly signal: AbortSignal;
}

export interface HookEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Why it was ended, or could not be started; `null` for one that ended by itself. */
  readonly failure: string | null;
  readonly durationMs: number;
  /** The end of what it printed. */
  readonly output: string;
}

/** Characters of its output that are kept: the last ones. */
const OUTPUT_KEPT = 2_000;

/** Milliseconds from SIGTERM to SIGKILL for a hook that takes too long. */
const GRACE_MS = 1_000;

/** Never rejects. Nothing that the hook started outlives it when it has to be ended. */
export async function runHook(command: HookCommand): Promise<HookEnd> {
  const start = performance.now();
  // Not the marker of the run: whatever carries that is ended with each attempt.
  const { ONESHOT_RUN: _run, ONESHOT_ATTEMPT: _attempt, ...inherited } = command.environment;
  const marker = { ONESHOT_HOOK: randomUUID() };
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: { ...inherited, ...marker },
    stdio: ['pipe', 'pipe', 'pipe'],
    // In a session of its own no Ctrl-C of the terminal reaches it.
    detached: true,
  });
  let output = '';
  let failure: string | null = null;
  const take = (chunk: Buffer) => {
    output = `${output}${chunk.toString('utf8')}`.slice(-OUTPUT_KEPT);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  // It need not read what happened.
  child.stdin.on('error', () => undefined);
  child.stdin.end(command.input);

  const end = (why: string) => {
    failure ??= why;
    void stopTree({ pid: child.pid ?? null, environment: marker }, { graceMs: GRACE_MS });
  };
  const abort = () => end('it was ended with the run');
  const clock = awakeClock();
  const timer = clock.setTimeout(
    () => end(`it took longer than its limit of ${command.timeoutMs} ms`),
    command.timeoutMs,
  );
  if (command.signal.aborted) abort();
  command.signal.addEventListener('abort', abort);
  // Its exit counts, not the end of its output: a child that it leaves behind may hold that open.
  const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(
    (resolve) => {
      child.once('exit', (code, killedBy) => resolve([code, killedBy]));
      child.once('error', (error) => {
        failure ??= `it could not be started: ${error.message}`;
        resolve([null, null]);
      });
    },
  );
  clock.clearTimeout(timer);
  command.signal.removeEventListener('abort', abort);
  child.stdout.destroy();
  child.stderr.destroy();
  return { exitCode, signal, failure, durationMs: Math.round(performance.now() - start), output };
}
