/** The way of a run through the statechart, up to a transition. Pure. */

/** @import { SentTransition } from '../../services/inspect-api.ts' */

/**
 * How often each move was taken, how often each state was entered, and how long it was stayed in (milliseconds), up to
 * and with the transition at `index`. Of what comes later it knows nothing.
 * @param {readonly SentTransition[]} transitions
 * @param {number} index
 */
export function wayTo(transitions, index) {
  /** @type {Map<string, number>} */
  const moves = new Map();
  /** @type {Map<string, number>} */
  const visits = new Map();
  let before = '';
  for (const { moves: taken, state } of transitions.slice(0, index + 1)) {
    for (const move of taken) moves.set(move, (moves.get(move) ?? 0) + 1);
    if (state !== before) visits.set(state, (visits.get(state) ?? 0) + 1);
    before = state;
  }
  return { moves, visits };
}

/**
 * Whether a state value is in a state by its path: `{recoveryPending: 'examining'}` is in `recoveryPending.examining`,
 * and so it is in `recoveryPending`.
 * @param {unknown} value
 * @param {string} id
 * @returns {boolean}
 */
export function isIn(value, id) {
  if (typeof value !== 'object' || value === null) return value === id;
  return Object.entries(value).some(
    ([parent, child]) =>
      parent === id || (id.startsWith(`${parent}.`) && isIn(child, id.slice(parent.length + 1))),
  );
}

/**
 * The next transition behind `index`, around the end, for which something holds; -1 when there is none.
 * @param {readonly SentTransition[]} transitions
 * @param {number} index
 * @param {(transition: SentTransition, before: SentTransition | undefined) => boolean} holds
 */
export function nextWhere(transitions, index, holds) {
  const count = transitions.length;
  for (let step = 1; step <= count; step += 1) {
    const at = (index + step) % count;
    const transition = transitions[at];
    if (transition && holds(transition, transitions[at - 1])) return at;
  }
  return -1;
}
