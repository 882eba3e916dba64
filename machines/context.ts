import { type AgentTurn, firstTurns } from './agent-turns.ts';
import type {
  AttemptPlan,
  EndReason,
  Feedback,
  Finding,
  Limits,
  ProtectedChanges,
  Role,
  Round,
  Salvage,
  Standstill,
  TextRef,
  Usage,
  Verdict,
  Work,
} from './contracts.ts';
import { UNKNOWN_USAGE } from './contracts.ts';

/** The states of the statechart at its top level, as they stand in `oneshot.json` and on screen. */
export const PHASES = [
  'created',
  'workerExecuting',
  'recoveryPending',
  'checksExecuting',
  'auditPending',
  'auditorExecuting',
  'reiterationPending',
  'waitingForQuota',
  'interrupted',
  'failed',
  'completed',
  'rejected',
] as const;

export type Phase = (typeof PHASES)[number];

/** Why a run failed, or stands where it stands, as a stable word for programs. */
export type FailureReason =
  | 'maxIterations'
  | 'maxCost'
  | 'maxTokens'
  | 'maxTime'
  | 'crashLoop'
  | 'agentNotFound'
  | 'unauthorized'
  | 'contextTooLong'
  | 'workerDead'
  | 'auditorDead'
  | 'auditorUnreadable'
  | 'treeChanged'
  | 'stalled'
  | 'internalError';

/** What a run begins with. */
export interface LifecycleInput {
  readonly runId: string;
  readonly task: TextRef;
  readonly limits: Limits;
  /** Whether checks are configured: without them a clean end goes to the auditor directly. */
  readonly hasChecks: boolean;
  /** How many agents each role has: its own, and those to fall back on at a usage limit. */
  readonly agentCounts: { readonly worker: number; readonly auditor: number };
}

/** The attempt that is running, or that ended last. */
export interface CurrentAttempt {
  readonly number: number;
  readonly role: Role;
  /** Which of the role's agents: 0 is its own. */
  readonly agent: number;
  /** Attach to its living process, found by recovery, instead of starting one. */
  readonly attach: boolean;
  /** Milliseconds that it is known to have run: when it was attached to, or told what it had used. */
  readonly ranMs: number;
  /** What it is known to have used so far; its end tells the rest. */
  readonly spent: Usage;
  /** The agent's pid, once it has started. */
  readonly pid: number | null;
  /** How it ended as far as the machine knows; recovery finds out the rest. */
  readonly endReason: EndReason | null;
  /** Counted among the deaths of its role, so that a second look at the same corpse does not count it twice. */
  readonly counted: boolean;
}

/**
 * Everything the machine remembers. It depends on events only and stays small whatever the task and however long
 * the run: large texts lie in files, lists are bounded.
 */
export interface LifecycleContext extends LifecycleInput {
  /** 0 before the first worker attempt. */
  readonly iteration: number;
  readonly attempt: CurrentAttempt | null;
  /** Attempts of this iteration that ended dead (or, for the auditor, unreadable). */
  readonly deaths: { readonly worker: number; readonly auditor: number };
  readonly work: Work | null;
  /** Stands until the next judgement, however many attempts that takes. */
  readonly feedback: Feedback | null;
  readonly salvage: Salvage | null;
  /** The last worker attempt was cut short by oneshot's own end or the user: its iteration begins again, uncounted. */
  readonly repeatsIteration: boolean;
  /** The latest rounds, at most {@link ROUNDS_KEPT}. */
  readonly rounds: readonly Round[];
  /** Bounded (see findings-ledger.ts). */
  readonly findings: readonly Finding[];
  /** `null` before the first round that was not enough, and where the files are not recorded. */
  readonly standstill: Standstill | null;
  readonly diagnosis: string | null;
  /** What the last worker left changed of the protected files, whatever its end. Absent: nothing ever was. */
  readonly protectedChanges?: ProtectedChanges | null;
  readonly verdict: Verdict | null;
  readonly usage: { readonly worker: Usage; readonly auditor: Usage };
  /** Milliseconds that attempts and checks took. */
  readonly activeMs: number;
  /** The latest attempt whose usage and time are in the sums: an attempt that is looked at twice is added once. */
  readonly usageUpTo: number;
  /** Attempts in a row that came to nothing since oneshot was lost under them. */
  readonly losses: number;
  /** The state in which the run failed for a budget: it goes on from there. */
  readonly failedIn: Phase | null;
  readonly resumeAt: number | null;
  /** Which agent each role uses next, and the limits that are known of its others. */
  readonly turns: { readonly worker: AgentTurn; readonly auditor: AgentTurn };
  /** Usage limits in a row whose end the agent did not tell, or told to be soon: each waits longer. */
  readonly quotaProbes: number;
  /** The top-level state that the run is in, or was in when it was interrupted. */
  readonly phase: Phase;
  /** Why the run is where it is, for the history; `null` where the way there needs no reason. */
  readonly reason: string | null;
  /** The same for a person, with what to do. */
  readonly message: string | null;
}

/** Rounds that the context remembers. */
export const ROUNDS_KEPT = 10;

export function initialContext(input: LifecycleInput): LifecycleContext {
  return {
    ...input,
    iteration: 0,
    attempt: null,
    deaths: { worker: 0, auditor: 0 },
    work: null,
    feedback: null,
    salvage: null,
    repeatsIteration: false,
    rounds: [],
    findings: [],
    standstill: null,
    diagnosis: null,
    verdict: null,
    usage: { worker: UNKNOWN_USAGE, auditor: UNKNOWN_USAGE },
    activeMs: 0,
    usageUpTo: 0,
    losses: 0,
    failedIn: null,
    resumeAt: null,
    turns: firstTurns(input.agentCounts),
    quotaProbes: 0,
    phase: 'created',
    reason: null,
    message: null,
  };
}

/** What the actor of the current attempt needs to know. */
export function attemptPlan(context: LifecycleContext): AttemptPlan {
  const attempt = currentAttempt(context);
  const { iteration, feedback, salvage, work, rounds, findings, diagnosis } = context;
  return {
    number: attempt.number,
    role: attempt.role,
    agent: attempt.agent,
    attach: attempt.attach,
    iteration,
    feedback,
    salvage,
    work,
    rounds,
    findings,
    diagnosis,
  };
}

/** The attempt, in a state that has one. */
export function currentAttempt(context: LifecycleContext): CurrentAttempt {
  if (!context.attempt) throw new Error(`The run ${context.runId} has no attempt yet.`);
  return context.attempt;
}
