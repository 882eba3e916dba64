/** What happened when: stays in states as bars, rests between them, silence within them. Pure. */
import { isEnded, isFinal } from './words.js';

/** @import { SentTransition } from '../../services/inspect-api.ts' */

/**
 * @typedef {object} Bar
 * @property {Lane} lane
 * @property {string} state
 * @property {number | null} attempt
 * @property {number} seq of the transition that it began with
 * @property {number} from
 * @property {number} to
 * @property {boolean} isOpen whether it still goes on
 * @property {Outcome | null} outcome how it ended
 */

/** @typedef {{ readonly text: string, readonly tone: 'good' | 'bad' | 'neutral' }} Outcome */

/** @typedef {{ from: number, to: number }} Span */

/** @typedef {'worker' | 'checks' | 'recovery' | 'auditor' | 'waiting'} Lane */

/**
 * The rows of the timeline, from the top.
 * @type {readonly Lane[]}
 */
export const LANES = ['worker', 'checks', 'recovery', 'auditor', 'waiting'];

/** @type {Readonly<Record<string, Lane>>} */
const LANE_OF = {
  workerExecuting: 'worker',
  checksExecuting: 'checks',
  recoveryPending: 'recovery',
  auditorExecuting: 'auditor',
  waitingForQuota: 'waiting',
};

/**
 * One bar for each stay in a state that does something. The last one goes on until `now`.
 * @param {readonly SentTransition[]} transitions
 * @param {number} now
 * @returns {Bar[]}
 */
export function barsOf(transitions, now) {
  /** @type {Bar[]} */
  const bars = [];
  /** @type {Bar | null} */
  let open = null;
  for (const transition of transitions) {
    if (open && isSameStay(open, transition)) continue;
    if (open) Object.assign(open, { to: transition.at, isOpen: false, outcome: endOf(transition) });
    open = begun(transition);
    if (open) bars.push(open);
  }
  if (open) open.to = Math.max(now, open.from);
  return bars;
}

/**
 * The stretches in which nobody is to work: after an interruption or a failure until somebody goes on, and the waits
 * for a usage limit.
 * @param {readonly SentTransition[]} transitions
 * @returns {(Span & { state: string })[]}
 */
export function restsOf(transitions) {
  return transitions.flatMap(({ state, at }, index) => {
    const next = transitions[index + 1];
    const isRest = (isEnded(state) && !isFinal(state)) || state === 'waitingForQuota';
    return next && isRest ? [{ state, from: at, to: next.at }] : [];
  });
}

/**
 * The stretches in which there were signs of life, each of which counts for `quietMs` (milliseconds); between them it
 * was silent. The signs are in order.
 * @param {readonly number[]} signs
 * @param {Span} within
 * @param {number} quietMs
 * @returns {Span[]}
 */
export function busySpans(signs, { from, to }, quietMs) {
  /** @type {Span[]} */
  const spans = [];
  let at = firstFrom(signs, from);
  while (at < signs.length) {
    const begin = signs[at] ?? 0;
    if (begin > to) break;
    const last = lastInReach(signs, at, quietMs, to);
    spans.push({ from: begin, to: Math.min(to, (signs[last] ?? 0) + quietMs) });
    at = last + 1;
  }
  return spans;
}

/**
 * Index of the last sign that is reached in steps of at most `quietMs`; the steps are as long as can be, so that of many
 * signs few are looked at.
 * @param {readonly number[]} signs
 * @param {number} first
 * @param {number} quietMs
 * @param {number} until
 */
function lastInReach(signs, first, quietMs, until) {
  let at = first;
  for (;;) {
    const next = firstFrom(signs, Math.min((signs[at] ?? 0) + quietMs, until) + 1) - 1;
    if (next <= at) return at;
    at = next;
  }
}

/**
 * The longest stretch without a sign of life, in milliseconds.
 * @param {readonly number[]} signs
 * @param {Span} within
 */
export function longestSilence(signs, { from, to }) {
  let longest = 0;
  let last = from;
  for (let at = firstFrom(signs, from); at < signs.length; at += 1) {
    const sign = signs[at] ?? 0;
    if (sign > to) break;
    longest = Math.max(longest, sign - last);
    last = sign;
  }
  return Math.max(longest, to - last);
}

/**
 * Index of the first value that is not smaller, in an ascending list.
 * @param {readonly number[]} values
 * @param {number} wanted
 */
export function firstFrom(values, wanted) {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * @param {SentTransition} transition
 * @returns {Bar | null}
 */
function begun({ state, at, seq, context }) {
  const lane = LANE_OF[state];
  if (!lane) return null;
  const attempt = context.attempt?.number ?? null;
  return { lane, state, attempt, seq, from: at, to: at, isOpen: true, outcome: null };
}

/**
 * @param {Bar} bar
 * @param {SentTransition} transition
 */
function isSameStay(bar, { state, context }) {
  return bar.state === state && bar.attempt === (context.attempt?.number ?? null);
}

/**
 * How a stay ended, by the event that ended it.
 * @param {Pick<SentTransition, 'event'>} transition
 * @returns {Outcome}
 */
export function endOf({ event }) {
  switch (event.type) {
    case 'agent.ended':
      return endedOutcome(event.end);
    case 'checks.ended':
      return event.feedback ? bad('failed') : good('passed');
    case 'xstate.done.actor.recovery':
      return recoveredOutcome(event.output.findings.kind);
    case 'run.interrupt':
      return neutral('interrupted');
    case 'process.restarted':
      return bad('oneshot was lost');
    case 'agent.spent':
      return bad('budget spent');
    default:
      return timedOutcome(event.type);
  }
}

/**
 * @param {Pick<import('../../machines/contracts.ts').AttemptEnd, 'class' | 'verdict'>} end
 * @returns {Outcome}
 */
function endedOutcome({ class: endClass, verdict }) {
  if (verdict) return { text: verdict.kind, tone: verdict.kind === 'done' ? 'good' : 'neutral' };
  return endClass === 'clean' ? good('finished') : bad(endClass);
}

/**
 * @param {string} kind
 * @returns {Outcome}
 */
function recoveredOutcome(kind) {
  if (kind === 'success' || kind === 'alive') return good(kind);
  return kind === 'dead' ? bad(kind) : neutral(kind);
}

/**
 * @param {string} type
 * @returns {Outcome}
 */
function timedOutcome(type) {
  if (type.includes('.inactivity.')) return bad('fell silent');
  if (type.includes('.attemptCeiling.')) return bad('out of time');
  return type.startsWith('xstate.error.') ? bad('broke') : neutral('went on');
}

/** @param {string} text @returns {Outcome} */
const good = (text) => ({ text, tone: 'good' });
/** @param {string} text @returns {Outcome} */
const bad = (text) => ({ text, tone: 'bad' });
/** @param {string} text @returns {Outcome} */
const neutral = (text) => ({ text, tone: 'neutral' });
