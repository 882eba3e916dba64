import { lifecycle } from '../machines/lifecycle.ts';
import { asMachineEvent, snapshotOf } from './fold.ts';
import type { JournalEntry } from './journal.ts';

type Transition = ReturnType<typeof lifecycle.getTransitionData>[number];

/**
 * The moves of the statechart that led from one entry of the journal to the next, by the names that the chart has in its
 * `data-moves`. None for the first entry, and none where this machine would not have moved.
 */
export function takenMoves(before: JournalEntry | null, { event }: JournalEntry): string[] {
  if (!before) return [];
  try {
    return lifecycle.getTransitionData(snapshotOf(before), asMachineEvent(event)).map(moveId);
  } catch {
    // The record of another machine: its states are not on this chart.
    return [];
  }
}

function moveId(transition: Transition): string {
  const { source, eventType } = transition;
  const place = source.transitions.get(eventType)?.indexOf(transition) ?? 0;
  return `${source.path.join('.') || 'root'}/${eventType}/${place}`;
}
