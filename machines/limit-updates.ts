/** What a usage limit changes: who goes on, when, and with what is known of the work before it. */
import { type NextTurn, nextTurn, sameTurn } from './agent-turns.ts';
import { currentAttempt, type LifecycleContext } from './context.ts';
import type { AttemptEnd, TextRef } from './contracts.ts';
import { salvagedSession, takeUsage, type Update } from './updates.ts';

/** First pause between probes of an unknown usage limit, in ms; doubles up to {@link PROBE_CEILING_MS}. */
export const PROBE_FIRST_MS = 60_000;
export const PROBE_CEILING_MS = 30 * 60_000;

/** The agent whose turn is next starts at the end of its limit, or at once when it is another one that is at none. */
export function noteLimit(
  context: LifecycleContext,
  end: AttemptEnd,
  resumeAt: number | null,
  summary: TextRef | null,
): Update {
  const { role } = currentAttempt(context);
  const next = turnAfterLimit(context, end, resumeAt);
  const isLong = resumeAt !== null && resumeAt - end.endedAt >= PROBE_FIRST_MS;
  return {
    ...takeUsage(context, end),
    turns: { ...context.turns, [role]: next.turn },
    resumeAt: next.resumeAt ?? end.endedAt,
    quotaProbes: isLong ? 0 : context.quotaProbes + 1,
    salvage: salvageAtLimit(context, end, summary, next.turn.current),
    ...(next.resumeAt === null ? fallback(end) : { reason: 'usageLimit', message: end.message }),
  };
}

function fallback({ message }: AttemptEnd): Update {
  const said = message.replace(/[.!?]?$/, (stop) => stop || '.');
  return { reason: 'fallback', message: `${said} The next agent takes its place.` };
}

function turnAfterLimit(
  context: LifecycleContext,
  end: AttemptEnd,
  resumeAt: number | null,
): NextTurn {
  const turn = context.turns[currentAttempt(context).role];
  const until = limitEnd(context, end, resumeAt);
  const isFallback = context.limits.onLimit === 'fallback';
  return isFallback ? nextTurn(turn, until, end.endedAt) : sameTurn(turn, until);
}

/**
 * A limit that ends before the attempt did is none that could be waited for: its end counts as unknown, and is probed
 * for after growing pauses. So is one that ends soon, once limits come in a row: what was told did not hold.
 */
function limitEnd(
  { quotaProbes }: LifecycleContext,
  { endedAt }: AttemptEnd,
  resumeAt: number | null,
): number {
  const probe = endedAt + Math.min(PROBE_FIRST_MS * 2 ** quotaProbes, PROBE_CEILING_MS);
  if (resumeAt === null || resumeAt <= endedAt) return probe;
  return quotaProbes === 0 ? resumeAt : Math.max(resumeAt, probe);
}

/** What the worker did up to its limit. Another agent cannot go on with its session. */
function salvageAtLimit(
  context: LifecycleContext,
  end: AttemptEnd,
  text: TextRef | null,
  nextAgent: number,
): LifecycleContext['salvage'] {
  const { number, role, agent } = currentAttempt(context);
  const isSame = agent === nextAgent;
  if (role === 'auditor') return context.salvage;
  if (text === null)
    return context.salvage && (isSame ? context.salvage : { ...context.salvage, session: null });
  const session = isSame ? salvagedSession(context, end) : null;
  return { attempt: number, reason: end.reason, text, session };
}
