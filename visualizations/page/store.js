/**
 * The run that is looked at: its transitions, and which of them. Those who draw are told when something has changed;
 * everything else they compute from here. Pure: no document, no clock, no network.
 */

/** @import { SentTransition } from '../../services/inspect-api.ts' */

export function createStore() {
  /** @type {SentTransition[]} */
  const transitions = [];
  /** @type {Set<() => void>} */
  const listeners = new Set();
  let index = -1;
  let isFollowing = true;

  const changed = () => {
    for (const listener of listeners) listener();
  };
  /** @param {number} next @param {boolean} follow */
  const moveTo = (next, follow) => {
    index = Math.min(Math.max(next, 0), transitions.length - 1);
    isFollowing = follow;
    changed();
  };

  return {
    /** @type {readonly SentTransition[]} */
    transitions,
    /** Of the transition that is looked at; -1 while there is none. */
    get index() {
      return index;
    },
    /** Whether the newest transition is looked at as soon as it comes. */
    get isFollowing() {
      return isFollowing;
    },
    get current() {
      return transitions[index];
    },
    get newest() {
      return transitions.at(-1);
    },
    /**
     * Takes a transition; one that is there already is left out, since a stream may begin again.
     * @param {SentTransition} transition
     */
    add(transition) {
      const newest = transitions.at(-1);
      if (newest && transition.seq <= newest.seq) return;
      transitions.push(transition);
      if (isFollowing) index = transitions.length - 1;
      changed();
    },
    /** @param {number} next an index; what is out of range means the nearest end */
    goTo: (next) => moveTo(next, false),
    /** @param {number} by */
    step: (by) => moveTo(index + by, false),
    /** @param {number} seq */
    goToSeq(seq) {
      const found = transitions.findIndex((transition) => transition.seq === seq);
      if (found !== -1) moveTo(found, false);
    },
    /**
     * What held at a moment.
     * @param {number} at epoch milliseconds
     */
    goToTime: (at) =>
      moveTo(
        transitions.findLastIndex((each) => each.at <= at),
        false,
      ),
    /** Back to what happens now. */
    follow: () => moveTo(transitions.length - 1, true),
    /**
     * @param {() => void} listener
     * @returns {() => void} ends it
     */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */

/** Milliseconds between two steps when a run is played: as it was, a few times faster, within what one can follow. */
const PLAYED = { speed: 4, shortest: 180, longest: 1_400 };

/**
 * How long a played run rests on a transition before it goes on.
 * @param {readonly SentTransition[]} transitions
 * @param {number} index
 */
export function restOn(transitions, index) {
  const [now, next] = [transitions[index], transitions[index + 1]];
  if (!now || !next) return PLAYED.longest;
  const { speed, shortest, longest } = PLAYED;
  return Math.min(Math.max((next.at - now.at) / speed, shortest), longest);
}
