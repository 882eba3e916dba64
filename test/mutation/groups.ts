/**
 * What is mutated, and the tests that have to notice: pure code that decides, and fast tests without processes. A mutant
 * is shown to the tests of its group only, so a group is as small as what it decides about.
 */
export interface Group {
  /** Sources, as paths from the root. */
  readonly mutate: readonly string[];
  /** Tests, as paths from the root. */
  readonly tests: readonly string[];
}

export const GROUPS: Readonly<Record<string, Group>> = {
  verdict: {
    mutate: [
      'machines/verdict*.ts',
      'machines/fenced-blocks.ts',
      'machines/json-objects.ts',
      'machines/json-reader.ts',
      'machines/plain-text.ts',
    ],
    tests: [
      'test/machines/verdict.test.ts',
      'test/machines/verdict-content.test.ts',
      'test/machines/verdict-diagnosis.test.ts',
      'test/machines/verdict-lines.test.ts',
      'test/machines/verdict-standing.test.ts',
      'test/machines/fenced-blocks.test.ts',
      'test/machines/json-objects.test.ts',
    ],
  },
  quota: {
    mutate: [
      'machines/quota-time.ts',
      'machines/moments-in-text.ts',
      'machines/durations-in-text.ts',
      'machines/time-zones.ts',
      'machines/zone-names.ts',
    ],
    tests: [
      'test/machines/quota-time.test.ts',
      'test/machines/moments-in-text.test.ts',
      'test/machines/durations-in-text.test.ts',
      'test/machines/time-zones.test.ts',
      'test/machines/zone-names.test.ts',
    ],
  },
  ends: {
    mutate: [
      'machines/judgement.ts',
      'machines/outcome.ts',
      'actors/agents/*-failure.ts',
      'actors/agents/words.ts',
      'actors/attempt-time.ts',
    ],
    tests: [
      'test/machines/judgement.test.ts',
      'test/machines/outcome.test.ts',
      'test/actors/agents/failures.test.ts',
      'test/actors/agents/recorded-endings.test.ts',
      'test/actors/agents/words.test.ts',
      'test/actors/attempt-time.test.ts',
    ],
  },
  lifecycle: {
    mutate: [
      'machines/lifecycle*.ts',
      'machines/recovery-state.ts',
      'machines/implementations.ts',
      'machines/budgets.ts',
      'machines/updates.ts',
      'machines/judgement-updates.ts',
      'machines/failure-updates.ts',
      'machines/limit-updates.ts',
      'machines/agent-turns.ts',
      'machines/context.ts',
      'machines/usage.ts',
      'machines/effectless.ts',
    ],
    tests: [
      'test/machines/lifecycle.test.ts',
      'test/machines/lifecycle-memory.test.ts',
      'test/machines/lifecycle-rules.test.ts',
      'test/machines/lifecycle-timers.test.ts',
      'test/machines/updates.test.ts',
      'test/machines/judgement-updates.test.ts',
      'test/machines/agent-turns.test.ts',
      'test/machines/usage.test.ts',
      'test/machines/effectless.test.ts',
      'test/machines/lifecycle-ends.test.ts',
      'test/machines/budgets.test.ts',
    ],
  },
  convergence: {
    mutate: ['machines/findings-ledger.ts', 'machines/standstill.ts'],
    tests: [
      'test/machines/findings-ledger.test.ts',
      'test/machines/standstill.test.ts',
      'test/machines/lifecycle.test.ts',
    ],
  },
  texts: {
    mutate: ['machines/prompts.ts', 'machines/changes.ts'],
    tests: ['test/machines/changes.test.ts', 'test/machines/prompts.test.ts'],
  },
};
