/**
 * The journal in the protocol of the Stately inspector, as `@xstate/inspect` of this project types it: first the actor
 * with its definition, then for each step the event and the snapshot. The run is the root actor; the actors that it
 * invokes are actors too, so that a sequence diagram shows who sent what.
 */
import type {
  StatelyActorEvent,
  StatelyEventEvent,
  StatelyInspectionEvent,
  StatelySnapshotEvent,
} from '@xstate/inspect';
import { attemptName } from '../machines/contracts.ts';
import type { JournalEntry, JournaledEvent } from './journal.ts';

/** Of the package whose protocol this is. */
export const PROTOCOL_VERSION = '0.7.2';

export interface StatelyOptions {
  /** Id of the run. */
  readonly run: string;
  /** The machine as JSON text. */
  readonly definition: string;
}

export interface StatelyStream {
  /** What a step is in the protocol, in the order in which it is to be sent. */
  messagesOf(entry: JournalEntry): StatelyInspectionEvent[];
}

export function statelyStream({ run, definition }: StatelyOptions): StatelyStream {
  const known = new Set<string>();
  let isBegun = false;
  const common = ({ seq, at }: JournalEntry) => ({
    rootId: run,
    id: `${seq}`,
    createdAt: `${at}`,
    _version: PROTOCOL_VERSION,
  });
  const actor = (entry: JournalEntry, sessionId: string, name: string): StatelyActorEvent => ({
    ...common(entry),
    type: '@xstate.actor',
    sessionId,
    name,
    ...(sessionId === run
      ? { definition, parentId: undefined, snapshot: snapshotOf(entry) }
      : {
          definition: JSON.stringify({ id: name }),
          parentId: run,
          snapshot: { status: 'active' },
        }),
  });
  const sourceOf = (entry: JournalEntry): { id: string; name: string } | null => {
    const name = senderOf(entry);
    return name === null ? null : { id: `${run}/${name}`, name };
  };
  return {
    messagesOf(entry) {
      const isFirst = !isBegun;
      isBegun = true;
      if (isFirst) return [actor(entry, run, 'oneshot')];
      const source = sourceOf(entry);
      const isNew = source !== null && !known.has(source.id);
      if (source) known.add(source.id);
      return [
        ...(isNew ? [actor(entry, source.id, source.name)] : []),
        { ...common(entry), ...eventOf(entry), sessionId: run, sourceId: source?.id },
        { ...common(entry), ...snapshotEventOf(entry), sessionId: run },
      ];
    },
  };
}

function eventOf({ event }: JournalEntry): Pick<StatelyEventEvent, 'type' | 'event'> {
  return { type: '@xstate.event', event };
}

/** The protocol sends snapshots as JSON, so of the machine's only what survives that is there. */
function snapshotEventOf(
  entry: JournalEntry,
): Pick<StatelySnapshotEvent, 'type' | 'event' | 'snapshot'> {
  const snapshot = snapshotOf(entry) as unknown as StatelySnapshotEvent['snapshot'];
  return { type: '@xstate.snapshot', event: entry.event, snapshot };
}

function snapshotOf({ status, value, context }: JournalEntry) {
  return { status, value, context, children: {} };
}

/** Who sent the event of a step, by name; `null` for a person, the host and the machine's own timers. */
function senderOf({ event, context }: JournalEntry): string | null {
  switch (kindOf(event)) {
    case 'agent':
      return context.attempt ? attemptName(attemptOf(event, context.attempt)) : null;
    case 'checks':
      return 'checks';
    case 'actor':
      return event.type.split('.').at(-1) ?? null;
    case 'other':
      return null;
  }
}

function kindOf({ type }: JournaledEvent): 'agent' | 'checks' | 'actor' | 'other' {
  if (type.startsWith('agent.')) return 'agent';
  if (type.startsWith('checks.')) return 'checks';
  return /^xstate\.(done|error)\.actor\./.test(type) ? 'actor' : 'other';
}

type Attempt = NonNullable<JournalEntry['context']['attempt']>;

/** An event of an older attempt names it. */
function attemptOf(event: JournaledEvent, current: Attempt): Pick<Attempt, 'number' | 'role'> {
  const number =
    'attempt' in event && typeof event.attempt === 'number' ? event.attempt : current.number;
  return { number, role: current.role };
}
