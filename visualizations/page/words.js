/** What things are called on the page. Pure: no document, no clock. */

/** @import { LogLine } from '../../services/activity-log.ts' */

const ENDED = ['completed', 'rejected', 'failed', 'interrupted'];
const FINAL = ['completed', 'rejected'];

/**
 * Whether a run rests in this state until a person says otherwise.
 * @param {string} state
 */
export function isEnded(state) {
  return ENDED.includes(state);
}

/**
 * Whether nothing can ever lead out of this state.
 * @param {string} state
 */
export function isFinal(state) {
  return FINAL.includes(state);
}

/**
 * `xstate.done.actor.recovery` is `recovery done`, `xstate.after.retryPause.…` is `after retry pause`: as in the chart.
 * @param {string} event
 */
export function eventText(event) {
  const done = /^xstate\.done\.actor\.(\w+)$/.exec(event)?.[1];
  if (done) return `${words(done)} done`;
  const broken = /^xstate\.error\.actor\.(\w+)$/.exec(event)?.[1];
  if (broken) return `${words(broken)} actor broke`;
  const delay = /^xstate\.after\.(\w+)\./.exec(event)?.[1];
  if (delay) return delay === '0' ? 'at once' : `after ${words(delay)}`;
  return event
    .replace(/^xstate\./, '')
    .split('.')
    .map(words)
    .join(' ');
}

/**
 * `reiterationPending` is `reiteration pending`.
 * @param {string} name
 */
export function words(name) {
  return name.replace(/([a-z])([A-Z])/g, (_, end, begin) => `${end} ${begin.toLowerCase()}`);
}

/**
 * The state at the top and those within it: `workerExecuting.live`.
 * @param {unknown} value
 * @returns {string}
 */
export function statePath(value) {
  if (typeof value !== 'object' || value === null) return `${value}`;
  return Object.entries(value)
    .map(([parent, child]) => `${parent}.${statePath(child)}`)
    .join(' ');
}

/**
 * Folder name of an attempt: `0001-worker`.
 * @param {{ readonly number: number, readonly role: string }} attempt
 */
export function attemptName({ number, role }) {
  return `${String(number).padStart(4, '0')}-${role}`;
}

/**
 * `0012-worker` is `worker 12`.
 * @param {string} name
 */
export function attemptText(name) {
  const [, number = '', role = ''] = /^0*(\d+)-(.*)$/.exec(name) ?? [];
  return role ? `${role} ${number}` : name;
}

/**
 * One line of what an agent did.
 * @param {LogLine} line
 */
export function activityText(line) {
  switch (line.kind) {
    case 'toolCall':
      return `${line.name} ${line.input}`.trim();
    case 'usage':
      return usageText(line);
    case 'session':
      return line.sessionId;
    case 'retry':
    case 'error':
      return line.message;
    case 'text':
    case 'thinking':
    case 'toolResult':
    case 'result':
      return line.text;
  }
}

/** @param {{ readonly inputTokens: number | null, readonly outputTokens: number | null, readonly costUsd: number | null }} usage */
export function usageText({ inputTokens, outputTokens, costUsd }) {
  const count = (/** @type {number | null} */ tokens) => tokens?.toLocaleString('en') ?? '?';
  const cost = costUsd === null ? '' : ` · ${moneyText(costUsd)}`;
  return `${count(inputTokens)} tokens in, ${count(outputTokens)} out${cost}`;
}

/** @param {number} usd */
export function moneyText(usd) {
  return `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}

/**
 * `1h 2m`, `3m 4s`, `5.6s`, `48ms`.
 * @param {number} ms
 */
export function durationText(ms) {
  if (ms < 100) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${seconds % 60}s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h ${minutes % 60}m` : `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/**
 * The time that is left or was set, as round as people set it: `5m` instead of `5m 0s`.
 * @param {number} ms
 */
export function spanText(ms) {
  return durationText(ms)
    .replace(/\.0s$/, 's')
    .replace(/ 0[smh]$/, '');
}

/**
 * How long ago, without what does not matter: `just now`, `3m ago`, `2h ago`.
 * @param {number} ms
 */
export function agoText(ms) {
  if (ms < 5_000) return 'just now';
  if (ms < 60_000) return `${Math.floor(ms / 1000)}s ago`;
  return `${durationText(ms).split(' ')[0]} ago`;
}

/**
 * What the state of a completed run does not say: whether checks stand behind it. The whole of it is in its title.
 * @param {string | null} evidence
 */
export function evidenceText(evidence) {
  return evidence?.startsWith('unverified') ? ' (unverified)' : '';
}

/**
 * The flag of a run whose workers changed what its checks depend on; empty for any other.
 * @param {import('../../machines/contracts.ts').ProtectedChanges | null | undefined} changes
 */
export function protectedText(changes) {
  if (!changes) return '';
  const named = changes.named.map(({ path, change }) => `${change} ${path}`);
  const more = changes.count - named.length;
  return `protected files were changed: ${[...named, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')}`;
}
