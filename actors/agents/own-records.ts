/**
 * The output of the agents that are small processes of ours: one JSON object a line, an activity with its kind as
 * `type`. They speak the common vocabulary already.
 */
import type { Activity, StreamFailure } from '../../machines/activity.ts';
import { boundAnswer } from '../bounded-answer.ts';
import { boundText, type JsonObject } from '../stream-reader.ts';
import { numberOrNull, objectOf, textOf } from './json-fields.ts';

/** An activity as a line of such an agent, with its newline. */
export function lineOf({ kind, ...rest }: Activity): string {
  return `${JSON.stringify({ type: kind, ...rest })}\n`;
}

/** A line that says only that the agent lives: no activity. */
export const SIGN_OF_LIFE = '{"type":"alive"}\n';

/** The activity of a record; none when it is of an unknown kind. */
export function readOwnRecord(record: JsonObject): Activity[] {
  const text = boundText(textOf(record.text));
  switch (record.type) {
    case 'session':
      return [{ kind: 'session', sessionId: textOf(record.sessionId) }];
    case 'text':
    case 'thinking':
      return [{ kind: record.type, text }];
    case 'toolCall':
      return [{ kind: 'toolCall', ...call(record) }];
    case 'toolResult':
      return [{ kind: 'toolResult', id: idOf(record), ok: record.ok !== false, text }];
    case 'usage':
      return [usage(record)];
    case 'retry':
      return [{ kind: 'retry', message: message(record), delayMs: numberOrNull(record.delayMs) }];
    case 'error':
      return [{ kind: 'error', message: message(record) }];
    case 'result':
      return [result(record)];
    default:
      return [];
  }
}

function call(record: JsonObject) {
  return { id: idOf(record), name: textOf(record.name), input: boundText(textOf(record.input)) };
}

function idOf({ id }: JsonObject): string | null {
  return textOf(id) || null;
}

function message(record: JsonObject): string {
  return boundText(textOf(record.message));
}

function usage({ inputTokens, outputTokens, costUsd }: JsonObject): Activity {
  return {
    kind: 'usage',
    inputTokens: numberOrNull(inputTokens),
    outputTokens: numberOrNull(outputTokens),
    costUsd: numberOrNull(costUsd),
  };
}

function result(record: JsonObject): Activity {
  const text = boundAnswer(textOf(record.text));
  return { kind: 'result', text, structured: record.structured ?? null, failure: failure(record) };
}

const FAILURES = [
  'limited',
  'unauthorized',
  'notFound',
  'contextTooLong',
  'crashed',
  'empty',
  'stopped',
] as const;

/** A failure as a whole, or in short as a scenario has it: its class, with the text as what was said. */
function failure({ failure: given, text, resumeAt }: JsonObject): StreamFailure | null {
  const whole =
    typeof given === 'string' ? { class: given, message: text, resumeAt } : objectOf(given);
  const known = FAILURES.find((name) => name === whole.class);
  if (!known) return null;
  return {
    class: known,
    message: textOf(whole.message),
    resumeAt: numberOrNull(whole.resumeAt),
  };
}
