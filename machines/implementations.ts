/**
 * The names that the statechart uses, and what they mean: guards and updates here, actors as names only, since a pure
 * module cannot do anything. The host supplies the actors.
 */
import { assertEvent, assign, fromEventObservable, fromPromise, setup } from 'xstate';
import {
  exhaustionOf,
  isBudget,
  iterationsMessage,
  leavesBudget,
  spentBudget,
  timeLeft,
} from './budgets.ts';
import type { FailureReason, LifecycleContext, LifecycleInput, Phase } from './context.ts';
import { currentAttempt } from './context.ts';
import type { AttemptEnd, AttemptPlan, EndReason, Findings, Role, Verdict } from './contracts.ts';
import type { AgentEvent, CheckEvent, LifecycleEvent, Recovered } from './events.ts';
import * as failing from './failure-updates.ts';
import * as judged from './judgement-updates.ts';
import { noteLimit } from './limit-updates.ts';
import { isStalled } from './standstill.ts';
import * as update from './updates.ts';

/** What recovery is asked: which attempt to examine, and how it is known to have ended. */
export interface RecoveryRequest {
  readonly number: number;
  readonly role: Role;
  /** Which of the role's agents. */
  readonly agent: number;
  readonly reason: EndReason;
}

/** Characters of an internal error's message that are recorded. */
const MESSAGE_LENGTH = 1_000;

/** Milliseconds between the starts of a role that keeps dying, at most. */
export const RETRY_PAUSE_CEILING_MS = 60_000;

export const implementations = setup({
  types: {
    context: {} as LifecycleContext,
    events: {} as LifecycleEvent,
    input: {} as LifecycleInput,
    tags: {} as 'ended',
  },
  actors: {
    agent: fromEventObservable<AgentEvent, AttemptPlan>(() => unprovided('agent')),
    checks: fromEventObservable<CheckEvent, AttemptPlan>(() => unprovided('checks')),
    recovery: fromPromise<Recovered, RecoveryRequest>(() => unprovided('recovery')),
    quotaReset: fromPromise<void, { readonly resumeAt: number }>(() => unprovided('quotaReset')),
  },
  delays: {
    inactivity: ({ context }) => context.limits.inactivityMs,
    attemptCeiling: ({ context }) => timeLeft(context),
    retryPause: ({ context }) => retryPause(context),
  },
  guards: {
    ofThisAttempt: ({ context, event }) => attemptOf(event) === context.attempt?.number,
    isWorker: ({ context }) => context.attempt?.role === 'worker',
    hasChecks: ({ context }) => context.hasChecks,
    checksPassed: ({ event }) => event.type === 'checks.ended' && event.feedback === null,
    endedCleanly: ({ event }) => isClean(endOf(event)),
    verdictIs: ({ event }, { kind }: { kind: Verdict['kind'] }) =>
      endOf(event)?.verdict?.kind === kind,
    /** A verdict is for the files that the checks passed on, and these are still there. */
    judgesCheckedTree: ({ context, event }) => judged.judgesCheckedTree(context, requireEnd(event)),
    /** What the checks said is not known of the files as they are. */
    checksOutdated: ({ context }) => context.hasChecks && context.work?.checks.length === 0,
    found: ({ event }, { kind }: { kind: Findings['kind'] }) => findingsOf(event)?.kind === kind,
    diesForGood: ({ event }) => fatalReason(endOf(event)) !== null,
    /** With the death that this event reports, is there a start left in this iteration? */
    attemptsLeft: ({ context, event }) => deathsWith(context, event) < attemptLimit(context),
    iterationsLeft: ({ context }) =>
      context.repeatsIteration || context.iteration < context.limits.maxIterations,
    /** The last rounds found the same in the same files: another one would only cost as much again. */
    stalled: ({ context }) => isStalled(context),
    failedStalled: ({ context }) => context.reason === 'stalled',
    /** Also for another agent, which is there at once. */
    waitsOnLimit: ({ context }) => context.limits.onLimit !== 'stop',
    stoppedForLimit: ({ context }) => context.reason === 'usageLimit',
    /** A budget is spent, or oneshot was lost too often: nothing is started any more. */
    exhausted: ({ context }) => exhaustionOf(context) !== null,
    /** With what this event tells. */
    overspends: ({ context, event }) => {
      assertEvent(event, 'agent.spent');
      return spentBudget({ ...context, ...update.noteSpent(context, event) }) !== null;
    },
    /** The same with what this end tells. */
    exhausts: ({ context, event }) =>
      exhaustionOf({ ...context, ...update.takeUsage(context, requireEnd(event)) }) !== null,
    failedForBudget: ({ context }) => isBudget(context.reason),
    /** The run failed where an audit was next, not a worker. */
    awaitsAudit: ({ context }) =>
      context.failedIn === 'auditPending' ||
      (context.attempt?.role === 'auditor' && context.failedIn !== 'reiterationPending'),
    failedInternally: ({ context }) => context.reason === 'internalError',
    budgetSuffices: ({ context, event }) => {
      assertEvent(event, 'run.extend');
      return leavesBudget(context, event.limits);
    },
    cameFrom: ({ context }, { phases }: { phases: readonly Phase[] }) =>
      phases.includes(context.phase),
  },
  actions: {
    enterPhase: assign((_, { phase }: { phase: Phase }) => update.enterPhase(phase)),
    beginIteration: assign(({ context }) => update.beginIteration(context)),
    beginAttempt: assign(({ context }, { role }: { role: Role }) =>
      update.beginAttempt(context, role),
    ),
    clearReason: assign(() => update.clearReason()),
    recallEnd: assign(({ context }) => update.recallEnd(context)),
    forgetDeaths: assign(() => update.forgetDeaths()),
    attach: assign(({ context, event }) => {
      const findings = findingsOf(event);
      return findings?.kind === 'alive' ? update.attach(context, findings.pid, findings.ranMs) : {};
    }),
    noteStarted: assign(({ context, event }) => {
      assertEvent(event, 'agent.started');
      return update.noteStarted(context, event.pid);
    }),
    noteEnd: assign(({ context }, { reason }: { reason: EndReason }) =>
      update.noteEnd(context, reason, null),
    ),
    noteOwnEnd: assign(({ context, event }) => {
      const end = requireEnd(event);
      return update.noteEnd(context, end.reason, end.message);
    }),
    acceptWork: assign(({ context, event }) => judged.acceptWork(context, requireEnd(event))),
    acceptChecks: assign(({ context, event }) => {
      assertEvent(event, 'checks.ended');
      return judged.acceptChecks(context, event.results, event.tree);
    }),
    takeFailedChecks: assign(({ context, event }) => {
      assertEvent(event, 'checks.ended');
      const { feedback, results } = event;
      return feedback ? judged.takeFailedChecks(context, results, feedback, event.tree) : {};
    }),
    takeVerdict: assign(({ context, event }) => judged.takeVerdict(context, requireEnd(event))),
    refuseAnswer: assign(({ context, event }) => judged.refuseAnswer(context, requireEnd(event))),
    takePartial: assign(({ context, event }) => {
      const findings = findingsOf(event);
      if (findings?.kind !== 'partial') return {};
      return update.takePartial(context, findings.end, findings.summary);
    }),
    noteDeath: assign(({ context, event }) => update.noteDeath(context, requireEnd(event))),
    noteUsage: assign(({ context, event }) => update.takeUsage(context, requireEnd(event))),
    noteLimit: assign(({ context, event }) => {
      const findings = findingsOf(event);
      if (findings?.kind !== 'limited') return {};
      return noteLimit(context, findings.end, findings.resumeAt, findings.summary);
    }),
    failDead: assign(({ context, event }) => {
      const end = requireEnd(event);
      return failing.fail(fatalReason(end) ?? `${currentAttempt(context).role}Dead`, end.message);
    }),
    failUnjudged: assign(({ context }) => failing.failUnjudged(context)),
    failIterations: assign(({ context }) =>
      failing.failForBudget(context, 'maxIterations', iterationsMessage(context)),
    ),
    failStalled: assign(({ context }) => failing.failStalled(context)),
    forgetStandstill: assign(() => failing.forgetStandstill()),
    failExhausted: assign(({ context }) => failing.failExhausted(context)),
    noteSpent: assign(({ context, event }) => {
      assertEvent(event, 'agent.spent');
      return update.noteSpent(context, event);
    }),
    failInternally: assign(({ event }) => failing.fail('internalError', errorMessage(event))),
    noteInterruption: assign(({ context, event }) => {
      assertEvent(event, 'run.interrupt');
      return update.noteInterruption(context, event.reason);
    }),
    extendLimits: assign(({ context, event }) => {
      assertEvent(event, 'run.extend');
      return update.extendLimits(context, event.limits);
    }),
  },
});

/** What recovery is to examine: the attempt of the context, with the first reason of its end. */
export function recoveryRequest(context: LifecycleContext): RecoveryRequest {
  const { number, role, agent, endReason } = currentAttempt(context);
  return { number, role, agent, reason: endReason ?? 'interrupted' };
}

function attemptOf(event: LifecycleEvent): number | null {
  if (event.type === 'xstate.done.actor.recovery') return event.output.attempt;
  return 'attempt' in event ? event.attempt : null;
}

function findingsOf(event: LifecycleEvent): Findings | null {
  return event.type === 'xstate.done.actor.recovery' ? event.output.findings : null;
}

function endOf(event: LifecycleEvent): AttemptEnd | null {
  if (event.type === 'agent.ended') return event.end;
  const findings = findingsOf(event);
  return findings && findings.kind !== 'alive' ? findings.end : null;
}

function requireEnd(event: LifecycleEvent): AttemptEnd {
  const end = endOf(event);
  if (!end) throw new Error(`The event ${event.type} tells of no end of an attempt.`);
  return end;
}

function isClean(end: AttemptEnd | null): boolean {
  return end?.class === 'clean' && end.result !== null;
}

/** Ends that another try would only repeat. */
function fatalReason(end: AttemptEnd | null): FailureReason | null {
  switch (end?.class) {
    case 'notFound':
      return 'agentNotFound';
    case 'unauthorized':
      return 'unauthorized';
    case 'contextTooLong':
      return 'contextTooLong';
    case 'clean':
    case 'limited':
    case 'crashed':
    case 'empty':
    case 'stopped':
    case undefined:
      return null;
  }
}

function deathsWith(context: LifecycleContext, event: LifecycleEvent): number {
  const attempt = currentAttempt(context);
  const counts = update.countsAsDeath(attempt, requireEnd(event));
  return context.deaths[attempt.role] + (counts ? 1 : 0);
}

function attemptLimit(context: LifecycleContext): number {
  const { workerAttempts, auditorAttempts } = context.limits;
  return currentAttempt(context).role === 'worker' ? workerAttempts : auditorAttempts;
}

function retryPause(context: LifecycleContext): number {
  const deaths = context.deaths[currentAttempt(context).role];
  if (deaths === 0) return 0;
  return Math.min(context.limits.retryPauseMs * 2 ** (deaths - 1), RETRY_PAUSE_CEILING_MS);
}

function errorMessage(event: LifecycleEvent): string {
  const error = 'error' in event ? event.error : null;
  const isError = typeof error === 'object' && error !== null && 'message' in error;
  return `${isError ? error.message : error}`.slice(0, MESSAGE_LENGTH);
}

function unprovided(name: string): never {
  throw new Error(`The actor "${name}" is supplied by the host: lifecycle.provide({ actors }).`);
}
