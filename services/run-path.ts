import type { StateValue } from 'xstate';
import type { JournalEntry } from './journal.ts';
import { readRun } from './run-record.ts';
import type { RunFolder } from './run-store.ts';
import { takenMoves } from './taken-moves.ts';

/** The way that a run took through the statechart. */
export interface RunPath {
  readonly id: string;
  /** How often each move was taken, by its name in the chart's `data-moves`. */
  readonly moves: ReadonlyMap<string, number>;
  /** Ids of the states that it was in: `workerExecuting`, `workerExecuting.live`. */
  readonly visited: ReadonlySet<string>;
  /** Those that it is in. */
  readonly current: ReadonlySet<string>;
}

export function runPath(folder: RunFolder): RunPath {
  const moves = new Map<string, number>();
  const visited = new Set<string>();
  let before: JournalEntry | null = null;
  const { last } = readRun(folder, (entry) => {
    for (const move of takenMoves(before, entry)) moves.set(move, (moves.get(move) ?? 0) + 1);
    for (const state of statesIn(entry.value)) visited.add(state);
    before = entry;
  });
  return { id: folder.id, moves, visited, current: new Set(statesIn(last.value)) };
}

function statesIn(value: StateValue, parent = ''): string[] {
  if (typeof value === 'string') return [parent + value];
  return Object.entries(value).flatMap(([state, inner]) => [
    parent + state,
    ...(inner === undefined ? [] : statesIn(inner, `${parent}${state}.`)),
  ]);
}
