/**
 * How long an attempt ran, which is what its budgets are charged. The wall clock may be set meanwhile, forward and back:
 * within one boot of the machine, what its uptime tells is the most that it can be.
 */
import { statSync } from 'node:fs';
import {
  type AttemptFiles,
  type CommandRecord,
  readRecord,
  type StopRecord,
} from './attempt-files.ts';
import { currentBootId } from './process-identity.ts';
import { uptimeMs } from './uptime.ts';

/** Milliseconds from the start of an attempt that is at work until now, in epoch milliseconds; 0 when none is recorded. */
export function ranUntilNow(files: AttemptFiles, now: number): number {
  const command = readRecord<CommandRecord>(files.file('command.json'));
  return command ? (ofThisBoot(command) ?? Math.max(0, now - command.startedAt)) : 0;
}

/**
 * Milliseconds from the start of an attempt that is over until it was last at work, as far as its files tell. It may be
 * examined long after that, when the run was interrupted or its process was lost meanwhile, and that costs no budget.
 */
export function ranUntilLastSign(files: AttemptFiles, now: number): number {
  const command = readRecord<CommandRecord>(files.file('command.json'));
  if (!command) return 0;
  const atMost = ranUntilNow(files, now);
  const told = Math.round(lastSignAt(files)) - command.startedAt;
  return told >= 0 ? Math.min(told, atMost) : atMost;
}

/**
 * When an attempt began, in epoch milliseconds, by the wall clock as it was or as it is now, whichever is earlier: a file
 * with an older time was not written by it. `null` when no start is recorded.
 */
export function begunAtEarliest(files: AttemptFiles, now: number): number | null {
  const startedAt = readRecord<CommandRecord>(files.file('command.json'))?.startedAt;
  return startedAt === undefined ? null : Math.min(startedAt, now - ranUntilNow(files, now));
}

/** `null` when that was an earlier boot: each has a clock of its own. */
function ofThisBoot({ bootId, startedUptimeMs }: CommandRecord): number | null {
  return bootId === currentBootId() ? Math.max(0, uptimeMs() - startedUptimeMs) : null;
}

const NEVER = Number.NEGATIVE_INFINITY;

/** Epoch milliseconds; {@link NEVER} when the files do not tell. The exit is the surest sign, and an attempt's last. */
function lastSignAt(files: AttemptFiles): number {
  const exitedAt = changedAt(files.file('exit.json'));
  if (exitedAt !== NEVER) return exitedAt;
  const stoppedAt = readRecord<StopRecord>(files.file('stop.json'))?.at ?? NEVER;
  return Math.max(stoppedAt, changedAt(files.file('stdout')), changedAt(files.file('stderr')));
}

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? NEVER;
}
