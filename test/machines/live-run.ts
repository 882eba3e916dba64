/** A run as a live actor: its agents and helpers only note that they were started and stopped, its clock is by hand. */
import { Observable } from 'rxjs';
import type { Snapshot } from 'xstate';
import { createActor, fromEventObservable, fromPromise, SimulatedClock } from 'xstate';
import type { LifecycleInput } from '../../machines/context.ts';
import type { AttemptPlan } from '../../machines/contracts.ts';
import type { AgentEvent, CheckEvent, Recovered } from '../../machines/events.ts';
import type { RecoveryRequest } from '../../machines/implementations.ts';
import { lifecycle } from '../../machines/lifecycle.ts';
import type { Step } from './lifecycle-events.ts';
import type { Run } from './lifecycle-runs.ts';
import { eventOf } from './lifecycle-runs.ts';

export interface LiveRun {
  readonly clock: SimulatedClock;
  /** What was started, in order; `stopped agent 1` when the machine left it behind. */
  readonly log: readonly string[];
  readonly run: () => Run;
  readonly send: (...steps: readonly Step[]) => void;
  readonly persisted: () => Snapshot<unknown>;
}

/** Starts a run from its beginning, or from a snapshot as a host restores it: without its children. */
export function liveRun(
  from: { readonly input: LifecycleInput } | { readonly snapshot: Snapshot<unknown> },
): LiveRun {
  const log: string[] = [];
  const clock = new SimulatedClock();
  const machine = lifecycle.provide({ actors: noted(log) });
  const actor =
    'input' in from
      ? createActor(machine, { clock, input: from.input })
      : createActor(machine, { clock, snapshot: withoutChildren(from.snapshot), input: NO_INPUT });
  actor.start();
  return {
    clock,
    log,
    run: () => actor.getSnapshot(),
    send: (...steps) => {
      for (const step of steps) actor.send(eventOf(step, actor.getSnapshot()));
    },
    persisted: () => actor.getPersistedSnapshot(),
  };
}

// XState asks for the input although a snapshot has it already.
const NO_INPUT = null as unknown as LifecycleInput;

function withoutChildren(snapshot: Snapshot<unknown>): Snapshot<unknown> {
  return Object.assign({}, snapshot, { children: {} });
}

function noted(log: string[]) {
  return {
    agent: fromEventObservable<AgentEvent, AttemptPlan>(({ input }) =>
      endless(log, `${input.role} ${input.number}`),
    ),
    checks: fromEventObservable<CheckEvent, AttemptPlan>(({ input }) =>
      endless(log, `checks of ${input.number}`),
    ),
    recovery: fromPromise<Recovered, RecoveryRequest>(({ input }) => {
      log.push(`recovery of ${input.number} (${input.reason})`);
      return new Promise(() => {});
    }),
    quotaReset: fromPromise<void, { readonly resumeAt: number }>(({ input }) => {
      log.push(`wait until ${input.resumeAt}`);
      return new Promise(() => {});
    }),
  };
}

function endless(log: string[], name: string): Observable<never> {
  return new Observable(() => {
    log.push(name);
    return () => log.push(`stopped ${name}`);
  });
}
