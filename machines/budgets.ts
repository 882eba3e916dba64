/** What a run may use up at most, whatever kills and resumes it: everything that counts lies in the context. */
import type { LifecycleContext } from './context.ts';
import type { Limits, Usage } from './contracts.ts';
import { addUsage } from './usage.ts';

/** The budgets that a run can fail for, besides its iterations. */
export type SpentBudget = 'maxCost' | 'maxTokens' | 'maxTime';

/** The budget that is used up, or `null`. What no agent tells is not known to be spent. */
export function spentBudget(context: LifecycleContext): SpentBudget | null {
  const { maxCostUsd, maxTokens, maxTimeMs } = context.limits;
  const usage = usageSoFar(context);
  if (maxCostUsd !== null && (usage.costUsd ?? 0) >= maxCostUsd) return 'maxCost';
  if (maxTokens !== null && tokensOf(usage) >= maxTokens) return 'maxTokens';
  return maxTimeMs !== null && timeSoFar(context) >= maxTimeMs ? 'maxTime' : null;
}

/** Why nothing may be started any more, or `null`. */
export function exhaustionOf(context: LifecycleContext): SpentBudget | 'crashLoop' | null {
  return context.losses >= context.limits.maxLosses ? 'crashLoop' : spentBudget(context);
}

/** Milliseconds that the attempt may go on: up to its own ceiling, or to the end of the run's time. */
export function timeLeft(context: LifecycleContext): number {
  const { attemptMs, maxTimeMs } = context.limits;
  const ranMs = context.attempt?.ranMs ?? 0;
  const ofRun = maxTimeMs === null ? Number.POSITIVE_INFINITY : maxTimeMs - context.activeMs;
  return Math.max(0, Math.min(attemptMs, ofRun) - ranMs);
}

/** What was used, and what to type to go on. */
export function exhaustionMessage(
  budget: SpentBudget | 'crashLoop',
  context: LifecycleContext,
): string {
  const usage = usageSoFar(context);
  const next = (flag: string) => `To go on: oneshot resume ${flag} with a larger number.`;
  switch (budget) {
    case 'crashLoop':
      return (
        `oneshot was lost ${context.losses} times in a row under an attempt that had nothing to show for it. ` +
        'Find out what ends it (memory, disk); then: oneshot resume.'
      );
    case 'maxCost':
      return `$${(usage.costUsd ?? 0).toFixed(4)} of $${context.limits.maxCostUsd} are spent. ${next('--max-cost')}`;
    case 'maxTokens':
      return `${tokensOf(usage)} of ${context.limits.maxTokens} tokens are used. ${next('--max-tokens')}`;
    case 'maxTime':
      return `The agents worked for ${seconds(timeSoFar(context))} of ${seconds(context.limits.maxTimeMs ?? 0)}. ${next('--max-time')}`;
  }
}

/** Whether the run failed for something that can be made larger. */
export function isBudget(reason: string | null): boolean {
  return ['maxIterations', 'maxCost', 'maxTokens', 'maxTime'].includes(reason ?? '');
}

export function iterationsMessage({ iteration, limits }: LifecycleContext): string {
  return (
    `All ${limits.maxIterations} iterations are used up. ` +
    `To go on: oneshot resume --max-iterations ${iteration + 1} (or more).`
  );
}

/** Whether larger limits leave something of the budget that ended the run. */
export function leavesBudget(context: LifecycleContext, change: Partial<Limits>): boolean {
  if (!isBudget(context.reason)) return false;
  const limits = { ...context.limits, ...change };
  const hasIteration =
    context.reason !== 'maxIterations' || context.iteration < limits.maxIterations;
  return hasIteration && spentBudget({ ...context, limits }) === null;
}

/** With what the attempt that is going on, or was cut off, is known to have used. */
function usageSoFar({ usage, attempt, usageUpTo }: LifecycleContext): Usage {
  const ended = addUsage(usage.worker, usage.auditor);
  const isCounted = !attempt || attempt.number <= usageUpTo;
  return isCounted ? ended : addUsage(ended, attempt.spent);
}

function timeSoFar({ activeMs, attempt, usageUpTo }: LifecycleContext): number {
  return activeMs + (attempt && attempt.number > usageUpTo ? attempt.ranMs : 0);
}

function tokensOf({ inputTokens, outputTokens }: Usage): number {
  return (inputTokens ?? 0) + (outputTokens ?? 0);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
