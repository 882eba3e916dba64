import { presence } from '../actors/process-identity.ts';
import { readLock } from './lock.ts';
import type { RunFolder } from './run-store.ts';

/** The pid of the oneshot that is at work on a run, or `null`. */
export function hostPid(folder: RunFolder): number | null {
  const lock = readLock(folder.lock);
  return lock && presence(lock) !== 'gone' ? lock.pid : null;
}
