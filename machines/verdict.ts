import type { Verdict } from './contracts.ts';

/** What an auditor answered: its typed answer, where its CLI has such a channel, and its text. */
export interface AuditorAnswer {
  readonly structured: unknown;
  readonly text: string;
}

/** Reads an auditor's answer down the ladder of rungs. Never guesses: see {@link Verdict}. */
export function readVerdict(answer: AuditorAnswer): Verdict {
  return { kind: 'unreadable', diagnosis: `not read yet: ${answer.text.length}` };
}
