/**
 * The lifecycle as a pure fold over journaled events: no actor is started and no clock is asked. XState's `transition`
 * computes what an event leads to and hands back the effects, which nobody here executes.
 */
import { type EventFromLogic, initialTransition, type SnapshotFrom, transition } from 'xstate';
import { type Lifecycle, lifecycle } from '../machines/lifecycle.ts';
import type { JournalEntry, JournaledEvent } from './journal.ts';

export type LifecycleSnapshot = SnapshotFrom<Lifecycle>;

/** What an event leads to; the first one begins the run. Another machine than the lifecycle is for tests. */
export function fold(
  before: LifecycleSnapshot | null,
  event: JournaledEvent,
  machine: Lifecycle = lifecycle,
): LifecycleSnapshot {
  if (event.type === 'xstate.init') {
    // The only journaled event that has this type and an input.
    const { input } = event as Extract<JournaledEvent, { type: 'xstate.init' }>;
    return initialTransition(machine, input)[0];
  }
  if (!before) throw new Error(`A journal begins with xstate.init, not with ${event.type}.`);
  return transition(machine, before, asMachineEvent(event))[0];
}

/** The snapshot that an entry of the journal recorded. */
export function snapshotOf(
  { value, context, status }: JournalEntry,
  machine: Lifecycle = lifecycle,
): LifecycleSnapshot {
  return machine.resolveState({ value, context, status });
}

/** The machine's types name the events that it is sent, not those of its own timers. */
export function asMachineEvent(event: JournaledEvent): EventFromLogic<Lifecycle> {
  return event as EventFromLogic<Lifecycle>;
}
