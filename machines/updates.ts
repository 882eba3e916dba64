/**
 * How each event changes the context: pure functions from context to the part that changes, one per action of the
 * statechart. The statechart names them; nothing here decides where to go. What concerns judgement, limits and failure
 * has a file of its own beside this one.
 */
import type { CurrentAttempt, LifecycleContext, Phase } from './context.ts';
import { currentAttempt, ROUNDS_KEPT } from './context.ts';
import type {
  AttemptEnd,
  EndReason,
  Limits,
  Role,
  Round,
  SalvagedSession,
  TextRef,
  Usage,
} from './contracts.ts';
import { PREVIEW_LENGTH, UNKNOWN_USAGE } from './contracts.ts';
import { addUsage } from './usage.ts';

export type Update = Partial<LifecycleContext>;

export function enterPhase(phase: Phase): Update {
  return { phase };
}

/** The next worker attempt in an iteration of its own, or in the same one when the last was cut short by us. */
export function beginIteration(context: LifecycleContext): Update {
  const { repeatsIteration: repeats, iteration, deaths } = context;
  return {
    attempt: nextAttempt(context, 'worker'),
    resumeAt: null,
    failedIn: null,
    reason: null,
    message: null,
    iteration: repeats ? iteration : iteration + 1,
    repeatsIteration: false,
    deaths: repeats ? deaths : { worker: 0, auditor: 0 },
    work: null,
    diagnosis: null,
  };
}

export function beginAttempt(context: LifecycleContext, role: Role): Update {
  const attempt = nextAttempt(context, role);
  return { attempt, resumeAt: null, failedIn: null, reason: null, message: null };
}

function nextAttempt(context: LifecycleContext, role: Role): CurrentAttempt {
  return {
    number: (context.attempt?.number ?? 0) + 1,
    role,
    agent: context.turns[role].current,
    attach: false,
    ranMs: 0,
    spent: UNKNOWN_USAGE,
    pid: null,
    endReason: null,
    counted: false,
  };
}

/** A person said to go on after a failure: what died before no longer counts. */
export function forgetDeaths(): Update {
  return { deaths: { worker: 0, auditor: 0 }, losses: 0 };
}

export function attach(context: LifecycleContext, pid: number, ranMs: number): Update {
  const attempt = { ...currentAttempt(context), attach: true, ranMs, pid, endReason: null };
  return { attempt, ...noReason };
}

export function noteStarted(context: LifecycleContext, pid: number): Update {
  return { attempt: { ...currentAttempt(context), pid } };
}

/** What the attempt has used up to now; each tells the whole of it. */
export function noteSpent(
  context: LifecycleContext,
  { usage, ranMs }: { readonly usage: Usage; readonly ranMs: number },
): Update {
  return { attempt: { ...currentAttempt(context), spent: usage, ranMs } };
}

/** The first reason of an end stands; what comes later is attached to it, never put in its place. */
export function noteEnd(
  context: LifecycleContext,
  reason: EndReason,
  message: string | null,
): Update {
  const attempt = currentAttempt(context);
  const endReason = attempt.endReason ?? reason;
  return { attempt: { ...attempt, endReason }, reason: endReason, message };
}

/** Usable work without a proper end: the next worker is told what was found. */
export function takePartial(context: LifecycleContext, end: AttemptEnd, summary: TextRef): Update {
  return {
    ...takeUsage(context, end),
    salvage: {
      attempt: currentAttempt(context).number,
      reason: end.reason,
      text: summary,
      session: salvagedSession(context, end),
    },
    rounds: remember(context, 'partial', summary.preview),
    repeatsIteration: isOurDoing(end.reason),
    reason: 'partial',
    message: end.message,
  };
}

/** A session is no good to go on with when its context is full. */
export function salvagedSession(
  { salvage }: LifecycleContext,
  end: AttemptEnd,
): SalvagedSession | null {
  if (end.sessionId === null || end.class === 'contextTooLong') return null;
  const before = salvage?.session?.id === end.sessionId ? salvage.session.usage : UNKNOWN_USAGE;
  return { id: end.sessionId, usage: addUsage(before, end.usage) };
}

/** A session that led to a death is not resumed again. */
export function noteDeath(context: LifecycleContext, end: AttemptEnd): Update {
  const { salvage } = context;
  return {
    ...takeUsage(context, end),
    salvage: salvage && { ...salvage, session: null },
    ...countDeath(context, end),
    reason: 'dead',
    message: end.message,
  };
}

export function noteInterruption(context: LifecycleContext, reason: string): Update {
  const isExecuting = context.phase.endsWith('Executing');
  const end = isExecuting ? noteEnd(context, 'interrupted', null) : {};
  return { ...end, ...takeSpent(context), reason, message: null };
}

export function clearReason(): Update {
  return noReason;
}

/** Back to the examination of an attempt: the reason is again how that attempt ended. */
export function recallEnd(context: LifecycleContext): Update {
  return { reason: context.attempt?.endReason ?? null, message: null };
}

/** A worker that was to be started once more goes on in its iteration. */
export function extendLimits(context: LifecycleContext, limits: Partial<Limits>): Update {
  const { failedIn, repeatsIteration: repeats } = context;
  const isWithin = failedIn !== null && failedIn !== 'reiterationPending';
  return { limits: { ...context.limits, ...limits }, repeatsIteration: repeats || isWithin };
}

/** Whether this end is one more death of its role: not when it was counted before, nor when it was our doing. */
export function countsAsDeath(attempt: CurrentAttempt, end: AttemptEnd): boolean {
  return !attempt.counted && (end.verdict?.kind === 'unreadable' || !isOurDoing(end.reason));
}

/** Ends that say nothing about the agent: the user or the death of oneshot cut the attempt short. */
export function isOurDoing(reason: EndReason): boolean {
  return reason === 'interrupted' || reason === 'orchestratorLost';
}

/** The way on needs none. */
export const noReason = { reason: null, message: null };

/** One more death of the role, once. */
export function countDeath(context: LifecycleContext, end: AttemptEnd): Update {
  const attempt = currentAttempt(context);
  if (!countsAsDeath(attempt, end)) return {};
  const deaths = { ...context.deaths, [attempt.role]: context.deaths[attempt.role] + 1 };
  return { deaths, attempt: { ...attempt, counted: true } };
}

/** The rounds with this one; only the latest are kept. */
export function remember(
  context: LifecycleContext,
  verdict: Round['verdict'],
  text: string,
): Round[] {
  const attempt = currentAttempt(context).number;
  const feedback = text.slice(0, PREVIEW_LENGTH);
  const round: Round = { iteration: context.iteration, attempt, verdict, feedback };
  return [...context.rounds, round].slice(-ROUNDS_KEPT);
}

/** What an attempt used, and how long it took, into the sums: once. */
export function takeUsage(context: LifecycleContext, end: AttemptEnd): Update {
  return {
    losses: lossesWith(context, end),
    ...sumUp(context, end.usage, end.ranMs),
    ...protectedBy(context, end),
  };
}

/** A worker that was not started has changed nothing; one that puts files back has them changed no more. */
function protectedBy(context: LifecycleContext, { protectedChanges, reason }: AttemptEnd): Update {
  if (currentAttempt(context).role !== 'worker' || reason === 'spawnFailed') return {};
  if (protectedChanges) return { protectedChanges };
  return context.protectedChanges ? { protectedChanges: null } : {};
}

/** An auditor that is interrupted is not looked at again: what it told is all that will be known. */
function takeSpent(context: LifecycleContext): Update {
  const { attempt, phase } = context;
  if (phase !== 'auditorExecuting' || !attempt) return {};
  return sumUp(context, attempt.spent, attempt.ranMs);
}

function sumUp(context: LifecycleContext, spent: Usage, ranMs: number): Update {
  const { number, role } = currentAttempt(context);
  if (number <= context.usageUpTo) return {};
  const usage = { ...context.usage, [role]: addUsage(context.usage[role], spent) };
  return { usage, activeMs: context.activeMs + ranMs, usageUpTo: number };
}

/** Losses in a row, with this end: anything but being lost once more begins the count anew. */
export function lossesWith(context: LifecycleContext, end: AttemptEnd): number {
  const isLoss = end.reason === 'orchestratorLost' && end.class !== 'clean';
  return isLoss ? context.losses + 1 : 0;
}
