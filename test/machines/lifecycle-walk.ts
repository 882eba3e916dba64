/** All kinds of events, and what of a run decides about its course: what XState's path functions need to end. */
import { spentBudget } from '../../machines/budgets.ts';
import type { LifecycleInput } from '../../machines/context.ts';
import type { LifecycleEvent } from '../../machines/events.ts';
import type { Step } from './lifecycle-events.ts';
import * as on from './lifecycle-events.ts';
import type { Run } from './lifecycle-runs.ts';
import { eventOf, stateOf } from './lifecycle-runs.ts';

const verdicts = ['done', 'retry', 'impossible', 'unreadable'] as const;
const reasons = ['exited', 'inactivity', 'orchestratorLost'] as const;
const actors = ['worker', 'auditor', 'checks', 'recovery', 'quotaReset'] as const;

/** Iterations that a walk has at most; a person could always grant more. */
export const LARGEST_BUDGET = 2;

/** Tokens that a walk comes to the end of. */
const SMALL_BUDGET = 100;

/** Said of files that the checks have not passed on. */
const otherFiles = on.answer('done', { tree: { before: 'other', after: 'other', skipped: [] } });

/** One of each kind of event that can make a difference. */
const alphabet: readonly Step[] = [
  on.start,
  on.resume,
  on.restarted,
  on.activity,
  on.quotaReset,
  on.interrupt(),
  on.extend(1),
  on.extend(LARGEST_BUDGET),
  on.started(4711),
  on.ofOlderAttempt(on.started(4711)),
  on.ended(on.cleanEnd()),
  on.ended(on.end()),
  on.ofOlderAttempt(on.ended(on.cleanEnd())),
  ...verdicts.flatMap((kind) => [on.ended(on.answer(kind)), on.success(on.answer(kind))]),
  on.checksPass,
  on.checksPassOn('tree'),
  on.checksFail,
  on.ended(otherFiles),
  on.success(otherFiles),
  on.ofOlderAttempt(on.checksPass),
  on.alive,
  on.ofOlderAttempt(on.alive),
  ...reasons.flatMap((reason) => [on.partial(reason), on.dead(reason)]),
  on.dead('spawnFailed', 'notFound'),
  on.limited(on.ENDED_AT + 1),
  ...(['worker', 'auditor'] as const).flatMap((role) => [on.silence(role), on.ceiling(role)]),
  on.pauseOver,
  on.audit,
  on.reiterate,
  ...actors.map(on.broken),
];

/** What decides about the budgets of tokens, and about losses. */
const spending: readonly Step[] = [
  on.start,
  on.restarted,
  on.spent(on.usage(SMALL_BUDGET / 2), 1),
  on.spent(on.usage(SMALL_BUDGET), 1),
  on.ofOlderAttempt(on.spent(on.usage(SMALL_BUDGET), 1)),
  on.ended(on.cleanEnd({ usage: on.usage(SMALL_BUDGET) })),
  on.ended({ ...on.answer('retry'), usage: on.usage(SMALL_BUDGET) }),
  on.ended(on.cleanEnd()),
  on.ended(on.answer('retry')),
  on.ended(on.end()),
  on.partial('orchestratorLost'),
  on.dead('orchestratorLost'),
  on.deadOf(on.end({ usage: on.usage(SMALL_BUDGET) })),
  on.limitedOf(on.end({ class: 'limited', usage: on.usage(SMALL_BUDGET) })),
  on.quotaReset,
  on.pauseOver,
  on.audit,
  on.reiterate,
  on.extendBy({ maxTokens: 10 * SMALL_BUDGET }),
  on.extend(3),
  on.resume,
  on.ended(on.answer('done')),
  on.ended(on.answer('impossible')),
];

/** The events of runs in which nothing goes wrong but that agents come to their usage limits. */
const limitedOnly: readonly Step[] = [
  on.start,
  on.resume,
  on.restarted,
  on.interrupt(),
  on.quotaReset,
  on.ended(on.cleanEnd()),
  on.ended(on.end()),
  on.ended(on.answer('done')),
  on.ended(on.answer('impossible')),
  on.limited(on.ENDED_AT + 1),
  on.dead(),
  on.pauseOver,
  on.audit,
];

/** The few events of runs in which nothing goes wrong. */
const calm: readonly Step[] = [
  on.start,
  on.ended(on.cleanEnd()),
  ...verdicts.map((kind) => on.ended(on.answer(kind))),
  on.audit,
  on.reiterate,
];

/** What decides about standing still. */
const standing: readonly Step[] = [
  ...calm,
  on.checksPass,
  on.checksFailOn('tree'),
  on.ended(on.answer('retry', { tree: { before: 'tree', after: 'tree', skipped: [] } })),
  on.resume,
];

export interface Walk {
  readonly input: LifecycleInput;
  readonly serializeState: (run: Run) => string;
  readonly events: (run: Run) => LifecycleEvent[];
}

/** Runs with checks and runs with agents to fall back on, of one iteration that can be extended to the largest budget. */
export const walks: readonly Walk[] = [
  walk(
    alphabet,
    on.input({ hasChecks: true, limits: { maxIterations: 1, onLimit: 'stop', maxLosses: 1_000 } }),
  ),
  walk(
    alphabet,
    on.input({ hasChecks: false, limits: { maxIterations: 1, onLimit: 'wait', maxLosses: 1_000 } }),
  ),
  walk(spending, on.input({ limits: { maxIterations: 2, maxTokens: SMALL_BUDGET, maxLosses: 2 } })),
  walk(standing, on.input({ hasChecks: true, limits: { maxIterations: 4 } })),
  walk(
    limitedOnly,
    on.input({
      agentCounts: { worker: 2, auditor: 2 },
      limits: { maxIterations: 1, onLimit: 'fallback', maxLosses: 1_000 },
    }),
  ),
];

/** With every attempt told apart, so that each path is a run of its own. */
export const calmWalk: Walk = {
  ...walk(calm, on.input({ limits: { maxIterations: LARGEST_BUDGET } })),
  serializeState: (run) => `${essence(run)} ${run.context.attempt?.number}`,
};

function walk(steps: readonly Step[], input: LifecycleInput): Walk {
  return {
    input,
    serializeState: essence,
    events: (run) => steps.map((step) => eventOf(step, run)).filter(isPossibleIn(run)),
  };
}

/** Only an actor that is there can break. */
function isPossibleIn(run: Run): (event: LifecycleEvent) => boolean {
  const prefix = 'xstate.error.actor.';
  return ({ type }) => !type.startsWith(prefix) || type.slice(prefix.length) in run.children;
}

const essences = new WeakMap<Run, string>();

/** What decides about the course; what only counts up or is only shown is left out, so that the walk ends. */
export function essence(run: Run): string {
  const known = essences.get(run) ?? essenceOf(run);
  essences.set(run, known);
  return known;
}

function essenceOf(run: Run): string {
  const { attempt, iteration, deaths, repeatsIteration, reason, limits, phase } = run.context;
  const { losses, failedIn, turns, work, standstill } = run.context;
  const isDecisive =
    reason &&
    ['usageLimit', 'maxIterations', 'maxTokens', 'internalError', 'stalled'].includes(reason);
  return JSON.stringify([
    stateOf(run),
    phase,
    attempt && [attempt.role, attempt.counted],
    iteration,
    deaths,
    repeatsIteration,
    standstill && [standstill.found.length, standstill.rounds],
    work && [work.checks.length, work.checkedTree],
    isDecisive && reason,
    limits.maxIterations,
    limits.maxTokens,
    limits.maxLosses < 10 && losses,
    isDecisive && failedIn,
    spentBudget(run.context),
    limits.onLimit === 'fallback' &&
      Object.values(turns).map(({ limitedUntil }) => limitedUntil.filter((end) => end > 0).length),
  ]);
}
