import type { Activity, StreamFailure } from '../../machines/activity.ts';
import { boundAnswer } from '../bounded-answer.ts';
import {
  boundText,
  type JsonLinesOptions,
  type JsonObject,
  parseRecord,
} from '../stream-reader.ts';
import { readCall, readCallEnd } from './codex-tools.ts';
import { numberOrNull, objectOf, textOf } from './json-fields.ts';
import { failureOf } from './stream-failure.ts';
import { positiveOrNull } from './usage-sum.ts';

const LOGIN = 'Log in with `codex login`, or set CODEX_API_KEY.';

/** Codex starts its request anew after this. */
const RECONNECTING = /^Reconnecting\b/;

/**
 * Reads the events of `codex exec --json`. An item of type `error` is a warning (an unknown model's name gives one in
 * every run), and an `error` is fatal only when nothing comes after it: `turn.failed` says so, or the end of the stream.
 * The answer is the last message after the last tool call; a turn without one is completed all the same.
 */
export function codexRecords(): Pick<JsonLinesOptions, 'onRecord' | 'onEnd'> {
  const called = new Set<string>();
  let answer = '';
  let failure: StreamFailure | null = null;

  const readWords = ({ type, ...item }: JsonObject): Activity[] => {
    const text = textOf(item.text);
    if (type === 'agent_message') answer = text;
    return [{ kind: type === 'agent_message' ? 'text' : 'thinking', text: boundText(text) }];
  };
  const sayCall = (item: JsonObject): Activity[] => {
    const call = readCall(item);
    const id = textOf(item.id);
    if (!call || called.has(id)) return [];
    called.add(id);
    answer = '';
    return [call];
  };
  const readItem = (item: JsonObject): Activity[] => {
    switch (item.type) {
      case 'agent_message':
      case 'reasoning':
      case 'plan':
        return readWords(item);
      case 'error':
        return [{ kind: 'error', message: boundText(textOf(item.message)) }];
      default:
        return [...sayCall(item), ...readCallEnd(item)];
    }
  };
  const readError = (message: string): Activity[] => {
    if (RECONNECTING.test(message))
      return [
        { kind: 'retry', message: `waits for its API: ${boundText(message)}`, delayMs: null },
      ];
    failure = failureOf(message, { login: LOGIN });
    return [{ kind: 'error', message: failure.message }];
  };
  const fail = ({ message }: JsonObject): Activity[] => {
    failure = null;
    const why = textOf(message) || 'it failed without saying why';
    return [resultOf('', failureOf(why, { login: LOGIN }))];
  };

  return {
    onRecord(record) {
      if (record.type !== 'error' && record.type !== 'turn.failed') failure = null;
      switch (record.type) {
        case 'thread.started':
          return [{ kind: 'session', sessionId: textOf(record.thread_id) }];
        case 'item.started':
          return sayCall(objectOf(record.item));
        case 'item.completed':
          return readItem(objectOf(record.item));
        case 'turn.completed':
          return [readUsage(objectOf(record.usage)), resultOf(answer, null)];
        case 'error':
          return readError(textOf(record.message));
        case 'turn.failed':
          return fail(objectOf(record.error));
        default:
          return [];
      }
    },
    onEnd: () => (failure ? [resultOf('', failure)] : []),
  };
}

/** An answer by `--output-schema` is nothing but the JSON object. */
function resultOf(text: string, failure: StreamFailure | null): Activity {
  const structured = parseRecord(text);
  return { kind: 'result', text: boundAnswer(text), structured, failure };
}

/** Of the whole thread, also of what was before it was resumed. Input has what came from the cache. */
function readUsage({ input_tokens: input, output_tokens: output }: JsonObject): Activity {
  return {
    kind: 'usage',
    inputTokens: positiveOrNull(numberOrNull(input)),
    outputTokens: positiveOrNull(numberOrNull(output)),
    costUsd: null,
  };
}
