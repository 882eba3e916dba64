/**
 * Mutants that no test can notice, or that none should, each with the reason. An entry is for every mutant of that
 * source line whose replacement it names; one that matches nothing any more is told as stale.
 */
export interface Survivor {
  readonly file: string;
  /** A part of the mutated source line. */
  readonly line: string;
  /** A part of what the mutant puts there. */
  readonly replacement: string;
  readonly because: string;
}

/** For the compiler only: the case behind `??` cannot come. */
const NEVER = 'the value before it is always there';

export const SURVIVORS: readonly Survivor[] = [
  {
    file: 'actors/agents/gemini-failure.ts',
    line: "complaint.trim().split('\\n').at(-1) ?? ''",
    replacement: 'Stryker was here!',
    because: NEVER,
  },
  {
    file: 'actors/agents/words.ts',
    line: "let kind: 'text' | 'thinking' = 'text'",
    replacement: '""',
    because: 'the first words set it, and there is nothing to flush before them',
  },
  {
    file: 'actors/agents/stream-failure.ts',
    line: "{ evidence = '', login = '' }",
    replacement: 'Stryker was here!',
    because: "Stryker's words are in no class of failure",
  },
  {
    file: 'machines/judgement.ts',
    line: "evidence.complaint.trim().split('\\n').at(-1)",
    replacement: 'Stryker was here!',
    because: NEVER,
  },
  {
    file: 'machines/judgement.ts',
    line: "evidence.complaint.trim().split('\\n').at(-1)",
    replacement: '.at(-1).slice',
    because: NEVER,
  },
  {
    file: 'machines/judgement.ts',
    line: 'resumeAt: failure?.resumeAt ?? null',
    replacement: 'failure.resumeAt',
    because: 'an end is limited only by a failure',
  },
  {
    file: 'machines/judgement.ts',
    line: "case 'clean':",
    replacement: '""',
    because: 'for the compiler: a clean end has an answer and is a success before',
  },
];
