/** The run as messages between those who take part in it. Pure. */
import { endOf } from './spans.js';
import { retryPause } from './timers.js';
import { isIn } from './way.js';
import { isEnded, spanText } from './words.js';

/** @import { SentTransition } from '../../services/inspect-api.ts' */
/** @import { Outcome } from './spans.js' */

/** @typedef {'you' | 'machine' | 'worker' | 'checks' | 'recovery' | 'auditor'} Party */

/**
 * @typedef {object} Message
 * @property {number} seq
 * @property {number} at
 * @property {Party} from
 * @property {Party} to the same as `from` for what somebody does alone
 * @property {string} text
 * @property {Outcome['tone']} tone
 * @property {boolean} isSilent whether nothing was said: it was the silence that told
 */

/**
 * From the left.
 * @type {readonly Party[]}
 */
export const PARTIES = ['you', 'machine', 'worker', 'checks', 'recovery', 'auditor'];

/**
 * @param {readonly SentTransition[]} transitions
 * @param {number} [first] index of the first transition that is wanted; those before it are context
 * @returns {Message[]}
 */
export function messagesOf(transitions, first = 0) {
  return transitions.slice(first).flatMap((transition, place) => {
    const before = transitions[first + place - 1];
    return [...heard(transition, before), ...asked(transition, before)];
  });
}

/**
 * What the machine was told.
 * @param {SentTransition} transition
 * @param {SentTransition | undefined} before
 * @returns {Message[]}
 */
function heard({ event, seq, at, context }, before) {
  const outcome = endOf({ event });
  const say = (/** @type {Party} */ from, text = outcome.text, isSilent = false) => [
    message(seq, at, from, 'machine', text, outcome.tone, isSilent),
  ];
  const role = before?.context.attempt?.role ?? context.attempt?.role ?? 'worker';
  switch (event.type) {
    case 'run.start':
    case 'run.resume':
    case 'run.extend':
      return say('you', event.type.replace('run.', ''));
    case 'run.interrupt':
      return say('you', `interrupt (${event.reason})`);
    case 'run.forked':
      return say('you', 'fork');
    case 'agent.ended':
      return say(role, endText(event.end, outcome.text));
    case 'checks.ended':
      return say('checks');
    case 'xstate.done.actor.recovery':
      return say('recovery');
    case 'process.restarted':
      return [message(seq, at, 'machine', 'machine', 'oneshot was lost, and started again', 'bad')];
    default:
      return /\.(inactivity|attemptCeiling)\./.test(event.type)
        ? say(role, outcome.text, true)
        : [];
  }
}

/**
 * What the machine asked for in the state that it came to.
 * @param {SentTransition} transition
 * @param {SentTransition | undefined} before
 * @returns {Message[]}
 */
function asked({ state, seq, at, context, value, reason }, before) {
  const { attempt } = context;
  if (isSame(before, { state, context, value })) return [];
  const ask = (/** @type {Party} */ to, /** @type {string} */ text, tone = toneOf(state)) => [
    message(seq, at, 'machine', to, text, tone),
  ];
  const number = attempt?.number ?? 0;
  switch (state) {
    case 'workerExecuting':
      return ask('worker', attempt?.attach ? `attach to ${number}` : `work · attempt ${number}`);
    case 'auditorExecuting':
      return ask('auditor', attempt?.attach ? `attach to ${number}` : `judge · attempt ${number}`);
    case 'checksExecuting':
      return ask('checks', 'run');
    case 'recoveryPending':
      return isIn(value, 'recoveryPending.pausing')
        ? ask('machine', `pauses for ${spanText(retryPause(context))}`)
        : ask('recovery', `examine attempt ${number}`);
    case 'waitingForQuota':
      return ask('machine', 'waits for the usage limit');
    default:
      return isEnded(state) ? ask('you', reason ? `${state}: ${reason}` : state) : [];
  }
}

/** @param {SentTransition | undefined} before @param {Pick<SentTransition, 'state' | 'context' | 'value'>} now */
function isSame(before, { state, context, value }) {
  return (
    before?.state === state &&
    before.context.attempt?.number === context.attempt?.number &&
    JSON.stringify(before.value) === JSON.stringify(value)
  );
}

/**
 * @param {import('../../machines/contracts.ts').AttemptEnd} end
 * @param {string} otherwise
 */
function endText({ verdict, class: endClass, result }, otherwise) {
  if (verdict) return 'feedback' in verdict ? `${verdict.kind}: ${verdict.feedback}` : verdict.kind;
  return endClass === 'clean' && result ? result.preview : otherwise;
}

/**
 * @param {string} state
 * @returns {Outcome['tone']}
 */
function toneOf(state) {
  if (state === 'completed') return 'good';
  return state === 'failed' || state === 'rejected' ? 'bad' : 'neutral';
}

/**
 * @param {number} seq
 * @param {number} at
 * @param {Party} from
 * @param {Party} to
 * @param {string} text
 * @param {Outcome['tone']} tone
 * @returns {Message}
 */
function message(seq, at, from, to, text, tone, isSilent = false) {
  const line = text.trim().split('\n')[0] ?? '';
  return { seq, at, from, to, text: line.slice(0, 160), tone, isSilent };
}
