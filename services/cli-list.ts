import { styleText } from 'node:util';
import { evidenceLabel } from '../machines/evidence.ts';
import { commandContext, STREAMS, usesColor } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { formatDuration } from './durations.ts';
import { hostPid } from './hosted.ts';
import { listRuns, type RunSummary } from './run-store.ts';
import { safeLine } from './safe-text.ts';
import { contextOf } from './snapshot-file.ts';

/** `oneshot list`: all runs of the runs folder, the oldest first. Reads only their `oneshot.json`. */
export async function listCommand(options: CommandOptions): Promise<number> {
  const { config } = await commandContext(options);
  const runs = listRuns(config.runsDir);
  if (options.json) {
    for (const run of runs) STREAMS.out(`${JSON.stringify(summary(run))}\n`);
    return 0;
  }
  if (runs.length === 0)
    STREAMS.err(`There is no run in ${config.runsDir}. Start one: oneshot "task".\n`);
  const color = usesColor(options, process.stdout);
  for (const run of runs) STREAMS.out(`${line(run, color)}\n`);
  return 0;
}

function summary({ id, folder, file }: RunSummary) {
  return {
    id,
    state: file?.state ?? null,
    reason: file?.reason ?? null,
    iteration: file?.iteration ?? null,
    maxIterations: file?.maxIterations ?? null,
    evidence: file && evidenceLabel(file.state, contextOf(file).work),
    protectedChanges: (file && contextOf(file).protectedChanges) ?? null,
    task: file?.task ?? null,
    createdAt: file?.createdAt ?? null,
    updatedAt: file?.updatedAt ?? null,
    agents: file?.agents ?? null,
    cwd: file?.cwd ?? null,
    pid: hostPid(folder),
    folder: folder.path,
  };
}

function line(run: RunSummary, color: boolean): string {
  const { id, state, iteration, maxIterations, task, updatedAt, pid, ...told } = summary(run);
  const head = color ? styleText('bold', id) : id;
  if (updatedAt === null) return `${head}  unreadable: oneshot show ${id} says why`;
  const shown = `${state}${standing(run, pid)}${doubts(told)}`;
  const sinceMs = Math.max(0, Date.now() - updatedAt);
  const age = formatDuration(Math.floor(sinceMs / 1000) * 1000);
  return `${head}  ${shown.padEnd(22)} ${iteration ?? '-'}/${maxIterations ?? '-'}  ${age.padStart(8)} ago  ${safeLine(task ?? '').slice(0, 60)}`;
}

/** Why a run is not to be taken for what its state says: `oneshot show` has the whole of it. */
function doubts({
  evidence,
  protectedChanges,
}: Pick<ReturnType<typeof summary>, 'evidence' | 'protectedChanges'>): string {
  const unverified = evidence?.startsWith('unverified') ? ['unverified'] : [];
  const changed = protectedChanges ? ['protected files were changed'] : [];
  const all = [...unverified, ...changed];
  return all.length > 0 ? ` (${all.join(', ')})` : '';
}

/** What a state does not say of a run that nobody hosts though it is not over. */
function standing({ file }: RunSummary, pid: number | null): string {
  if (!file || pid !== null || !isGoingOn(file.state)) return '';
  return file.seq === 0 ? ' (not started)' : ' (lost)';
}

/** A run that says so while no oneshot hosts it was killed: `resume` goes on with it. */
function isGoingOn(state: string): boolean {
  return !['completed', 'rejected', 'failed', 'interrupted'].includes(state);
}
