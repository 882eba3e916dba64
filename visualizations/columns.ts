/** Which column of the picture each state stands in: what a person decides about the layout. */
import type { Side } from './card.ts';

/** The columns from left to right, each from its top: a run that goes well goes right. */
const COLUMNS: readonly (readonly string[])[] = [
  ['created'],
  ['waitingForQuota', 'workerExecuting'],
  ['recoveryPending'],
  ['reiterationPending', 'auditPending', 'checksExecuting'],
  ['auditorExecuting'],
  ['completed', 'rejected', 'failed', 'interrupted'],
];

/** All states in the order of their columns. */
export const COLUMN_ORDER: readonly string[] = COLUMNS.flat();

export function columnOf(state: string): number {
  const column = COLUMNS.findIndex((states) => states.includes(state));
  if (column < 0) throw new Error(`The state ${state} has no column in visualizations/columns.ts.`);
  return column;
}

/** On which side of a state another one lies; a state of the same column is gone to by the right. */
export function sideOf(state: string, target: string): Side {
  return columnOf(target) < columnOf(state) ? 'left' : 'right';
}
