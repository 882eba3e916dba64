/**
 * The lifecycle as a pure fold over journaled events: nothing is started and no clock is asked. XState's `transition`
 * is the pure and public form of a step (`getNextSnapshot` is its deprecated one); it makes an actor for each step only
 * to have a scope, so that scope is made once here.
 */
import {
  type ActorLogic,
  type AnyActorScope,
  type AnyEventObject,
  type EventFromLogic,
  type Snapshot,
  type SnapshotFrom,
  transition,
} from 'xstate';
import { effectless } from '../machines/effectless.ts';
import { type Lifecycle, lifecycle } from '../machines/lifecycle.ts';
import type { JournalEntry, JournaledEvent } from './journal.ts';

export type LifecycleSnapshot = SnapshotFrom<Lifecycle>;

/** What an event leads to; the first one of a journal needs no snapshot before. */
export type Fold = (before: LifecycleSnapshot | null, event: JournaledEvent) => LifecycleSnapshot;

/** The fold of a machine; default: the lifecycle. Another one is for those who compare. */
export function createFold(machine: Lifecycle = lifecycle): Fold {
  const bare = effectless(machine);
  const scope = inertScope();
  return (before, event) => {
    if (event.type === 'xstate.init' && 'input' in event) {
      return bare.getInitialSnapshot(scope, event.input);
    }
    if (event.type === 'run.forked' && 'context' in event) {
      return bare.resolveState({ value: event.value, context: event.context });
    }
    if (!before)
      throw new Error(`A journal begins with xstate.init or run.forked, not with ${event.type}.`);
    return bare.transition(before, asMachineEvent(event), scope);
  };
}

/** The snapshot that an entry of the journal recorded. */
export function snapshotOf(
  { value, context, status }: Pick<JournalEntry, 'value' | 'context' | 'status'>,
  machine: Lifecycle = lifecycle,
): LifecycleSnapshot {
  return machine.resolveState({ value, context, status });
}

/** The machine's types name the events that it is sent, not those of its own timers. */
export function asMachineEvent(event: JournaledEvent): EventFromLogic<Lifecycle> {
  return event as EventFromLogic<Lifecycle>;
}

type Stub = ActorLogic<Snapshot<undefined>, AnyEventObject>;

/** The scope that XState's `transition` gives to a logic: in it nothing is deferred, sent or started. */
function inertScope(): AnyActorScope {
  const scopes: AnyActorScope[] = [];
  const still = { status: 'active', output: undefined, error: undefined } as const;
  const stub: Stub = {
    transition(snapshot, _, scope) {
      scopes.push(scope);
      return snapshot;
    },
    getInitialSnapshot: () => still,
    getPersistedSnapshot: (snapshot) => snapshot,
  };
  transition(stub, still, { type: 'begin' });
  const [scope] = scopes;
  if (!scope) throw new Error('XState computed a transition without a scope.');
  return scope;
}
