/**
 * The lifecycle with a memory: each transition is recorded before any of its effects begins. XState starts invoked
 * actors and timers after `transition` has returned, so that is where the record is made; in a subscription it would
 * come after the agent's start.
 */
import type {
  AnyActorLogic,
  AnyActorRef,
  AnyActorScope,
  AnyMachineSnapshot,
  EventObject,
} from 'xstate';
import type { Lifecycle } from '../machines/lifecycle.ts';
import { messageOf } from './errors.ts';

/** Makes one transition durable. What it throws stops the run: nothing may go on unrecorded. */
export type Recorder = (event: EventObject, snapshot: AnyMachineSnapshot) => void;

/** Events that change nothing that is worth a record. */
const UNRECORDED = new Set(['agent.activity', 'xstate.stop']);

export function durableLifecycle(machine: Lifecycle, record: Recorder): AnyActorLogic {
  const recordOrStop = (
    event: EventObject,
    snapshot: AnyMachineSnapshot,
    scope: AnyActorScope,
    before?: AnyMachineSnapshot,
  ): AnyMachineSnapshot => {
    try {
      record(event, snapshot);
      return snapshot;
    } catch (error) {
      // Those that the transition was to stop as well: it will not come to that any more.
      if (before) stopChildren(before, scope);
      stopChildren(snapshot, scope);
      throw error;
    }
  };
  const logic: AnyActorLogic = machine;
  return {
    config: machine.config,
    start: (snapshot: AnyMachineSnapshot) => logic.start?.(snapshot, undefined as never),
    getPersistedSnapshot: (snapshot, options) => logic.getPersistedSnapshot(snapshot, options),
    restoreSnapshot: (snapshot, scope) => logic.restoreSnapshot?.(snapshot, scope),
    getInitialSnapshot(scope: AnyActorScope, input: unknown) {
      const snapshot = logic.getInitialSnapshot(scope, input);
      return recordOrStop({ type: 'xstate.init', input } as EventObject, snapshot, scope);
    },
    transition(before: AnyMachineSnapshot, event: EventObject, scope: AnyActorScope) {
      const plain = plainEvent(event);
      const after: AnyMachineSnapshot = logic.transition(before, plain, scope);
      return isTaken(before, plain, after) ? recordOrStop(plain, after, scope, before) : after;
    },
  };
}

/** Whether the machine answered the event with anything that its record must tell. */
function isTaken(
  before: AnyMachineSnapshot,
  event: EventObject,
  after: AnyMachineSnapshot,
): boolean {
  if (UNRECORDED.has(event.type)) return false;
  if (event.type === 'process.restarted') return after.status === 'active';
  return before.context !== after.context || !isSameValue(before.value, after.value);
}

function isSameValue(before: unknown, after: unknown): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

/**
 * An event as it is journaled and as the machine sees it, so that a replay sees the same: what an actor threw is plain
 * data, whatever it was.
 */
export function plainEvent<T extends EventObject>(event: T): T {
  return 'error' in event ? { ...event, error: plainError(event.error) } : event;
}

/** By its shape, since an error of another realm is no instance of this one's `Error`. */
function plainError(thrown: unknown): { name: string; message: string; code: string | null } {
  const { name, code }: { name?: unknown; code?: unknown } = Object(thrown);
  const text = (value: unknown) =>
    ['string', 'number'].includes(typeof value) ? `${value}` : null;
  return { name: text(name) ?? 'Error', message: messageOf(thrown), code: text(code) };
}

/** Whatever the transition was about to start, or leaves running, must not go on without a record. */
function stopChildren(snapshot: AnyMachineSnapshot, scope: AnyActorScope): void {
  const children: Record<string, AnyActorRef | undefined> = snapshot.children;
  for (const child of Object.values(children)) if (child) scope.stopChild(child);
}
