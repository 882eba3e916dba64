import { existsSync } from 'node:fs';
import type { Liveness } from '../machines/contracts.ts';
import { hasExitRecord } from './attempt-exit.ts';
import type { AttemptFiles, StopRecord } from './attempt-files.ts';
import { readRecord, writeRecord } from './attempt-files.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { StopReport, TreeRoot } from './process-tree.ts';
import { stopTree } from './process-tree.ts';
import type { Redactor } from './redaction.ts';
import { redactFile } from './redaction.ts';

/** What is to be stopped: an attempt, by the folder that says everything about it. */
export interface StopTarget {
  readonly files: AttemptFiles;
  readonly wrapperPid: number | null;
  /** What the stop is based on, where a silence was. */
  readonly liveness: Liveness | null;
}

export interface AttemptStopsOptions {
  readonly runId: string;
  readonly killGraceMs: number;
  /** As in the run's host. */
  readonly since: ProcessIdentity | null;
  /** As the run's agents know their services. */
  readonly isSharedService: TreeRoot['isSharedService'];
  readonly redactor: Redactor;
  now(): number;
  /** Called when a tree has ended, before anything else happens in its place: what it left can be recorded. */
  ended?(files: AttemptFiles, hurried: AbortSignal): Promise<void>;
}

/**
 * The ends of attempts that oneshot brings about. An attempt is stopped once, whoever asks how often: the actor whose
 * state is left, recovery before it looks, the host before it ends. All of them wait for the same end.
 */
export interface AttemptStops {
  /** Ends the attempt's whole tree, then takes the secrets out of its output. */
  stop(target: StopTarget): Promise<StopReport>;
  /** Ends what an attempt left behind that exited by itself. */
  sweep(target: StopTarget): Promise<StopReport>;
  /** Resolves when every stop that was begun has come to its end. */
  settled(): Promise<void>;
  /** No more grace: SIGKILL at once, for stops under way and to come. */
  hurry(): void;
}

export function createAttemptStops(options: AttemptStopsOptions): AttemptStops {
  const stops = new Map<string, Promise<StopReport>>();
  const hurried = new AbortController();

  // A run has one attempt at a time, so whatever carries its id belongs to the attempt that ends, or to an older one.
  const endTree = async ({ wrapperPid }: StopTarget): Promise<StopReport> => {
    const environment = { ONESHOT_RUN: options.runId };
    const { since, isSharedService } = options;
    const root = { pid: wrapperPid, environment, since, isSharedService };
    return stopTree(root, { graceMs: options.killGraceMs, now: hurried.signal });
  };

  const endAndRecord = async (target: StopTarget): Promise<StopReport> => {
    const report = await endTree(target);
    await options.ended?.(target.files, hurried.signal);
    return report;
  };

  const begin = async (target: StopTarget): Promise<StopReport> => {
    recordStop(target, options.now());
    const report = await endAndRecord(target);
    await sealOutput(target.files, options.redactor);
    return report;
  };

  return {
    stop(target) {
      const running = stops.get(target.files.name) ?? begin(target);
      stops.set(target.files.name, running);
      return running;
    },
    sweep: endAndRecord,
    async settled() {
      await Promise.allSettled(stops.values());
    },
    hurry: () => hurried.abort(),
  };
}

/**
 * An exit that came first was the agent's own: then there is nothing to record. A record that cannot be written (the
 * disk is full) must not keep an agent alive that nobody can record any more.
 */
function recordStop({ files, liveness }: StopTarget, at: number): void {
  if (!existsSync(files.folder) || hasExitRecord(files)) return;
  if (readRecord(files.file('stop.json'))) return;
  const record: StopRecord = { version: 1, at, liveness };
  try {
    writeRecord(files.file('stop.json'), record);
  } catch {
    // The journal's own failure is what is reported.
  }
}

/** The agent writes its output itself, so secrets can only be taken out of it when it has ended. */
export async function sealOutput(files: AttemptFiles, redactor: Redactor): Promise<void> {
  for (const output of ['stdout', 'stderr'] as const) {
    if (existsSync(files.file(output))) await redactFile(files.file(output), redactor);
  }
}
