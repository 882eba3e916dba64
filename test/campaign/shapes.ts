/** The courses of runs that are killed: what the agents do (test/fixtures/campaign/claude), and what oneshot is told. */
export interface Shape {
  readonly name: string;
  /** State and verdict at its end. */
  readonly end: 'completed done' | 'rejected impossible';
  /** A command that must pass before the work is judged. */
  readonly check?: string;
  /** Milliseconds of silence after which an agent hangs. */
  readonly inactivityMs?: number;
}

export const SHAPES: readonly [Shape, ...Shape[]] = [
  { name: 'once', end: 'completed done' },
  { name: 'again', end: 'completed done' },
  // The worker hangs in the middle of its work: salvaged, and gone on with.
  { name: 'hang', end: 'completed done', inactivityMs: 700 },
  // The worker has answered, and does not exit.
  { name: 'linger', end: 'completed done' },
  { name: 'partial', end: 'completed done' },
  { name: 'checks', end: 'completed done', check: 'check.sh' },
  // The auditor crashes.
  { name: 'crash', end: 'completed done' },
  { name: 'impossible', end: 'rejected impossible' },
  // The worker leaves a process in a session of its own.
  { name: 'orphan', end: 'completed done' },
];
