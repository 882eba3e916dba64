import type { Random } from './random.ts';

/** How one start of oneshot is to be killed. */
export interface KillPlan {
  /** Milliseconds after the start; `null` for a kill at a failpoint. */
  readonly afterMs: number | null;
  /** `fsync:7:before`, as test/fixtures/campaign/failpoints.cjs reads it; `null` for a kill at an instant. */
  readonly failpoint: string | null;
  /** Whether the agents and whatever else it started are killed with it. */
  readonly withAgents: boolean;
}

/** Kinds of failpoints, and how many of a kind are worth a try: a process that goes through a whole run has more or less. */
const KINDS: readonly [readonly [string, number], ...(readonly [string, number])[]] = [
  ['open', 40],
  ['write', 30],
  ['transition', 8],
  ['fsync', 12],
  ['rename', 12],
  ['link', 3],
  ['remove', 8],
  ['mkdir', 6],
  ['truncate', 1],
  ['spawn', 8],
  ['signal', 1],
];

/** Milliseconds from the start of oneshot until most runs have ended. */
const LONGEST_MS = 1_500;

export function planKill(random: Random): KillPlan {
  const withAgents = random.below(4) === 0;
  const isAtInstant = random.below(3) === 0;
  // The early ones are worth more: what begins a run, or goes on with it, is done by every process.
  const skewed = random.next() ** 1.5;
  if (isAtInstant) return { afterMs: Math.round(skewed * LONGEST_MS), failpoint: null, withAgents };
  const [kind, most] = random.pick(KINDS);
  const isTorn = ['write', 'transition'].includes(kind) && random.below(3) === 0;
  const moment = isTorn ? 'torn' : random.pick(['before', 'after']);
  const failpoint = `${kind}:${1 + Math.floor(skewed * most)}:${moment}`;
  return { afterMs: null, failpoint, withAgents };
}
