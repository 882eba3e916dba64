/** What a provider's or an agent's own words say about why it failed: the words differ, the classes are few. */
import type { StreamFailure } from '../../machines/activity.ts';
import { boundText } from '../stream-reader.ts';

/** Characters of an error's message that a record carries. */
const MESSAGE_LENGTH = 1_000;

/** What a person can do about a prompt that is too long. */
export const SHORTEN = 'Shorten the task, or choose a model with a larger context.';

/**
 * The first that fits counts: a prompt that is too long is often an error 400 that also speaks of limits, and a quota that
 * is used up is sometimes an error 403.
 */
const CLASSES = [
  [
    'contextTooLong',
    /prompt_too_long|prompt is too long|context.?(length|window)|maximum context|hit a token limit|too many tokens|input token count|range of input length/i,
  ],
  [
    'unauthorized',
    /\b401\b|invalid (x-)?api.?key|incorrect api key|authenticat|\/login|oauth token|no api key|api key not valid|auth (method|type)|(log|sign) ?in again|not logged in/i,
  ],
  [
    'limited',
    /\b(429|503|529)\b|rate.?limit|overloaded|usage limit|hit your .*limit|limit reached|quota|too many requests|resource.?exhausted|at capacity|high demand/i,
  ],
  ['unauthorized', /\b403\b|permission_denied/i],
] as const;

/**
 * The failure that a message tells of, with what a person can do. `evidence` is what else was said about it (an error's name, an HTTP status);
 * `login` is what a person can do when the agent is not authorised.
 */
export function failureOf(
  message: string,
  { evidence = '', login = '' }: { readonly evidence?: string; readonly login?: string } = {},
): StreamFailure {
  const failure = CLASSES.find(([, pattern]) => pattern.test(`${message} ${evidence}`))?.[0];
  const advice = failure === 'unauthorized' ? login : failure === 'contextTooLong' ? SHORTEN : '';
  const said = boundText(message, MESSAGE_LENGTH);
  return { class: failure ?? 'crashed', message: joined(said, advice), resumeAt: null };
}

function joined(message: string, advice: string): string {
  if (advice === '') return message;
  return /[.!?]$/.test(message) ? `${message} ${advice}` : `${message}. ${advice}`;
}
