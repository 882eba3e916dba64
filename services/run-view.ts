/** What a journal says about a run, folded step by step: its history and its attempts. Pure over entries. */

import type { StateValue } from 'xstate';
import { choicesOf } from '../actors/attempt-agent.ts';
import type { Phase } from '../machines/context.ts';
import type { AttemptEnd, Role, Usage } from '../machines/contracts.ts';
import { UNKNOWN_USAGE } from '../machines/contracts.ts';
import { addUsage } from '../machines/usage.ts';
import type { JournalEntry, RunHeader } from './journal.ts';

/** One stay in a state of the statechart. */
export interface HistoryEntry {
  readonly state: Phase;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly reason?: string;
  /** The agent's, in a state that runs one. */
  readonly pid?: number;
}

export interface AttemptView {
  readonly number: number;
  readonly role: Role;
  readonly agent: string;
  readonly iteration: number;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly end:
    | (Pick<AttemptEnd, 'reason' | 'class' | 'exitCode' | 'signal' | 'message' | 'survivors'> & {
        readonly sharedServices: readonly string[];
      })
    | null;
  readonly result: { readonly preview: string; readonly path: string } | null;
  readonly sessionId: string | null;
  readonly usage: Usage;
}

/** The top-level state of a state value. */
export function phaseOf(value: StateValue): Phase {
  // The machine's own test holds PHASES and its states together.
  return (typeof value === 'string' ? value : Object.keys(value)[0]) as Phase;
}

/** Puts one more entry of the journal into the history. In its place: a long run has tens of thousands of them. */
export function noteHistory(
  history: HistoryEntry[],
  { event, value, context, at }: Pick<JournalEntry, 'event' | 'value' | 'context' | 'at'>,
): void {
  const state = phaseOf(value);
  const last = history.at(-1);
  if (last?.state !== state) {
    const pid = context.attempt?.attach && state.endsWith('Executing') ? context.attempt.pid : null;
    history.push({ state, at, ...given('reason', context.reason), ...given('pid', pid) });
  } else if (event.type === 'agent.started') {
    history[history.length - 1] = { ...last, pid: event.pid };
  }
}

/** Puts one more entry of the journal into the attempts. Those up to `inherited` are of the run it was forked from. */
export function noteAttempts(
  attempts: AttemptView[],
  entry: JournalEntry,
  header: RunHeader,
  inherited = 0,
): void {
  const known = attempts.at(-1)?.number ?? inherited;
  const { attempt } = entry.context;
  if (attempt && attempt.number > known) attempts.push(begun(entry, header));
  const ended = endOf(entry);
  const index = ended ? attempts.findLastIndex(({ number }) => number === ended.number) : -1;
  const view = attempts[index];
  if (ended && view) attempts[index] = withEnd(view, ended);
}

/** The sum of what is known. */
export function totalUsage(usage: { readonly worker: Usage; readonly auditor: Usage }): Usage {
  return addUsage(usage.worker, usage.auditor);
}

function begun({ context, at }: JournalEntry, header: RunHeader): AttemptView {
  const number = context.attempt?.number ?? 0;
  const role = context.attempt?.role ?? 'worker';
  return {
    number,
    role,
    agent: choicesOf(header.settings, role)[context.attempt?.agent ?? 0]?.name ?? '',
    iteration: context.iteration,
    startedAt: at,
    endedAt: null,
    end: null,
    result: null,
    sessionId: null,
    usage: UNKNOWN_USAGE,
  };
}

type KnownEnd =
  | { readonly number: number; readonly end: AttemptEnd }
  | { readonly number: number; readonly interruptedAt: number };

function endOf({ event, context, at }: JournalEntry): KnownEnd | null {
  switch (event.type) {
    case 'agent.ended':
      return { number: event.attempt, end: event.end };
    case 'xstate.done.actor.recovery': {
      const { attempt, findings } = event.output;
      return findings.kind === 'alive' ? null : { number: attempt, end: findings.end };
    }
    case 'run.interrupt':
      return context.attempt?.endReason === 'interrupted'
        ? { number: context.attempt.number, interruptedAt: at }
        : null;
    default:
      return null;
  }
}

function withEnd(view: AttemptView, known: KnownEnd): AttemptView {
  if ('interruptedAt' in known) {
    if (view.end) return view;
    return { ...view, endedAt: known.interruptedAt, end: INTERRUPTED };
  }
  const {
    reason,
    class: endClass,
    exitCode,
    signal,
    message,
    survivors,
    sharedServices = [],
    endedAt,
    ranMs,
    result,
    sessionId,
    usage,
  } = known.end;
  return {
    ...view,
    endedAt: endedAt >= view.startedAt ? endedAt : view.startedAt + ranMs,
    end: { reason, class: endClass, exitCode, signal, message, survivors, sharedServices },
    result: result && { preview: result.preview, path: result.path },
    sessionId,
    usage,
  };
}

/** What is known before anybody has looked at what it left. */
const INTERRUPTED = {
  reason: 'interrupted',
  class: 'stopped',
  exitCode: null,
  signal: null,
  message: 'It was stopped by an interruption.',
  survivors: [],
  sharedServices: [],
} as const;

function given<K extends string, V>(key: K, value: V | null): Partial<Record<K, V>> {
  // A computed key widens to an index signature; it is this one key.
  return value === null ? {} : ({ [key]: value } as Partial<Record<K, V>>);
}
