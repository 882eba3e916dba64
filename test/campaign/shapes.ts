/** The courses of runs that are killed: what the agents do (test/fixtures/campaign/claude), and what oneshot is told. */
export interface Shape {
  readonly name: string;
  /** Flags of its own. */
  readonly flags?: readonly string[];
  /** Milliseconds of silence after which an agent hangs. */
  readonly inactivityMs?: number;
}

export const SHAPES: readonly [Shape, ...Shape[]] = [
  { name: 'once' },
  { name: 'again' },
  // The worker hangs in the middle of its work: salvaged, and gone on with.
  { name: 'hang', inactivityMs: 700 },
  // The worker has answered, and does not exit.
  { name: 'linger' },
  { name: 'partial' },
  { name: 'checks', flags: ['--check', 'check.sh'] },
  // The auditor crashes.
  { name: 'crash' },
  { name: 'impossible' },
  // The worker leaves a process in a session of its own.
  { name: 'orphan' },
];
