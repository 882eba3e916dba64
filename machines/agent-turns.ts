/** Whose turn it is among the agents of a role, when some of them are at their usage limits. */

/** The role's own agent is 0; those to fall back on follow, the most wanted first. */
export interface AgentTurn {
  readonly current: number;
  /** When the usage limit of each ends, in epoch ms; 0: none is known. */
  readonly limitedUntil: readonly number[];
}

/** What comes after a limit: an agent that can start at once, or the one whose limit ends first. */
export interface NextTurn {
  readonly turn: AgentTurn;
  /** Epoch ms; `null`: at once. */
  readonly resumeAt: number | null;
}

/** The turns of a run that begins: each role's own agent. */
export function firstTurns(counts: { readonly worker: number; readonly auditor: number }) {
  return { worker: firstTurn(counts.worker), auditor: firstTurn(counts.auditor) };
}

function firstTurn(agents: number): AgentTurn {
  return { current: 0, limitedUntil: Array<number>(agents).fill(0) };
}

/** The same agent again, when its limit is over. */
export function sameTurn(turn: AgentTurn, until: number): NextTurn {
  return { turn: limited(turn, until), resumeAt: until };
}

/**
 * The most wanted agent that is at no limit; where all are, the one whose limit ends first. An agent whose limit has
 * ended meanwhile has its turn again.
 *
 * @param now epoch ms
 */
export function nextTurn(turn: AgentTurn, until: number, now: number): NextTurn {
  const { current, limitedUntil } = limited(turn, until);
  const free = limitedUntil.findIndex((end, agent) => end <= now && agent !== current);
  if (free !== -1) return { turn: { current: free, limitedUntil }, resumeAt: null };
  const resumeAt = Math.min(...limitedUntil);
  return { turn: { current: limitedUntil.indexOf(resumeAt), limitedUntil }, resumeAt };
}

function limited({ current, limitedUntil }: AgentTurn, until: number): AgentTurn {
  return { current, limitedUntil: limitedUntil.with(current, until) };
}
