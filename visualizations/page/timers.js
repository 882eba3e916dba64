/** The deadlines of a state, as the machine set them. Pure. */
import { isIn } from './way.js';

/** @import { SentTransition } from '../../services/inspect-api.ts' */
/** @import { LifecycleContext } from '../../machines/context.ts' */

/**
 * @typedef {object} Timer
 * @property {'inactivity' | 'attemptCeiling' | 'retryPause' | 'quotaReset'} delay as the chart names it
 * @property {string} state path of the state that it belongs to
 * @property {number} from when it was set, epoch milliseconds
 * @property {number} endsAt
 * @property {boolean} isPutOff whether signs of life that are in no log may have put it off
 */

/** Milliseconds between the starts of a role that keeps dying, at most; as in the machine. */
const RETRY_PAUSE_CEILING_MS = 60_000;

/**
 * The timers that run in the state which the transition at `index` led to.
 * @param {readonly SentTransition[]} transitions
 * @param {number} index
 * @param {number | null} lastSignAt when its agent last did anything that is in the log
 * @returns {Timer[]}
 */
export function timersOf(transitions, index, lastSignAt) {
  const now = transitions[index];
  if (!now) return [];
  const { value, state, context } = now;
  const since = stayedSince(transitions, index);
  if (state === 'workerExecuting' || state === 'auditorExecuting') {
    const sign = Math.max(since, lastSignAt ?? 0);
    return [
      timer('inactivity', `${state}.live`, sign, context.limits.inactivityMs, true),
      timer('attemptCeiling', state, since, attemptCeiling(context, transitions, index)),
    ];
  }
  if (isIn(value, 'recoveryPending.pausing'))
    return [timer('retryPause', 'recoveryPending.pausing', now.at, retryPause(context))];
  if (state === 'waitingForQuota' && context.resumeAt !== null)
    return [timer('quotaReset', state, now.at, context.resumeAt - now.at)];
  return [];
}

/**
 * Milliseconds that the attempt may go on from where its state was entered.
 * @param {LifecycleContext} context
 * @param {readonly SentTransition[]} transitions
 * @param {number} index
 */
function attemptCeiling({ limits }, transitions, index) {
  // The machine sets it once, by what it knew when it entered the state.
  const entered = transitions[enteredAt(transitions, index)]?.context;
  const ofRun =
    limits.maxTimeMs === null
      ? Number.POSITIVE_INFINITY
      : limits.maxTimeMs - (entered?.activeMs ?? 0);
  return Math.max(0, Math.min(limits.attemptMs, ofRun) - (entered?.attempt?.ranMs ?? 0));
}

/**
 * Doubles with each death in the iteration.
 * @param {LifecycleContext} context
 */
export function retryPause({ attempt, deaths, limits }) {
  const count = attempt ? deaths[attempt.role] : 0;
  return count === 0 ? 0 : Math.min(limits.retryPauseMs * 2 ** (count - 1), RETRY_PAUSE_CEILING_MS);
}

/** @param {readonly SentTransition[]} transitions @param {number} index */
function stayedSince(transitions, index) {
  return transitions[enteredAt(transitions, index)]?.at ?? 0;
}

/**
 * Index of the transition that led into the state at hand, for the attempt at hand.
 * @param {readonly SentTransition[]} transitions
 * @param {number} index
 */
function enteredAt(transitions, index) {
  const now = transitions[index];
  let first = index;
  for (let at = index - 1; at >= 0; at -= 1) {
    const before = transitions[at];
    const isSame =
      before?.state === now?.state &&
      before?.context.attempt?.number === now?.context.attempt?.number;
    if (!isSame) break;
    first = at;
  }
  return first;
}

/**
 * @param {Timer['delay']} delay
 * @param {string} state
 * @param {number} from
 * @param {number} ms
 * @returns {Timer}
 */
function timer(delay, state, from, ms, isPutOff = false) {
  return { delay, state, from, endsAt: from + ms, isPutOff };
}
