/** Factories for everything that can happen to a run, with the values that a rule is not about already filled in. */
import type { LifecycleInput } from '../../machines/context.ts';
import type {
  AttemptEnd,
  CheckResult,
  EndClass,
  EndReason,
  Findings,
  Limits,
  Role,
  TextRef,
  Usage,
  Verdict,
} from '../../machines/contracts.ts';
import { UNKNOWN_USAGE } from '../../machines/contracts.ts';
import type { LifecycleEvent } from '../../machines/events.ts';

/** An event, or how to make it for the attempt that is current when its turn comes. */
export type Step = LifecycleEvent | ((attempt: number) => LifecycleEvent);

export const LIMITS: Limits = {
  maxIterations: 3,
  workerAttempts: 2,
  auditorAttempts: 2,
  inactivityMs: 1_000,
  attemptMs: 10_000,
  retryPauseMs: 100,
  onLimit: 'wait',
  maxCostUsd: null,
  maxTokens: null,
  maxTimeMs: null,
  maxLosses: 5,
  stallAfter: 2,
};

/** 2026-01-01T00:00:00Z. */
export const ENDED_AT = 1_767_225_600_000;

export function input(
  overrides: Partial<Omit<LifecycleInput, 'limits'>> & { readonly limits?: Partial<Limits> } = {},
): LifecycleInput {
  const limits = { ...LIMITS, ...overrides.limits };
  const agentCounts = { worker: 1, auditor: 1 };
  return {
    runId: 'run-1',
    task: text('do it'),
    hasChecks: false,
    agentCounts,
    ...overrides,
    limits,
  };
}

export function text(preview: string): TextRef {
  return { preview, length: preview.length, hash: `hash of ${preview}`, path: `${preview}.md` };
}

export function usage(inputTokens: number | null, costUsd: number | null = null): Usage {
  return { inputTokens, outputTokens: null, costUsd };
}

/** An end that left nothing: the agent crashed. */
export function end(overrides: Partial<AttemptEnd> = {}): AttemptEnd {
  return {
    reason: 'exited',
    class: 'crashed',
    exitCode: 3,
    signal: null,
    result: null,
    verdict: null,
    feedback: null,
    sessionId: null,
    usage: UNKNOWN_USAGE,
    message: 'It exited with code 3.',
    endedAt: ENDED_AT,
    ranMs: 1_000,
    liveness: null,
    survivors: [],
    tree: null,
    ...overrides,
  };
}

export function cleanEnd(overrides: Partial<AttemptEnd> = {}): AttemptEnd {
  return end({ class: 'clean', exitCode: 0, result: text('result'), message: '', ...overrides });
}

export function verdict(kind: Verdict['kind'], feedback = `feedback of ${kind}`): Verdict {
  return kind === 'unreadable'
    ? { kind, diagnosis: 'no JSON in the answer' }
    : { kind, feedback, findings: [] };
}

export function answer(kind: Verdict['kind'], overrides: Partial<AttemptEnd> = {}): AttemptEnd {
  const feedback = kind === 'retry' ? text('do it better') : null;
  return cleanEnd({ verdict: verdict(kind), feedback, ...overrides });
}

export function stoppedEnd(reason: EndReason): AttemptEnd {
  return end({ reason, class: 'stopped', exitCode: null, signal: 'SIGTERM' });
}

export const start: LifecycleEvent = { type: 'run.start' };
export const resume: LifecycleEvent = { type: 'run.resume' };
export const restarted: LifecycleEvent = { type: 'process.restarted' };
export const activity: LifecycleEvent = { type: 'agent.activity' };
export const quotaReset: LifecycleEvent = {
  type: 'xstate.done.actor.quotaReset',
  output: undefined,
};

export function interrupt(reason = 'SIGINT'): LifecycleEvent {
  return { type: 'run.interrupt', reason };
}

export function extend(maxIterations: number): LifecycleEvent {
  return extendBy({ maxIterations });
}

export function extendBy(limits: Partial<Limits>): LifecycleEvent {
  return { type: 'run.extend', limits };
}

export function spent(used: Usage, ranMs: number): Step {
  return (attempt) => ({ type: 'agent.spent', attempt, usage: used, ranMs });
}

export function started(pid: number): Step {
  return (attempt) => ({ type: 'agent.started', attempt, pid });
}

export function ended(how: AttemptEnd): Step {
  return (attempt) => ({ type: 'agent.ended', attempt, end: how });
}

/** The same of the attempt before the current one. */
export function ofOlderAttempt(step: Step): Step {
  return (attempt) => (typeof step === 'function' ? step(attempt - 1) : step);
}

export const CHECK: CheckResult = {
  name: 'npm test',
  passed: true,
  required: true,
  end: 'exited',
  exitCode: 0,
  durationMs: 12,
  head: '',
  output: text('ok'),
};

export const checksPass: Step = checksPassOn(null);

/** On files of this name; `null` where they are not recorded. */
export function checksPassOn(tree: string | null): Step {
  return (attempt) => ({ type: 'checks.ended', attempt, results: [CHECK], feedback: null, tree });
}

export const checksFail: Step = checksFailOn(null);

export function checksFailOn(tree: string | null): Step {
  const results = [{ ...CHECK, passed: false, exitCode: 1 }];
  const feedback = text('npm test fails');
  return (attempt) => ({ type: 'checks.ended', attempt, results, feedback, tree });
}

export function recovered(findings: Findings): Step {
  return (attempt) => ({
    type: 'xstate.done.actor.recovery',
    output: { attempt, findings },
  });
}

export const alive: Step = aliveFor(0);

export function aliveFor(ranMs: number): Step {
  return recovered({ kind: 'alive', pid: 4711, ranMs });
}

export function success(how: AttemptEnd): Step {
  return recovered({ kind: 'success', end: how });
}

export function partial(reason: EndReason = 'inactivity'): Step {
  return partialOf(stoppedEnd(reason));
}

export function partialOf(end: AttemptEnd): Step {
  return recovered({ kind: 'partial', end, summary: text('half of it') });
}

export function limited(resumeAt: number | null, overrides: Partial<AttemptEnd> = {}): Step {
  return limitedOf(end({ class: 'limited', ...overrides }), resumeAt);
}

/** At a limit, after some work. */
export function limitedAtWork(resumeAt: number | null, overrides: Partial<AttemptEnd> = {}): Step {
  const how = end({ class: 'limited', sessionId: 's', ...overrides });
  return recovered({ kind: 'limited', end: how, resumeAt, summary: text('half of it') });
}

export function limitedOf(how: AttemptEnd, resumeAt: number | null = null): Step {
  return recovered({ kind: 'limited', end: how, resumeAt, summary: null });
}

export function deadOf(how: AttemptEnd): Step {
  return recovered({ kind: 'dead', end: how });
}

export function dead(reason: EndReason = 'exited', endClass: EndClass = 'crashed'): Step {
  return deadOf(end({ reason, class: endClass }));
}

/** An actor that the machine invoked threw instead of telling how it went. */
export function broken(actor: Role | 'checks' | 'recovery' | 'quotaReset'): LifecycleEvent {
  return { type: `xstate.error.actor.${actor}`, error: new Error(`the ${actor} actor broke`) };
}

export function after(delay: string, state: string): LifecycleEvent {
  // XState makes the events of its timers itself, so they are not part of the machine's own union.
  return { type: `xstate.after.${delay}.oneshot.${state}` } as unknown as LifecycleEvent;
}

export const silence = (role: Role) => after('inactivity', `${role}Executing.live`);
export const ceiling = (role: Role) => after('attemptCeiling', `${role}Executing`);
export const pauseOver = after('retryPause', 'recoveryPending.pausing');
export const audit = after('0', 'auditPending');
export const reiterate = after('0', 'reiterationPending');
