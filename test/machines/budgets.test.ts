import { describe, expect, it } from '@jest/globals';
import * as budgets from '../../machines/budgets.ts';
import { initialContext, type LifecycleContext } from '../../machines/context.ts';
import type { Limits, Usage } from '../../machines/contracts.ts';
import { beginAttempt } from '../../machines/updates.ts';
import * as on from './lifecycle-events.ts';

const used = (inputTokens: number | null, outputTokens: number | null, costUsd: number | null) => ({
  inputTokens,
  outputTokens,
  costUsd,
});
const NOTHING = used(null, null, null);

/** Two attempts have ended, which used what `ended` says; a third is going on. */
function run({
  limits = {},
  ended = { worker: NOTHING, auditor: NOTHING },
  spent = NOTHING,
  ranMs = 0,
  ...rest
}: Partial<Omit<LifecycleContext, 'limits'>> & {
  readonly limits?: Partial<Limits>;
  readonly ended?: { readonly worker: Usage; readonly auditor: Usage };
  readonly spent?: Usage;
  readonly ranMs?: number;
} = {}): LifecycleContext {
  const first = initialContext(on.input({ limits }));
  const { attempt } = { ...first, ...beginAttempt(first, 'worker') };
  const third = attempt && { ...attempt, number: 3, spent, ranMs };
  return { ...first, attempt: third, usage: ended, usageUpTo: 2, ...rest };
}

describe('A budget is spent', () => {
  it('when the money of both roles and of the attempt that is going on reaches it', () => {
    const limits = { maxCostUsd: 6 };
    const ended = { worker: used(1, 1, 1), auditor: used(1, 1, 2) };
    expect(budgets.spentBudget(run({ limits, ended, spent: used(1, 1, 2.9) }))).toBeNull();
    expect(budgets.spentBudget(run({ limits, ended, spent: used(1, 1, 3) }))).toBe('maxCost');
  });

  it('when the tokens that were read and written reach it', () => {
    const limits = { maxTokens: 21 };
    const ended = { worker: used(1, 2, 1), auditor: used(3, 4, 2) };
    expect(budgets.spentBudget(run({ limits, ended, spent: used(5, 5, 1) }))).toBeNull();
    expect(budgets.spentBudget(run({ limits, ended, spent: used(5, 6, 1) }))).toBe('maxTokens');
    expect(budgets.spentBudget(run({ limits, ended, spent: used(11, null, 1) }))).toBe('maxTokens');
    expect(budgets.spentBudget(run({ limits, ended, spent: used(null, 11, 1) }))).toBe('maxTokens');
  });

  it('when the time of what has ended and of what is going on reaches it', () => {
    const limits = { maxTimeMs: 100 };
    expect(budgets.spentBudget(run({ limits, activeMs: 60, ranMs: 39 }))).toBeNull();
    expect(budgets.spentBudget(run({ limits, activeMs: 60, ranMs: 40 }))).toBe('maxTime');
    expect(budgets.spentBudget(run({ limits, activeMs: 100, attempt: null }))).toBe('maxTime');
  });

  it('without counting the attempt twice whose end is in the sums already', () => {
    const limits = { maxCostUsd: 2, maxTimeMs: 100 };
    const ended = { worker: used(1, 1, 1), auditor: NOTHING };
    const counted = { limits, ended, spent: used(1, 1, 1), activeMs: 60, ranMs: 60, usageUpTo: 3 };
    expect(budgets.spentBudget(run(counted))).toBeNull();
    expect(budgets.spentBudget(run({ ...counted, usageUpTo: 4 }))).toBeNull();
  });

  it('never where there is no limit, or where no agent tells what it uses', () => {
    expect(budgets.spentBudget(run({ spent: used(1e9, 1e9, 1e9), ranMs: 1e12 }))).toBeNull();
    expect(budgets.spentBudget(run({ limits: { maxCostUsd: 1, maxTokens: 1 } }))).toBeNull();
    expect(budgets.spentBudget(run({ attempt: null, limits: { maxCostUsd: 1 } }))).toBeNull();
  });
});

describe('Nothing may be started any more', () => {
  it('when a budget is spent, or oneshot was lost too often in a row', () => {
    const limits = { maxLosses: 3, maxTimeMs: 10 };
    expect(budgets.exhaustionOf(run({ limits, losses: 2 }))).toBeNull();
    expect(budgets.exhaustionOf(run({ limits, losses: 3 }))).toBe('crashLoop');
    expect(budgets.exhaustionOf(run({ limits, activeMs: 10 }))).toBe('maxTime');
  });
});

describe('An attempt may go on', () => {
  it.each<readonly [string, Parameters<typeof run>[0], number]>([
    ['up to its own ceiling', { ranMs: 400 }, 9_600],
    [
      'up to the end of the time of the run',
      { limits: { maxTimeMs: 5_000 }, activeMs: 1_000, ranMs: 400 },
      3_600,
    ],
    [
      'up to its ceiling where the run has longer',
      { limits: { maxTimeMs: 50_000 }, activeMs: 1_000 },
      10_000,
    ],
    ['no more when its time is over', { ranMs: 10_001 }, 0],
    ['for the whole of it before it began', { attempt: null }, 10_000],
  ])('%s', (_, given, ms) => {
    expect(budgets.timeLeft(run(given))).toBe(ms);
  });
});

describe('The message of a run that may not go on', () => {
  const context = run({
    limits: { maxIterations: 3, maxCostUsd: 1.5, maxTokens: 100, maxTimeMs: 60_000 },
    iteration: 3,
    losses: 5,
    ended: { worker: used(50, 20, 1), auditor: used(10, null, 0.25) },
    spent: used(20, 5, 0.25),
    activeMs: 58_000,
    ranMs: 3_400,
  });

  it.each([
    [
      'maxCost',
      '$1.5000 of $1.5 are spent. To go on: oneshot resume --max-cost with a larger number.',
    ],
    [
      'maxTokens',
      '105 of 100 tokens are used. To go on: oneshot resume --max-tokens with a larger number.',
    ],
    [
      'maxTime',
      'The agents worked for 61 s of 60 s. To go on: oneshot resume --max-time with a larger number.',
    ],
    [
      'crashLoop',
      'oneshot was lost 5 times in a row under an attempt that had nothing to show for it. Find out what ends it (memory, disk); then: oneshot resume.',
    ],
  ] as const)('says for %s what was used and what to type', (budget, message) => {
    expect(budgets.exhaustionMessage(budget, context)).toBe(message);
  });

  it('says how many iterations there were, and names a number that is enough', () => {
    expect(budgets.iterationsMessage(context)).toBe(
      'All 3 iterations are used up. To go on: oneshot resume --max-iterations 4 (or more).',
    );
  });
});

describe('Larger limits', () => {
  it.each([
    ['maxIterations', true],
    ['maxCost', true],
    ['maxTokens', true],
    ['maxTime', true],
    ['crashLoop', false],
    ['workerDead', false],
    [null, false],
  ])('help a run that failed for %s: %s', (reason, helps) => {
    expect(budgets.isBudget(reason)).toBe(helps);
    const context = run({ reason, limits: { maxIterations: 3 }, iteration: 1 });
    expect(budgets.leavesBudget(context, {})).toBe(helps);
  });

  it('leave something only when they are larger than what is used', () => {
    const iterations = run({ reason: 'maxIterations', limits: { maxIterations: 3 }, iteration: 3 });
    expect(budgets.leavesBudget(iterations, { maxIterations: 3 })).toBe(false);
    expect(budgets.leavesBudget(iterations, { maxIterations: 4 })).toBe(true);
    const cost = run({
      reason: 'maxCost',
      limits: { maxCostUsd: 1 },
      spent: used(1, 1, 2),
      iteration: 3,
    });
    expect(budgets.leavesBudget(cost, { maxCostUsd: 2 })).toBe(false);
    expect(budgets.leavesBudget(cost, { maxCostUsd: 2.1 })).toBe(true);
    expect(budgets.leavesBudget(cost, { maxCostUsd: null })).toBe(true);
  });
});
