/** Runs git. The only file that starts it: every call has a time limit, and no call runs anything of the user's. */
import { spawn } from 'node:child_process';
import { awakeClock } from './awake-clock.ts';

/** Why a call of git gave nothing. */
export type GitFailure = 'notInstalled' | 'failed' | 'timedOut' | 'aborted' | 'tooLarge';

export class GitError extends Error {
  readonly failure: GitFailure;
  /** `null` where git did not exit by itself. */
  readonly exitCode: number | null;

  constructor(failure: GitFailure, message: string, exitCode: number | null = null) {
    super(message);
    this.name = 'GitError';
    this.failure = failure;
    this.exitCode = exitCode;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface GitCall {
  readonly args: readonly string[];
  /** Default: the folder `/`, for calls that name their repository in the environment. */
  readonly cwd?: string;
  /** As {@link gitEnvironment} makes it. */
  readonly environment: Environment;
  readonly input?: Buffer;
  /** Milliseconds. Default: {@link GIT_TIMEOUT_MS}. */
  readonly timeoutMs?: number;
  /** Ends git at once, with SIGKILL: whatever it was writing is a temporary file that nobody reads. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes of output after which git is ended and what there is counts. Default: all of it. */
  readonly atMostBytes?: number;
  /** Exit codes besides 0 that are answers, not errors. */
  readonly mayFail?: readonly number[];
}

export interface GitOutput {
  readonly out: Buffer;
  readonly err: string;
  /** There was more than `atMostBytes`. */
  readonly isCut: boolean;
  /** `null` where the output was cut. */
  readonly exitCode: number | null;
}

/** Milliseconds that one call of git may take. */
export const GIT_TIMEOUT_MS = 120_000;

/** Characters of what git complained about that an error quotes. */
const COMPLAINT_LENGTH = 500;

/** No hook, no watcher and no housekeeping of the user's, whatever the configuration says. */
const QUIET = [
  '--no-pager',
  ...['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'gc.auto=0', 'maintenance.auto=false'],
  ...['core.logAllRefUpdates=false', 'core.quotePath=false', 'advice.addEmbeddedRepo=false'],
].flatMap((setting) => (setting.startsWith('--') ? [setting] : ['-c', setting]));

/** Runs git to its end and gives its output. Throws a {@link GitError} when it cannot be run or exits with an error. */
export async function runGit(call: GitCall): Promise<GitOutput> {
  const { signal } = call;
  if (signal?.aborted) throw aborted(call);
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...QUIET, ...call.args], {
      cwd: call.cwd ?? '/',
      env: call.environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    let complaint = '';
    let length = 0;
    let stopped: 'timedOut' | 'aborted' | 'cut' | null = null;
    const stop = (why: NonNullable<typeof stopped>) => {
      stopped ??= why;
      child.kill('SIGKILL');
    };
    const abort = () => stop('aborted');
    const timeoutMs = call.timeoutMs ?? GIT_TIMEOUT_MS;
    const clock = awakeClock();
    const timer = clock.setTimeout(() => stop('timedOut'), timeoutMs);
    signal?.addEventListener('abort', abort);
    const settle = () => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };

    // It may end without having read all: what that means, its exit code says.
    child.stdin.on('error', () => undefined);
    child.stdin.end(call.input ?? '');
    child.stderr.on('data', (text) => (complaint = `${complaint}${text}`.slice(-65_536)));
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > (call.atMostBytes ?? Number.POSITIVE_INFINITY)) stop('cut');
    });
    child.on('error', (error) => {
      settle();
      reject(new GitError('notInstalled', `git cannot be started: ${error.message}`));
    });
    // A process of its own that it left may hold its output open for ever.
    child.on('exit', () => {
      if (!stopped) return;
      child.stdout.destroy();
      child.stderr.destroy();
    });
    child.on('close', (code, killedBy) => {
      settle();
      const out = Buffer.concat(chunks).subarray(0, call.atMostBytes);
      if (stopped === 'aborted') reject(aborted(call));
      else if (stopped === 'timedOut') reject(timedOut(call, timeoutMs));
      else if (stopped === 'cut') resolve({ out, err: complaint, isCut: true, exitCode: null });
      else if (code === 0 || (code !== null && call.mayFail?.includes(code)))
        resolve({ out, err: complaint, isCut: false, exitCode: code });
      else reject(failed(call, complaint, code, killedBy));
    });
  });
}

/**
 * The environment for git: without the variables that would lead it to another repository (oneshot may itself run in a
 * hook), in English, and never asking anybody anything.
 */
export function gitEnvironment(environment: Environment): Environment {
  const kept = Object.entries(environment).filter(([name]) => !/^GIT_/.test(name));
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
  };
}

function aborted(call: GitCall): GitError {
  return new GitError('aborted', `git ${call.args[0]} was aborted.`);
}

function timedOut(call: GitCall, timeoutMs: number): GitError {
  return new GitError(
    'timedOut',
    `git ${call.args[0]} took longer than the limit of ${timeoutMs / 1000} s and was ended.`,
  );
}

function failed(
  call: GitCall,
  complaint: string,
  code: number | null,
  killedBy: NodeJS.Signals | null,
): GitError {
  const how = killedBy ? `was killed by ${killedBy}` : `exited with code ${code}`;
  const said = complaint.trim().slice(0, COMPLAINT_LENGTH);
  return new GitError('failed', `git ${call.args[0]} ${how}${said ? `: ${said}` : '.'}`, code);
}

/** The system's code of an error, as `ENOENT`. By its shape, since an error of another realm is no instance of `Error`. */
export function codeOf(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : null;
}
