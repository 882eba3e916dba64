import {
  defer,
  from,
  lastValueFrom,
  map,
  type Observable,
  of,
  switchMap,
  takeWhile,
  timer,
} from 'rxjs';
import { hasExitRecord, livingAgent, readAgentPid, readWrapperPid } from './attempt-exit.ts';
import type { AttemptFiles, ProcessRecord } from './attempt-files.ts';
import { writeRecord } from './attempt-files.ts';
import type { StartedTree } from './attempt-launch.ts';
import { awakeStopwatch } from './awake-clock.ts';
import { identify } from './process-identity.ts';

/** Milliseconds between looks at a process that is not our child, or at a file that is to appear. */
const POLL_MS = 50;
const PID_POLL_MS = 3;

/** Milliseconds that a wrapper may take from its agent's end to the exit record. */
const EXIT_RECORD_MS = 2_000;

/** The process of an attempt, whether this oneshot started it or found it alive. */
export interface AttemptProcess {
  readonly files: AttemptFiles;
  readonly wrapperPid: number | null;
  /** Emits the agent's pid once, when the process runs and its record is on disk; nothing when it was attached to. */
  readonly started$: Observable<number>;
  /** Emits once, when the agent has ended and its exit is recorded or never will be: the cause of a failed start. */
  readonly gone$: Observable<string | null>;
}

export function startedProcess(
  files: AttemptFiles,
  runId: string,
  tree: StartedTree,
): AttemptProcess {
  const gone$ = from(tree.exited).pipe(
    switchMap(({ failure }) => from(agentGone(files, runId)).pipe(map(() => failure))),
  );
  return { files, wrapperPid: tree.wrapperPid, started$: started(files, tree), gone$ };
}

export function attachedProcess(files: AttemptFiles, runId: string): AttemptProcess {
  const wrapperPid = readWrapperPid(files);
  const gone$ = defer(async () => {
    await agentGone(files, runId);
    await exitRecorded(files);
    return null;
  });
  return { files, wrapperPid, started$: of(), gone$ };
}

/** The wrapper may have been killed alone: the agent is what counts. */
async function agentGone(files: AttemptFiles, runId: string): Promise<void> {
  if (hasExitRecord(files)) return;
  await firstWhen(() => livingAgent(files, runId) === null, POLL_MS);
}

async function exitRecorded(files: AttemptFiles): Promise<void> {
  const awakeMs = awakeStopwatch();
  const isOver = () =>
    hasExitRecord(files) || readWrapperPid(files) === null || awakeMs() > EXIT_RECORD_MS;
  await firstWhen(isOver, POLL_MS);
}

function started(files: AttemptFiles, tree: StartedTree): Observable<number> {
  return timer(0, PID_POLL_MS).pipe(
    map(() => readAgentPid(files)),
    takeWhile((pid) => pid === null && !hasExitRecord(files), true),
    switchMap((pid) => (pid === null ? of() : of(recordProcess(files, pid, tree.wrapperPid)))),
  );
}

function recordProcess(files: AttemptFiles, pid: number, wrapperPid: number | null): number {
  const agent = identify(pid);
  const wrapper = wrapperPid === null ? null : identify(wrapperPid);
  const record: ProcessRecord | null = agent && { version: 1, agent, wrapper };
  // An agent that has ended within these milliseconds left an exit record, or soon will.
  if (record) writeRecord(files.file('process.json'), record);
  return pid;
}

/** Resolves with the first look that finds the condition true. */
async function firstWhen(condition: () => boolean, everyMs: number): Promise<void> {
  await lastValueFrom(timer(0, everyMs).pipe(takeWhile(() => !condition())), { defaultValue: 0 });
}
