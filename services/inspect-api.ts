/**
 * What the inspector's server answers; the page relies on it.
 *
 *     GET  /                                       the page; `?run=ID` is the run to show first
 *     GET  /page/FILE                              files of the page
 *     GET  /page/stately.html?run=ID               asks, and then shows a run in Stately's hosted inspector
 *     GET  /statechart.svg                         the chart of the machine
 *     GET  /api/info                               {@link ServerInfo}
 *     GET  /api/runs                               {@link ListedRun}[], the oldest first
 *     GET  /api/runs/ID                            {@link InspectedRun}
 *     GET  /api/runs/ID/transitions                server-sent events: `transition` ({@link SentTransition}, id = seq)
 *     GET  /api/runs/ID/activities                 the same: `activities` ({@link LogLine}[], at most 500, id = where to go on)
 *     GET  /api/runs/ID/events                     both in one, id = both, with a dot between
 *     GET  /api/runs/ID/attempts                   {@link AttemptText}[]
 *     GET  /api/runs/ID/attempts/NAME/FILE         text/plain; `?from=&bytes=` for a part, negative `from` counts from the end
 *     WS   /api/runs/ID/inspect                    the run in the protocol of the Stately inspector, from its beginning
 *     POST /api/runs/ID/stop, /api/runs/ID/resume  202 {@link ControlAnswer}; only with `--control`, else 404
 *
 * The streams send `caughtUp` once when all that was there has been sent, and go on with what comes. A stream that
 * cannot go on sends `problem` ({@link ErrorAnswer}) and ends. `Last-Event-ID`, or `?after=ID`, goes on from there.
 * Errors are {@link ErrorAnswer} with status 400, 401 (no token), 403, 404, 405, 409 (not in this state), 422 (unreadable
 * run) or 500. Times are epoch milliseconds; unknown is null.
 */
import type { StateValue } from 'xstate';
import type { LifecycleContext, Phase } from '../machines/context.ts';
import type { ProtectedChanges, Usage } from '../machines/contracts.ts';
import type { JournaledEvent, RunHeader } from './journal.ts';
import type { RunReport } from './run-report.ts';

export interface ServerInfo {
  readonly version: string;
  /** Whether runs can be stopped and resumed from the page. */
  readonly control: boolean;
  /** Absolute path. */
  readonly runsDir: string;
  /** For the age of things where the viewer's clock differs. */
  readonly now: number;
  /** How fast a replay plays; `null`: the runs as they are. */
  readonly speed: number | null;
}

export interface ListedRun {
  readonly id: string;
  readonly task: string | null;
  readonly state: Phase | null;
  readonly reason: string | null;
  readonly iteration: number | null;
  readonly maxIterations: number | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly agents: { readonly worker: string; readonly auditor: string } | null;
  readonly usage: Usage | null;
  /** Whether a oneshot is at work on it. A run that is going on but not live was lost: `resume` goes on with it. */
  readonly isLive: boolean;
  /** Completed with required checks that passed. */
  readonly verified: boolean;
  /** The same for a person; `null` for a run that is not completed. */
  readonly evidence: string | null;
  /** What the last worker left changed of the files that the checks depend on. */
  readonly protectedChanges: ProtectedChanges | null;
  readonly parent: RunHeader['parent'];
  /** Why nothing is known of it; `null` for a run that can be read. */
  readonly problem: string | null;
}

export interface InspectedRun extends RunReport {
  readonly isLive: boolean;
  /** The runs that were forked from this one. */
  readonly children: readonly { readonly run: string; readonly seq: number }[];
  readonly machine: MachineSummary;
}

export interface MachineSummary {
  readonly id: string;
  readonly version: string;
  readonly states: readonly MachineState[];
  /** The run's delays by their names in the states' `after`, in milliseconds. */
  readonly delays: Readonly<Record<string, number>>;
}

export interface MachineState {
  /** The way from the root: `workerExecuting.live`. */
  readonly id: string;
  readonly parent: string | null;
  readonly description: string;
  /** Ids of the actors that it runs. */
  readonly invokes: readonly string[];
  /** Names of the delays after which it is left. */
  readonly after: readonly string[];
  readonly isFinal: boolean;
  readonly isEnded: boolean;
}

export interface SentTransition {
  readonly seq: number;
  readonly at: number;
  readonly event: JournaledEvent;
  readonly value: StateValue;
  readonly state: Phase;
  readonly reason: string | null;
  /** As in {@link ListedRun.evidence}. */
  readonly evidence: string | null;
  readonly context: LifecycleContext;
  /** The moves that were taken, as the statechart names them in `data-moves`: `workerExecuting/agent.ended/0`. */
  readonly moves: readonly string[];
}

export interface AttemptText {
  /** `0001-worker` */
  readonly attempt: string;
  /** Relative to the attempt: `prompt.md`, `checks-1/1/stdout`. */
  readonly file: string;
  readonly bytes: number;
}

export interface ControlAnswer {
  /** Of the oneshot that does it. */
  readonly pid: number;
}

export interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: string };
}
