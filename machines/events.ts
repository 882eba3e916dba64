import type { AttemptEnd, CheckResult, Findings, Limits, TextRef, Usage } from './contracts.ts';

/**
 * What can happen to a run. Whatever the context is to know (times, pids, sizes) travels inside the event, so a
 * journal of events is enough to compute every state again. Times are epoch milliseconds.
 */
export type LifecycleEvent =
  | { readonly type: 'run.start' }
  /** Ctrl-C, a signal, `oneshot stop`: `reason` is what shows in the history (`SIGINT`, `SIGTERM`, …). */
  | { readonly type: 'run.interrupt'; readonly reason: string }
  | { readonly type: 'run.resume' }
  /** Larger budgets; a run that failed for its budget goes on. */
  | { readonly type: 'run.extend'; readonly limits: Partial<Limits> }
  /** A process that hosts the run has read it back from disk: nothing of it runs under this process yet. */
  | { readonly type: 'process.restarted' }
  | AgentEvent
  | CheckEvent
  | { readonly type: 'xstate.done.actor.recovery'; readonly output: Recovered }
  | { readonly type: 'xstate.done.actor.quotaReset'; readonly output: unknown }
  | { readonly type: `xstate.error.actor.${string}`; readonly error: unknown };

/** What the actor of one attempt tells the machine. */
export type AgentEvent =
  | { readonly type: 'agent.started'; readonly attempt: number; readonly pid: number }
  /** A sign of life on any channel. It carries nothing, is not journaled, and only re-arms the inactivity timer. */
  | { readonly type: 'agent.activity' }
  /** What the attempt has used up to now, where its stream tells, and how long it has run in ms. */
  | {
      readonly type: 'agent.spent';
      readonly attempt: number;
      readonly usage: Usage;
      readonly ranMs: number;
    }
  | { readonly type: 'agent.ended'; readonly attempt: number; readonly end: AttemptEnd };

/** What the actor of the checks tells the machine. */
export type CheckEvent = {
  readonly type: 'checks.ended';
  readonly attempt: number;
  readonly results: readonly CheckResult[];
  /** The failing output as the next worker's feedback; `null` when all required checks passed. */
  readonly feedback: TextRef | null;
  /** Git's name of the work tree that they left; `null` where it is not recorded. */
  readonly tree: string | null;
};

/** What the recovery actor found, for the attempt that it examined. */
export interface Recovered {
  readonly attempt: number;
  readonly findings: Findings;
}
