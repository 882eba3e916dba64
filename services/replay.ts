/**
 * Replays a journal: folds its events with the pure machine and holds each snapshot that comes out to the recorded one.
 * It starts nothing, takes no lock, and keeps one line in memory, however long the run was.
 */
import type { StateValue } from 'xstate';
import type { LifecycleContext } from '../machines/context.ts';
import { LIFECYCLE_VERSION, type Lifecycle, lifecycle } from '../machines/lifecycle.ts';
import { differences } from './differences.ts';
import { messageOf, RunUnreadableError } from './errors.ts';
import { createFold, type LifecycleSnapshot } from './fold.ts';
import type { JournaledEvent, MachineStamp } from './journal.ts';
import { machineStamp } from './machine-stamp.ts';
import {
  contextRenderer,
  type RecordedStep,
  type Renderer,
  recordedSteps,
} from './recorded-steps.ts';

/** How a replay went. */
export type ReplayOutcome =
  /** Every snapshot came out as it was recorded. */
  | { readonly kind: 'identical'; readonly steps: number }
  | Divergence
  /** Another version of the statechart made the journal: its states may mean something else. */
  | {
      readonly kind: 'incompatible';
      readonly recorded: MachineStamp;
      readonly present: MachineStamp;
      readonly message: string;
    }
  /** The journal cannot be trusted. `line` counts from 1; `null` when the trouble is not in one line. */
  | { readonly kind: 'corrupt'; readonly line: number | null; readonly message: string };

/** The first step at which the machine does not do what it did. */
export interface Divergence {
  readonly kind: 'diverged';
  readonly seq: number;
  /** Type of the event. */
  readonly event: string;
  /** `value`, `status`, or a place in the context: `context.usage.worker`; empty when the machine breaks at the event. */
  readonly path: string;
  /** As recorded; `null` where there was nothing. */
  readonly expected: unknown;
  /** As computed now; `null` where there is nothing. */
  readonly actual: unknown;
  readonly message: string;
}

/** One step, as the machine computes it and the journal records it. */
export interface ReplayStep extends Standing {
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly event: JournaledEvent;
  /** Where the step before led to; `null` for the first. */
  readonly before: Standing | null;
}

/** Where a run stands. */
export interface Standing {
  readonly value: StateValue;
  readonly context: LifecycleContext;
  readonly status: LifecycleSnapshot['status'];
}

/** Replays a journal to its end, or to the first step that is wrong. */
export function replay(path: string, machine?: Lifecycle): ReplayOutcome {
  const steps = replaySteps(path, machine);
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

/** The same step by step, as far as they come out as recorded. */
export function* replaySteps(
  path: string,
  machine: Lifecycle = lifecycle,
): Generator<ReplayStep, ReplayOutcome> {
  const fold = createFold(machine);
  const render = contextRenderer();
  let before: LifecycleSnapshot | null = null;
  let count = 0;
  for (const read of recordedSteps(path)) {
    if (read instanceof RunUnreadableError) return corrupt(read);
    if (read.run && read.run.machine.version !== LIFECYCLE_VERSION)
      return incompatible(read.run.machine);
    const folded = attempt(() => fold(before, read.event));
    if ('failure' in folded) return broken(read, folded.failure);
    const { result: after }: { result: LifecycleSnapshot } = folded;
    const divergence = divergenceOf(read, after, render);
    if (divergence) return divergence;
    const { seq, at, event } = read;
    const { value, context, status } = after;
    yield { seq, at, event, value, context, status, before };
    before = after;
    count += 1;
  }
  return { kind: 'identical', steps: count };
}

function divergenceOf(
  step: RecordedStep,
  { value, context, status }: LifecycleSnapshot,
  render: Renderer,
): Divergence | null {
  if (step.isWrittenAs(render({ value, context, status }))) return null;
  const expected = step.recorded();
  const actual: unknown = JSON.parse(JSON.stringify({ value, status, context }));
  const [first] = differences(expected, actual, 1);
  if (!first) return null;
  const { path, before = null, after = null } = first;
  const message =
    `At seq ${step.seq} (${step.event.type}) ${path} was recorded as ${shown(before)}, ` +
    `this machine makes it ${shown(after)}.`;
  return {
    kind: 'diverged',
    seq: step.seq,
    event: step.event.type,
    path,
    expected: before,
    actual: after,
    message,
  };
}

/** The machine cannot take an event that it took. */
function broken({ seq, event, recorded }: RecordedStep, failure: unknown): Divergence {
  const message = `At seq ${seq} (${event.type}) this machine breaks: ${messageOf(failure)}`;
  const expected = recorded();
  return { kind: 'diverged', seq, event: event.type, path: '', expected, actual: null, message };
}

function incompatible(recorded: MachineStamp): ReplayOutcome {
  const present = machineStamp();
  const message =
    `The journal was made by version ${recorded.version} of the statechart, this is ${present.version}. ` +
    'Replay it with the oneshot that made it.';
  return { kind: 'incompatible', recorded, present, message };
}

function corrupt({ line, message }: RunUnreadableError): ReplayOutcome {
  return { kind: 'corrupt', line, message };
}

function attempt<T>(action: () => T): { readonly result: T } | { readonly failure: unknown } {
  try {
    return { result: action() };
  } catch (failure) {
    return { failure };
  }
}

const SHOWN_LENGTH = 200;

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
