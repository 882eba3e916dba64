/** Stops and resumes runs from the page, by the commands that a person would use, each in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { RunRefusedError } from './errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import { hostPid } from './hosted.ts';
import type { ControlAnswer } from './inspect-api.ts';
import { reportRun } from './run-report.ts';
import type { RunFolder } from './run-store.ts';

export interface Control {
  stop(folder: RunFolder): Promise<ControlAnswer>;
  /** Resolves when another process hosts the run. Rejects with a {@link RunRefusedError} when it cannot go on. */
  resume(folder: RunFolder): Promise<ControlAnswer>;
}

export interface ControlOptions {
  /** The command line of oneshot: `node dist/oneshot.cjs`. */
  readonly command: readonly string[];
  readonly runsDir: string;
}

/** Milliseconds between looks whether the run is hosted again. */
const POLL_MS = 25;

export function createControl({ command, runsDir }: ControlOptions): Control {
  const start = (verb: string, { id }: RunFolder) => {
    const [program = '', ...args] = command;
    const all = [...args, verb, id, '--runs-dir', runsDir, '--no-color'];
    // Neither a terminal nor a pipe of ours: it goes on when this server has ended.
    const child = spawn(program, all, { detached: true, stdio: 'ignore' });
    child.unref();
    return child;
  };
  return {
    async stop(folder) {
      refuseUnlessGoingOn(folder);
      return { pid: await spawned(start('stop', folder)) };
    },
    async resume(folder) {
      refuseUnlessResting(folder);
      const child = start('resume', folder);
      const pid = await spawned(child);
      await untilHosted(folder, child);
      return { pid };
    },
  };
}

function refuseUnlessGoingOn(folder: RunFolder): void {
  const { id, state, reason } = reportRun(folder);
  if (!['completed', 'rejected', 'failed', 'interrupted'].includes(state)) return;
  throw new RunRefusedError(`The run ${id} is ${state} already.`, exitCodeOf(state, reason));
}

function refuseUnlessResting(folder: RunFolder): void {
  const { id, state, reason } = reportRun(folder);
  const pid = hostPid(folder);
  const why =
    pid !== null
      ? `is being worked on by process ${pid}`
      : state === 'completed' || state === 'rejected'
        ? `is ${state}; there is nothing to resume`
        : null;
  if (why !== null) throw new RunRefusedError(`The run ${id} ${why}.`, exitCodeOf(state, reason));
}

function spawned(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
}

/** A run may be over faster than this looks: then the command has ended well. */
async function untilHosted(folder: RunFolder, child: ChildProcess): Promise<void> {
  const before = reportRun(folder).seq;
  while (child.exitCode === null && child.signalCode === null) {
    if (hostPid(folder) === child.pid) return;
    await delay(POLL_MS);
  }
  if (reportRun(folder).seq > before) return;
  throw new RunRefusedError(
    `The run ${folder.id} could not be resumed (exit code ${child.exitCode}). To see why: oneshot resume ${folder.id}.`,
    child.exitCode ?? 1,
  );
}
