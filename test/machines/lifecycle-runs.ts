/** Runs as sequences of events, folded with XState's pure functions: nothing is started and no time passes. */
import type { SnapshotFrom } from 'xstate';
import { initialTransition, transition } from 'xstate';
import type { LifecycleContext, LifecycleInput } from '../../machines/context.ts';
import type { LifecycleEvent } from '../../machines/events.ts';
import { lifecycle } from '../../machines/lifecycle.ts';
import type { Step } from './lifecycle-events.ts';
import {
  answer,
  audit,
  cleanEnd,
  dead,
  end,
  ended,
  input,
  limited,
  reiterate,
  start,
} from './lifecycle-events.ts';

export type Run = SnapshotFrom<typeof lifecycle>;

/** The run that these steps lead to, from its beginning. */
export function play(
  steps: readonly Step[],
  from: LifecycleInput = input(),
  machine: typeof lifecycle = lifecycle,
): Run {
  const [first] = initialTransition(machine, from);
  return playOn(first, steps, machine);
}

export function playOn(
  run: Run,
  steps: readonly Step[],
  machine: typeof lifecycle = lifecycle,
): Run {
  return steps.reduce((now, step) => transition(machine, now, eventOf(step, now))[0], run);
}

/** The step as an event of the run's current attempt. */
export function eventOf(step: Step, run: Run): LifecycleEvent {
  return typeof step === 'function' ? step(run.context.attempt?.number ?? 0) : step;
}

/** The state as one word: `workerExecuting.live`. */
export function stateOf({ value }: Run): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([parent, child]) => `${parent}.${child}`)
    .join(' ');
}

/** What a journal records of a run, as it looks after a round trip through JSON. */
export function recordOf(run: Run): { value: unknown; status: string; context: LifecycleContext } {
  const { value, status, context } = run;
  return JSON.parse(JSON.stringify({ value, status, context }));
}

/** The shortest ways into each state, as a run really gets there. */
export const toWorker: readonly Step[] = [start];
export const toWorkerRecovery: readonly Step[] = [...toWorker, ended(end())];
export const toWorkerPause: readonly Step[] = [...toWorkerRecovery, dead()];
/** With checks configured. */
export const toChecks: readonly Step[] = [...toWorker, ended(cleanEnd())];
/** Without checks. */
export const toAudit: readonly Step[] = [...toWorker, ended(cleanEnd())];
export const toAuditor: readonly Step[] = [...toAudit, audit];
export const toAuditorRecovery: readonly Step[] = [...toAuditor, ended(end())];
export const toAuditorPause: readonly Step[] = [...toAuditorRecovery, dead()];
export const toReiteration: readonly Step[] = [...toAuditor, ended(answer('retry'))];
export const toWorkerQuota: readonly Step[] = [...toWorkerRecovery, limited(null)];
export const toAuditorQuota: readonly Step[] = [...toAuditorRecovery, limited(null)];
export const toCompleted: readonly Step[] = [...toAuditor, ended(answer('done'))];
export const toRejected: readonly Step[] = [...toAuditor, ended(answer('impossible'))];
/** With `maxIterations: 1`. */
export const toBudgetFailure: readonly Step[] = [...toReiteration, reiterate];
export const toWorkerFailure: readonly Step[] = [
  ...toWorkerRecovery,
  dead('spawnFailed', 'notFound'),
];
export const toAuditorFailure: readonly Step[] = [
  ...toAuditorRecovery,
  dead('exited', 'unauthorized'),
];
