/** Processes that have a variable in their environment, as Linux shows them; without oneshot's own code for it. */
import { readdirSync, readFileSync } from 'node:fs';

/** Pids of those that are there; a zombie has no environment any more. */
export function markedProcesses(variable: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(variable))
    .map(Number);
}

/** Kills them until none is left, also those that are started meanwhile. */
export function killMarked(variable: string): void {
  for (let left = markedProcesses(variable); left.length > 0; left = markedProcesses(variable))
    for (const pid of left) killQuietly(pid);
}

export function commandOf(pid: number): string {
  return readProc(`${pid}`, 'cmdline').replaceAll('\0', ' ').trim();
}

function environmentOf(pid: string): string[] {
  return readProc(pid, 'environ').split('\0');
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
