/**
 * What the agents did, and which of it is looked at. Takes hundreds of thousands of lines: everything that is asked of
 * it while it grows is kept ready. Pure.
 */
import { firstFrom } from './spans.js';
import { activityText, attemptText } from './words.js';

/** @import { LogLine } from '../../services/activity-log.ts' */

/**
 * Which lines are looked at.
 * @typedef {object} Filter
 * @property {string} words all of them must be in the line, in any case
 * @property {Group | 'all'} group
 * @property {string | null} attempt folder name of the only attempt that is wanted
 */

/** @typedef {'words' | 'tools' | 'results' | 'problems' | 'usage'} Group */

/**
 * What a person looks for, and the kinds of lines that it means.
 * @type {Readonly<Record<LogLine['kind'], Group>>}
 */
const GROUP_OF = {
  text: 'words',
  thinking: 'words',
  toolCall: 'tools',
  toolResult: 'tools',
  result: 'results',
  error: 'problems',
  retry: 'problems',
  usage: 'usage',
  session: 'usage',
};

/** @type {readonly (Group | 'all')[]} */
export const GROUPS = ['all', 'words', 'tools', 'results', 'problems', 'usage'];

/** @type {Filter} */
export const EVERYTHING = { words: '', group: 'all', attempt: null };

export function createActivityLog() {
  /** @type {LogLine[]} */
  const all = [];
  /** @type {LogLine[]} */
  let shown = all;
  let filter = EVERYTHING;
  /** @type {Map<string, number[]>} */
  const signs = new Map();

  return {
    /** All lines, in order. */
    all,
    /** Those that pass the filter. */
    get shown() {
      return shown;
    },
    get filter() {
      return filter;
    },
    /** @param {readonly LogLine[]} lines */
    add(lines) {
      const passes = predicate(filter);
      for (const line of lines) {
        all.push(line);
        timesOf(signs, line.attempt).push(line.at);
        if (shown !== all && passes(line)) shown.push(line);
      }
    },
    /** @param {Partial<Filter>} change */
    look(change) {
      filter = { ...filter, ...change };
      shown = isEverything(filter) ? all : all.filter(predicate(filter));
    },
    /** Names of the attempts that did anything, in order. */
    attempts: () => signs.keys(),
    /**
     * When an attempt showed signs of life, in order.
     * @param {string} attempt
     * @returns {readonly number[]}
     */
    signsOf: (attempt) => signs.get(attempt) ?? [],
    /**
     * When an attempt last did anything, up to a moment.
     * @param {string} attempt
     * @param {number} until
     */
    lastSignAt(attempt, until) {
      const times = signs.get(attempt) ?? [];
      return times[firstFrom(times, until + 1) - 1] ?? null;
    },
    /**
     * How many of the shown lines there were at a moment.
     * @param {number} at
     */
    countUpTo: (at) => countUpTo(shown, at),
  };
}

/** @typedef {ReturnType<typeof createActivityLog>} ActivityLog */

/** @param {Map<string, number[]>} signs @param {string} attempt */
function timesOf(signs, attempt) {
  const known = signs.get(attempt);
  if (known) return known;
  /** @type {number[]} */
  const times = [];
  signs.set(attempt, times);
  return times;
}

/** @param {readonly LogLine[]} lines @param {number} at */
function countUpTo(lines, at) {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param {Filter} filter */
function isEverything({ words, group, attempt }) {
  return words.trim() === '' && group === 'all' && attempt === null;
}

/**
 * @param {Filter} filter
 * @returns {(line: LogLine) => boolean}
 */
function predicate({ words, group, attempt }) {
  const wanted = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  return (line) => {
    if (group !== 'all' && groupOf(line) !== group) return false;
    if (attempt !== null && line.attempt !== attempt) return false;
    if (wanted.length === 0) return true;
    const text = `${line.kind} ${attemptText(line.attempt)} ${activityText(line)}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
}

/**
 * A tool or a result that failed is a problem as well, but it is looked for among its own.
 * @param {LogLine} line
 */
function groupOf(line) {
  return GROUP_OF[line.kind];
}
