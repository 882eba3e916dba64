import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { AttemptFiles, CommandRecord, ExitRecord, ProcessRecord } from './attempt-files.ts';
import { readRecord } from './attempt-files.ts';
import { attemptMarker } from './attempt-launch.ts';
import { SIGNAL_BASE, SILENT_SIGNALS } from './attempt-wrapper.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { currentBootId, identify, presence } from './process-identity.ts';
import { hasEnvironment } from './process-table.ts';

export interface Exit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** How the agent exited as its wrapper recorded it; nulls when there is no such record, or none that proves anything. */
export function readExit(files: AttemptFiles): Exit {
  if (isOfEarlierBoot(files)) return { exitCode: null, signal: null };
  const record = readRecord<ExitRecord>(files.file('exit.json'));
  if (typeof record?.exitCode !== 'number') return { exitCode: null, signal: null };
  const signal = signalOf(record.exitCode, readOptional(files.file('shell.log')));
  return signal ? { exitCode: null, signal } : { exitCode: record.exitCode, signal: null };
}

/** Whether the wrapper recorded the agent's exit. A record that is being written is not there yet. */
export function hasExitRecord(files: AttemptFiles): boolean {
  return readRecord<ExitRecord>(files.file('exit.json')) !== null;
}

/**
 * Neither the agent's output nor its exit record is synced. Of an attempt from before a power cut the record may have
 * come through while the end of what was printed did not, so an exit code with half an answer would pass for a whole one.
 */
function isOfEarlierBoot(files: AttemptFiles): boolean {
  const bootId = readRecord<CommandRecord>(files.file('command.json'))?.bootId;
  return bootId !== undefined && bootId !== currentBootId();
}

/** A shell reports a death by signal as 128 + its number; what it says itself tells that from an exit code. */
function signalOf(code: number, shellSays: string): string | null {
  const name = Object.entries(constants.signals).find(([, n]) => n === code - SIGNAL_BASE)?.[0];
  if (!name) return null;
  return SILENT_SIGNALS.includes(name) || shellSays.trim() !== '' ? name : null;
}

/** The agent's process, when it is provably the one that this attempt started and it is still there. */
export function livingAgent(files: AttemptFiles, runId: string): ProcessIdentity | null {
  const record = readRecord<ProcessRecord>(files.file('process.json'));
  if (record) return presence(record.agent) === 'alive' ? record.agent : null;
  const pid = readAgentPid(files);
  if (pid === null || !hasEnvironment(pid, attemptMarker(runId, files.name))) return null;
  return identify(pid);
}

/** The agent's pid as its shell wrote it before it became the agent; `null` before that. */
export function readAgentPid(files: AttemptFiles): number | null {
  const pid = Number.parseInt(readOptional(files.file('pid')), 10);
  return Number.isInteger(pid) && pid > 1 ? pid : null;
}

export function readWrapperPid(files: AttemptFiles): number | null {
  const wrapper = readRecord<ProcessRecord>(files.file('process.json'))?.wrapper;
  return wrapper && presence(wrapper) === 'alive' ? wrapper.pid : null;
}

function readOptional(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
