import type { Activity, StreamFailure } from '../../machines/activity.ts';
import { boundAnswer } from '../bounded-answer.ts';
import { boundText, type JsonLinesOptions, type JsonObject } from '../stream-reader.ts';
import { claudeRecords, noticeOf } from './claude-records.ts';
import { numberOrNull, objectOf, textOf } from './json-fields.ts';
import { failureOf } from './stream-failure.ts';
import { positiveOrNull } from './usage-sum.ts';

export const QWEN_LOGIN =
  'Log in with `/auth` in qwen, or set the key of its provider (OPENAI_API_KEY with --auth-type openai).';

/** An error of its API, which it prints as if the model had said it: that is no work. */
const API_ERROR = /^\[API Error: .*\]$/s;

/** Reads the records of `qwen -o stream-json`: those of Claude Code but for the result and the retries. */
export function qwenRecords(): JsonLinesOptions['onRecord'] {
  const readShared = claudeRecords();
  return (record, line) => {
    if (record.type === 'result') {
      const { session_id } = record;
      return [...readShared({ session_id }, line), ...readResult(record)];
    }
    const isRetry = record.type === 'system' && record.subtype === 'retry';
    const shared = readShared(record, line).map((activity) =>
      activity.kind === 'text' && API_ERROR.test(activity.text.trim())
        ? noticeOf(activity)
        : activity,
    );
    return [...shared, ...(isRetry ? [readRetry(record)] : [])];
  };
}

function readRetry(record: JsonObject): Activity {
  const why = textOf(record.message) || textOf(record.error) || textOf(record.reason);
  const message = `waits for its API${why ? `: ${boundText(why)}` : ''}`;
  return { kind: 'retry', message, delayMs: numberOrNull(record.retry_delay_ms) };
}

/** Usage counts here only: the assistant's records have zeros where its words were cut in pieces. */
function readResult(record: JsonObject): Activity[] {
  const text = boundAnswer(textOf(record.result));
  const structured = record.structured_result ?? null;
  return [
    readUsage(objectOf(record.usage)),
    { kind: 'result', text, structured, failure: readFailure(record, text) },
  ];
}

/** Of the whole session, also of what was before it was resumed. Input has what came from the cache. */
function readUsage({ input_tokens: input, output_tokens: output }: JsonObject): Activity {
  return {
    kind: 'usage',
    inputTokens: positiveOrNull(numberOrNull(input)),
    outputTokens: positiveOrNull(numberOrNull(output)),
    costUsd: null,
  };
}

function readFailure(record: JsonObject, text: string): StreamFailure | null {
  const subtype = textOf(record.subtype);
  if (record.is_error !== true && !subtype.startsWith('error')) return null;
  const message = textOf(objectOf(record.error).message) || text || subtype;
  return failureOf(message || 'it failed without saying why', { login: QWEN_LOGIN });
}
