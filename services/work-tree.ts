/** The folder that the agents work in: one run at a time, wherever its runs folder is. */
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { ownIdentity } from '../actors/process-identity.ts';
import { EnvironmentError, FolderBusyError, LockHeldError } from './errors.ts';
import { acquireLock, folderLockPath, type Lock, readLock } from './lock.ts';

/** What to do when another run is going on in the same work tree: refuse, wait behind it, or run beside it knowingly. */
export type Sharing = 'refuse' | 'wait' | 'share';

/** How to wait for another run's end. */
export interface Waiting {
  /** Aborted when the user gives up waiting. */
  readonly signal: AbortSignal;
  /** Tells a person that it waits, and for what. */
  notify(message: string): void;
}

/** Its real path: two names of one folder are one work tree. */
export function realWorkTree(cwd: string): string {
  try {
    return realpathSync(cwd);
  } catch {
    throw new EnvironmentError(`The working folder ${cwd} is not there.`);
  }
}

/** Milliseconds between tries of a run that waits for the work tree. */
const WAIT_MS = 250;

/** The lock of the work tree, or `null` where the user shares it knowingly. */
export async function lockWorkTree(
  cwd: string,
  run: string,
  sharing: Sharing,
  { signal, notify }: Waiting,
): Promise<Lock | null> {
  const path = folderLockPath(cwd, { tmpdir: tmpdir(), uid: process.getuid?.() ?? 0 });
  let lock = tryLock(path, run);
  if (!lock && sharing === 'refuse') throw busy(cwd, path);
  if (!lock && sharing === 'wait') notify(`Waiting: ${busy(cwd, path).message}`);
  while (!lock && sharing === 'wait') {
    await delay(WAIT_MS, undefined, { signal });
    lock = tryLock(path, run);
  }
  return lock;
}

function tryLock(path: string, run: string): Lock | null {
  try {
    return acquireLock(path, { owner: ownIdentity(), run, now: Date.now() });
  } catch (error) {
    if (error instanceof LockHeldError) return null;
    throw error;
  }
}

function busy(cwd: string, path: string): FolderBusyError {
  const holder = readLock(path);
  const who = holder ? `The run ${holder.run} (pid ${holder.pid})` : 'Another run';
  return new FolderBusyError(
    `${who} is going on in ${cwd}; two runs would edit each other's files. ` +
      'Use --wait to queue behind it, or --share to run beside it knowingly.',
  );
}
