/** What is told about a run: `show --json`, and the last line of `--json`. Unknown is null, never 0. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Phase } from '../machines/context.ts';
import type { CheckResult, Finding, ProtectedChanges, Usage } from '../machines/contracts.ts';
import { evidenceLabel, isVerified } from '../machines/evidence.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { JournalEntry, RunHeader } from './journal.ts';
import { readRun } from './run-record.ts';
import type { RunFolder } from './run-store.ts';
import {
  type AttemptView,
  type HistoryEntry,
  noteAttempts,
  phaseOf,
  totalUsage,
} from './run-view.ts';

export interface RunReport {
  readonly id: string;
  readonly task: string;
  readonly state: Phase;
  readonly reason: string | null;
  /** The same for a person. */
  readonly message: string | null;
  readonly verdict: 'done' | 'retry' | 'impossible' | 'unreadable' | null;
  readonly feedback: string | null;
  /** Of the last verdict, as it named them. */
  readonly findings: readonly string[];
  /** What all verdicts found, and what became of it; what stands first. */
  readonly ledger: readonly Finding[];
  readonly iteration: number;
  readonly maxIterations: number;
  readonly seq: number;
  /** The run and step that this one was forked from. */
  readonly parent: RunHeader['parent'];
  /** Whether required checks passed on the work that was judged; without checks a completed run is not verified. */
  readonly verified: boolean;
  /** The same for a person; `null` for a run that is not completed. */
  readonly evidence: string | null;
  /** The checks that ran last on the work of this iteration. */
  readonly checks: readonly CheckResult[];
  /** What of the files that the checks depend on is not as it was when the run began. */
  readonly protectedChanges: ProtectedChanges | null;
  readonly resumeAt: number | null;
  readonly usage: Usage;
  readonly exitCode: number;
  /** Absolute path of the run folder. */
  readonly folder: string;
  readonly cwd: string;
  /** The git worktree of its own, and the branch that its work is on; `null` for a run without. */
  readonly worktree: { readonly path: string; readonly branch: string } | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The worker's latest accepted result. */
  readonly result: { readonly preview: string; readonly path: string } | null;
  readonly history: readonly HistoryEntry[];
  readonly attempts: readonly AttemptView[];
}

/**
 * Reads a run's journal and reports on it, as it is or as it was at a moment (epoch milliseconds). Throws a
 * `RunUnreadableError` when it cannot be trusted.
 */
export function reportRun(folder: RunFolder, upTo?: number): RunReport {
  const attempts: AttemptView[] = [];
  let inherited = 0;
  let header: RunHeader | undefined;
  const note = (entry: JournalEntry) => {
    header ??= entry.run;
    if (entry.event.type === 'run.forked') inherited = entry.context.attempt?.number ?? 0;
    if (header) noteAttempts(attempts, entry, header, inherited);
  };
  const run = readRun(folder, note, upTo);
  const { context, value, seq, at } = run.last;
  const { verdict, work } = context;
  const state = phaseOf(value);
  const isDecided = verdict !== null && verdict.kind !== 'unreadable';
  return {
    id: folder.id,
    task: context.task.preview,
    state,
    reason: context.reason,
    message: context.message,
    verdict: verdict?.kind ?? null,
    feedback: isDecided ? verdict.feedback : null,
    findings: isDecided ? verdict.findings : [],
    ledger: context.findings,
    iteration: context.iteration,
    maxIterations: context.limits.maxIterations,
    seq,
    parent: run.header.parent,
    verified: isVerified(state, work),
    evidence: evidenceLabel(state, work),
    checks: work?.checks ?? [],
    protectedChanges: context.protectedChanges ?? null,
    resumeAt: context.resumeAt,
    usage: totalUsage(context.usage),
    exitCode: exitCodeOf(state, context.reason),
    folder: folder.path,
    cwd: run.header.settings.cwd,
    worktree: worktreeOf(run.header),
    createdAt: run.header.createdAt,
    updatedAt: at,
    result: work && { preview: work.result.preview, path: work.result.path },
    history: run.history,
    attempts,
  };
}

function worktreeOf({ settings: { worktree } }: RunHeader): RunReport['worktree'] {
  return worktree ? { path: worktree.path, branch: worktree.branch } : null;
}

/** The worker's accepted result as a whole, or `null`. */
export function resultText({ folder, result }: RunReport): string | null {
  try {
    return result && readFileSync(join(folder, result.path), 'utf8');
  } catch {
    return result?.preview ?? null;
  }
}
