/**
 * The words that every part of oneshot speaks: roles, ends, verdicts, findings.
 *
 * Everything here is plain data that survives JSON, since it travels in events, is journaled and lies in snapshots.
 * Unknown is `null`, never 0 and never absent.
 */

/** Who an attempt is for: the agent that does the task, or the one that judges it. */
export type Role = 'worker' | 'auditor';

/** Why an attempt ended. An attempt ends once, for one reason: the first. */
export type EndReason =
  | 'exited'
  | 'inactivity'
  | 'attemptCeiling'
  | 'interrupted'
  | 'outputLimit'
  | 'spawnFailed'
  | 'orchestratorLost'
  | 'budget';

/**
 * What an end amounts to, judged from exit code, terminal event and result together.
 * `stopped`: oneshot ended it before it had a result. `notFound`: its program is missing or not executable.
 */
export type EndClass =
  | 'clean'
  | 'limited'
  | 'unauthorized'
  | 'notFound'
  | 'contextTooLong'
  | 'crashed'
  | 'empty'
  | 'stopped';

/** A text that lies in a file of the run folder; the record carries only what a person or a comparison needs. */
export interface TextRef {
  /** The beginning of the text, at most {@link PREVIEW_LENGTH} characters. */
  readonly preview: string;
  /** Length of the whole text in UTF-16 code units. */
  readonly length: number;
  /** SHA-256 of the whole text as UTF-8, in hex. */
  readonly hash: string;
  /** Path relative to the run folder, with `/`. */
  readonly path: string;
}

/** Characters of a text that a record shows. */
export const PREVIEW_LENGTH = 240;

/** Tokens and money of one attempt, or summed over attempts; `null` where no agent told. */
export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costUsd: number | null;
}

export const UNKNOWN_USAGE: Usage = { inputTokens: null, outputTokens: null, costUsd: null };

/**
 * What the auditor decided. `unreadable` is neither done nor retry: the auditor is asked again, the worker is not.
 * Feedback and findings are bounded (see verdict.ts); the whole answer lies in the attempt's `result.md`.
 */
export type Verdict =
  | { readonly kind: 'done'; readonly feedback: string; readonly findings: readonly string[] }
  | { readonly kind: 'retry'; readonly feedback: string; readonly findings: readonly string[] }
  | { readonly kind: 'impossible'; readonly feedback: string; readonly findings: readonly string[] }
  | { readonly kind: 'unreadable'; readonly diagnosis: string };

/** When each channel of an attempt last showed life, in epoch milliseconds; `null`: never, or not watched. */
export interface Liveness {
  readonly outputAt: number | null;
  readonly transcriptAt: number | null;
  readonly cpuAt: number | null;
}

/** How one attempt ended: one reason, with everything that was found attached to it. */
export interface AttemptEnd {
  readonly reason: EndReason;
  readonly class: EndClass;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The agent's final answer, or `null` when it gave none. */
  readonly result: TextRef | null;
  /** The auditor's verdict; `null` for a worker or when there is no result to read. */
  readonly verdict: Verdict | null;
  /** What a verdict of `retry` hands to the next worker, whole; the verdict itself carries a bounded copy. */
  readonly feedback: TextRef | null;
  readonly sessionId: string | null;
  readonly usage: Usage;
  /** One sentence for a person: what happened and, where there is something to do, what. */
  readonly message: string;
  /** Epoch milliseconds. */
  readonly endedAt: number;
  /** Milliseconds from its start. */
  readonly ranMs: number;
  /** What the kill was based on, for an attempt that oneshot ended. */
  readonly liveness: Liveness | null;
  /** Processes that outlived SIGKILL, as `pid name`; empty when the whole tree is gone. */
  readonly survivors: readonly string[];
  /** Services that the agent's CLI shares between its sessions: left running, as `pid name`. Absent: none. */
  readonly sharedServices?: readonly string[];
  /** Of a worker: what of the protected files is not as it was when the run began. Absent: nothing. */
  readonly protectedChanges?: ProtectedChanges;
  /** The files before and after; `null` where there is no git work tree to record. */
  readonly tree: AttemptTree | null;
}

/** The work tree around an attempt, as names of git's tree objects: the same files have the same name. */
export interface AttemptTree {
  /** `null`: it could not be recorded. */
  readonly before: string | null;
  readonly after: string | null;
  /** Files that are in neither, at most {@link SKIPPED_NAMED} of them. */
  readonly skipped: readonly SkippedFile[];
}

/** A file that was not recorded. */
export interface SkippedFile {
  /** From the top of the work tree, with `/`; a folder that cannot be read ends with one. */
  readonly path: string;
  readonly bytes: number;
  readonly why: 'tooLarge' | 'unreadable';
}

/** A file that the checks depend on, and what a worker did to it. */
export interface ProtectedChange {
  /** From the work tree, with `/`. */
  readonly path: string;
  readonly change: 'added' | 'changed' | 'deleted';
}

export interface ProtectedChanges {
  readonly count: number;
  /** At most {@link PROTECTED_NAMED} of them. */
  readonly named: readonly ProtectedChange[];
}

/** Changes of protected files that the end of an attempt names. */
export const PROTECTED_NAMED = 20;

/** Skipped files that the end of an attempt names. */
export const SKIPPED_NAMED = 50;

/** What recovery saw after an abnormal end. */
export type Findings =
  /** `ranMs`: how long the attempt has run already; what is left of its ceiling goes on. */
  | { readonly kind: 'alive'; readonly pid: number; readonly ranMs: number }
  | { readonly kind: 'success'; readonly end: AttemptEnd }
  | { readonly kind: 'partial'; readonly end: AttemptEnd; readonly summary: TextRef }
  | {
      readonly kind: 'limited';
      readonly end: AttemptEnd;
      readonly resumeAt: number | null;
      /** What it did before, where that is something to go on with. */
      readonly summary: TextRef | null;
    }
  | { readonly kind: 'dead'; readonly end: AttemptEnd };

/** One check that oneshot ran as evidence. */
export interface CheckResult {
  readonly name: string;
  readonly passed: boolean;
  /** Whether the work is not done while it fails. */
  readonly required: boolean;
  /** By itself, or by oneshot for taking too long or printing too much: then it has failed. */
  readonly end: 'exited' | 'timeout' | 'outputLimit';
  /** `null`: a signal ended it, or it could not be started. */
  readonly exitCode: number | null;
  readonly durationMs: number;
  /** The beginning of what it printed, bounded; what stands in the preview is not repeated. */
  readonly head: string;
  /** What it printed; the preview is the end of it, where test runners put what failed. */
  readonly output: TextRef;
}

/** What a person asked for that decides about the course of a run. */
export interface Limits {
  readonly maxIterations: number;
  /** How often a role is started in one iteration when its attempt ends dead (or, for the auditor, unreadable). */
  readonly workerAttempts: number;
  readonly auditorAttempts: number;
  /** Milliseconds of silence on all channels. */
  readonly inactivityMs: number;
  /** Milliseconds that one attempt may take; activity does not reset it. */
  readonly attemptMs: number;
  /** Milliseconds before a dead role is started again; doubles with each, up to a minute. */
  readonly retryPauseMs: number;
  /** `fallback`: the next agent goes on; when all are at their limits, it is waited for the first that ends. */
  readonly onLimit: 'wait' | 'stop' | 'fallback';
  /** What all agents of the run together may cost, in US dollars; `null`: no limit, as for the following. */
  readonly maxCostUsd: number | null;
  /** What they may read and write together. */
  readonly maxTokens: number | null;
  /** Milliseconds that attempts and checks may take together; waiting for a usage limit is not counted. */
  readonly maxTimeMs: number | null;
  /** How often in a row oneshot may be lost under an attempt that has nothing to show for it. */
  readonly maxLosses: number;
  /** Rounds in a row that find the same in unchanged files before the run fails; 0: it never does for that. */
  readonly stallAfter: number;
}

/** One thing that auditors found, over all rounds of a run. */
export interface Finding {
  /** `F-1a2b3c`, from its words and its file (see findings-ledger.ts). */
  readonly id: string;
  /** As it was first said, bounded to {@link PREVIEW_LENGTH} characters. */
  readonly text: string;
  /** By the last verdict: found for the first time, found again, no longer found, or found to be none. */
  readonly status: 'new' | 'repeated' | 'fixed' | 'dismissed';
  /** In which it was found first. */
  readonly iteration: number;
  /** Verdicts that found it. */
  readonly rounds: number;
  /** Why it is none; bounded like the text. */
  readonly dismissal: string | null;
}

/** The rounds that came to the same, up to the last one. */
export interface Standstill {
  /** The files that were judged, as the name of git's tree object. */
  readonly tree: string;
  /** Ids of the findings that stand, or names of the checks that fail; sorted. */
  readonly found: readonly string[];
  readonly rounds: number;
}

/** What an earlier round decided, as the auditor is told. */
export interface Round {
  readonly iteration: number;
  readonly attempt: number;
  readonly verdict: 'retry' | 'partial' | 'checksFailed';
  /** Bounded to {@link PREVIEW_LENGTH} characters. */
  readonly feedback: string;
}

/** Why the last judged attempt was not enough, and where the whole text lies. */
export interface Feedback {
  readonly from: 'auditor' | 'checks';
  readonly attempt: number;
  readonly text: TextRef;
}

/** What recovery found of an attempt that had no proper end, for the worker that goes on with it. */
export interface Salvage {
  readonly attempt: number;
  readonly reason: EndReason;
  readonly text: TextRef;
  /** The agent's own session, where it may go on with its memory; `null` where only a fresh one makes sense. */
  readonly session: SalvagedSession | null;
}

/** A session of an agent that was cut short. */
export interface SalvagedSession {
  readonly id: string;
  /** What its attempts are known to have used: some agents count a resumed session from its beginning. */
  readonly usage: Usage;
}

/** What an agent actor needs to know to start, or to attach to, one attempt. Pure: made from the context. */
export interface AttemptPlan {
  readonly number: number;
  readonly role: Role;
  /** Which of the role's agents: 0 is its own, those to fall back on follow. */
  readonly agent: number;
  readonly iteration: number;
  /** Attach to the living process of this attempt instead of starting one. */
  readonly attach: boolean;
  /** For the worker: why the attempt before was not enough. */
  readonly feedback: Feedback | null;
  /** For both: what the auditors have found so far. */
  readonly findings: readonly Finding[];
  /** For the worker: what the attempt before left behind when it was cut short. */
  readonly salvage: Salvage | null;
  /** For the auditor: the attempt and result to judge. */
  readonly work: Work | null;
  readonly rounds: readonly Round[];
  /** For the auditor: why its answer before could not be read. */
  readonly diagnosis: string | null;
}

/** The worker's finished attempt that is up for judgement. */
export interface Work {
  readonly attempt: number;
  readonly result: TextRef;
  /** Empty until they have run on the files as they are. */
  readonly checks: readonly CheckResult[];
  /** Git's name of the work tree that all required checks passed on; `null` where it is not known. */
  readonly checkedTree: string | null;
  /** Of the files that the checks depend on. Absent: nothing was changed. */
  readonly protectedChanges?: ProtectedChanges;
}

/** Folder name of an attempt and value of `ONESHOT_ATTEMPT`: `0001-worker`. */
export function attemptName(attempt: { readonly number: number; readonly role: Role }): string {
  return `${String(attempt.number).padStart(4, '0')}-${attempt.role}`;
}
