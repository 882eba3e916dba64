/** What is left of runs that nobody hosts any more: locks, and processes that still live. */
import { existsSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { AGENTS } from '../actors/agents/registry.ts';
import { sharedServiceOf } from '../actors/agents/shared-services.ts';
import { presence } from '../actors/process-identity.ts';
import {
  commandLineOf,
  environmentVariable,
  listProcesses,
  type ProcessEntry,
} from '../actors/process-table.ts';
import type { DoctorRequest, Finding } from './doctor.ts';
import { readLock } from './lock.ts';
import { listRuns, type RunFolder, type RunSummary, runWithId } from './run-store.ts';

/** Characters of a command line that are shown. */
const COMMAND_LENGTH = 100;

/** A lock of a process that is gone is taken over by whoever resumes the run: it only shows that the run was lost. */
export function lookAtLocks({ config }: DoctorRequest): Finding[] {
  const findings = listRuns(config.runsDir).flatMap(lookAtLock);
  if (findings.length > 0) return findings;
  return [{ check: 'locks', status: 'ok', message: 'No run was lost.', advice: null }];
}

function lookAtLock({ id, folder, file }: RunSummary): Finding[] {
  const check = 'locks';
  if (!existsSync(folder.lock)) return [];
  const lock = readLock(folder.lock);
  if (!lock) {
    const message = `The lock ${folder.lock} cannot be read.`;
    const advice = 'When no oneshot works on this run, delete the file.';
    return [{ check, status: 'problem', message, advice }];
  }
  switch (presence(lock)) {
    case 'alive':
      return [];
    case 'unknowable': {
      const message = `The run ${id} is locked by process ${lock.pid} on ${lock.host} or in another container.`;
      const advice = `When you know that it has ended, delete ${folder.lock}.`;
      return [{ check, status: 'warning', message, advice }];
    }
    case 'gone': {
      if (isOver(file?.state)) return [];
      const message = `The run ${id} (${file?.state ?? 'unreadable'}) was lost with its oneshot, process ${lock.pid}.`;
      const advice = `Go on with it: oneshot resume ${id}. Or end it: oneshot stop ${id}.`;
      return [{ check, status: 'warning', message, advice }];
    }
  }
}

/** Processes that carry a run's mark, while no oneshot hosts that run: they work, and cost, for nobody. */
export function lookAtProcesses({ config }: DoctorRequest): Finding[] {
  const marked = listProcesses().flatMap((entry) => {
    const run = environmentVariable(entry.pid, 'ONESHOT_RUN');
    return run ? [{ run, entry }] : [];
  });
  const isShared = sharedServiceOf(AGENTS);
  const runs = [...new Set(marked.map(({ run }) => run))];
  const findings = runs.flatMap((run) => {
    const all = marked.filter((one) => one.run === run).map(({ entry }) => entry);
    const services = all.filter(({ pid }) => isShared?.(commandLineOf(pid)));
    const own = all.filter((entry) => !services.includes(entry));
    return [...services.map(serviceFinding), ...lookAtOrphans(run, own, config.runsDir)];
  });
  if (findings.some(({ status }) => status !== 'ok')) return findings;
  const message = 'No process of a run lives that nobody hosts.';
  return [{ check: 'orphans', status: 'ok', message, advice: null }, ...findings];
}

function serviceFinding({ pid }: ProcessEntry): Finding {
  const message = `${describe(pid)} is a service that an agent shares between its sessions.`;
  return { check: 'services', status: 'ok', message, advice: null };
}

function lookAtOrphans(run: string, own: readonly ProcessEntry[], runsDir: string): Finding[] {
  if (own.length === 0) return [];
  const folder = findFolder(run, own, runsDir);
  if (folder && isHosted(folder)) return [];
  const shown = own.map(({ pid }) => describe(pid)).join('; ');
  const count = own.length === 1 ? 'A process' : `${own.length} processes`;
  return [
    {
      check: 'orphans',
      status: 'problem',
      message: `${count} of the run ${run}, which no oneshot hosts: ${shown}`,
      advice: adviceFor(run, own, folder, runsDir),
    },
  ];
}

function adviceFor(
  run: string,
  own: readonly ProcessEntry[],
  folder: RunFolder | null,
  runsDir: string,
): string {
  const kill = `kill ${own.map(({ pid }) => pid).join(' ')}`;
  if (!folder)
    return `The run is neither in ${runsDir} nor in the folder that they work in. When you know that it is over: ${kill}`;
  const where = folder.path === join(runsDir, run) ? '' : ` --runs-dir ${join(folder.path, '..')}`;
  const state = listRuns(join(folder.path, '..')).find(({ id }) => id === run)?.file?.state;
  if (isOver(state)) return `The run is ${state}. End them: ${kill}`;
  return `Go on with the run: oneshot resume ${run}${where}. Or end it: oneshot stop ${run}${where}.`;
}

/** In the runs folder, or in the usual one of the work tree that one of the processes is in. */
function findFolder(run: string, own: readonly ProcessEntry[], runsDir: string): RunFolder | null {
  const places = own.flatMap(({ pid }) => workingFolder(pid) ?? []);
  const folders = [runsDir, ...places.map((place) => join(place, '.oneshot'))];
  return folders.map((folder) => runWithId(folder, run)).find((found) => found !== null) ?? null;
}

function workingFolder(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

/** One that may be hosted elsewhere is: nobody here can know better. */
function isHosted({ lock }: RunFolder): boolean {
  const record = readLock(lock);
  return record !== null && presence(record) !== 'gone';
}

function isOver(state: string | undefined): boolean {
  return state !== undefined && ['completed', 'rejected', 'failed', 'interrupted'].includes(state);
}

function describe(pid: number): string {
  return `${pid} ${commandLineOf(pid).slice(0, COMMAND_LENGTH)}`;
}
