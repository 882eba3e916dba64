/**
 * Time as a place from 0 to 1. Long rests (a night between an interruption and its resume, a wait for a usage limit)
 * take a small fixed share each, so that what was done stays visible; everywhere else time runs evenly. Pure.
 */

/** @import { Span } from './spans.js' */

/** Share of the whole that one long rest takes. */
const REST_SHARE = 0.04;

/** Share that all long rests take together, at most. */
const ALL_RESTS_SHARE = 0.4;

/**
 * @typedef {object} TimeScale
 * @property {(at: number) => number} place
 * @property {(place: number) => number} timeAt
 * @property {readonly (Span & { place: number, width: number })[]} breaks the rests that take less than their due
 */

/**
 * @param {Span} whole
 * @param {readonly Span[]} rests in order, not overlapping
 * @returns {TimeScale}
 */
export function timeScale({ from, to }, rests) {
  const end = Math.max(to, from + 1);
  const inside = rests.filter((rest) => rest.from >= from && rest.to <= end && rest.to > rest.from);
  const { short, share } = shortened(end - from, inside);
  const worked = end - from - short.reduce((sum, rest) => sum + rest.to - rest.from, 0);
  const rate = (1 - short.length * share) / Math.max(worked, 1);
  const pieces = piecesOf({ from, to: end }, short, rate, share);
  return {
    place: (at) => placeOf(pieces, at),
    timeAt: (place) => timeOf(pieces, place),
    breaks: pieces
      .filter(({ isRest }) => isRest)
      .map((piece) => ({
        from: piece.from,
        to: piece.to,
        place: piece.begin,
        width: piece.finish - piece.begin,
      })),
  };
}

/**
 * Those that would take more than their share. Shortening one makes the others wider, so it is looked again.
 * @param {number} total
 * @param {readonly Span[]} rests
 */
function shortened(total, rests) {
  /** @type {Span[]} */
  let short = [];
  for (;;) {
    const share = Math.min(REST_SHARE, ALL_RESTS_SHARE / Math.max(short.length, 1));
    const left = total - short.reduce((sum, rest) => sum + rest.to - rest.from, 0);
    const room = 1 - short.length * share;
    const more = rests.filter(
      (rest) =>
        short.includes(rest) || ((rest.to - rest.from) / Math.max(left, 1)) * room > REST_SHARE * 2,
    );
    if (more.length === short.length) return { short, share };
    short = more;
  }
}

/**
 * @typedef {object} Piece
 * @property {number} from
 * @property {number} to
 * @property {number} begin
 * @property {number} finish
 * @property {boolean} isRest
 */

/**
 * @param {Span} whole
 * @param {readonly Span[]} rests
 * @param {number} rate
 * @param {number} share
 * @returns {Piece[]}
 */
function piecesOf({ from, to }, rests, rate, share) {
  /** @type {Piece[]} */
  const pieces = [];
  let [time, place] = [from, 0];
  const add = (
    /** @type {number} */ until,
    /** @type {number} */ width,
    /** @type {boolean} */ isRest,
  ) => {
    if (until <= time) return;
    pieces.push({ from: time, to: until, begin: place, finish: place + width, isRest });
    [time, place] = [until, place + width];
  };
  for (const rest of rests) {
    add(rest.from, (rest.from - time) * rate, false);
    add(rest.to, share, true);
  }
  add(to, 1 - place, false);
  return pieces;
}

/** @param {readonly Piece[]} pieces @param {number} at */
function placeOf(pieces, at) {
  const piece = pieces.find(({ to }) => at <= to) ?? pieces.at(-1);
  if (!piece) return 0;
  const part = (at - piece.from) / (piece.to - piece.from);
  return piece.begin + part * (piece.finish - piece.begin);
}

/** @param {readonly Piece[]} pieces @param {number} place */
function timeOf(pieces, place) {
  const piece = pieces.find(({ finish }) => place <= finish) ?? pieces.at(-1);
  if (!piece) return 0;
  const part = (place - piece.begin) / (piece.finish - piece.begin || 1);
  return piece.from + part * (piece.to - piece.from);
}

/** Steps of an axis, in milliseconds. */
const STEPS = [
  100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 144e5,
  432e5, 864e5, 1728e5, 6048e5,
];

/**
 * A round step so that there are at most `count` in a span.
 * @param {number} ms
 * @param {number} count
 */
export function niceStep(ms, count) {
  return STEPS.find((step) => step >= ms / count) ?? 24192e5;
}
