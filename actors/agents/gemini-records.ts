import type { Activity, StreamFailure } from '../../machines/activity.ts';
import { RESULT_LIMIT } from '../bounded-answer.ts';
import { boundText, type JsonLinesOptions, type JsonObject } from '../stream-reader.ts';
import { readGeminiFailure, stoppedBy } from './gemini-failure.ts';
import { numberOrNull, objectOf, textOf } from './json-fields.ts';
import { positiveOrNull } from './usage-sum.ts';
import { createWords } from './words.ts';

/** Words are said by whole lines, or when there are many: at the same places whenever the stream is read again. */
const NO_CLOCK = (): number => 0;

/**
 * Reads the events of `gemini -o stream-json`. Its result has no text: the answer is what was said after the last tool.
 * A result that claims success after an `error` (`Loop detected`) which was followed by nothing is a failure by that.
 */
export function geminiRecords(): Pick<JsonLinesOptions, 'onRecord' | 'onEnd'> {
  let held: Activity[] = [];
  const words = createWords((said) => void held.push(said), NO_CLOCK);
  let answer = '';
  let told: string | null = null;

  const take = (): Activity[] => {
    const taken = held;
    held = [];
    return taken;
  };
  const sayAll = (): Activity[] => {
    words.flush();
    return take();
  };
  const readWords = ({ role, content }: JsonObject): Activity[] => {
    if (role !== 'assistant') return [];
    told = null;
    answer = lastOf(answer + textOf(content), 2 * RESULT_LIMIT);
    words.add('text', textOf(content));
    return take();
  };
  const beginAnew = (activity: Activity): Activity[] => {
    told = null;
    answer = '';
    return [...sayAll(), activity];
  };
  const readError = ({ message }: JsonObject): Activity[] => {
    told = textOf(message);
    return [...sayAll(), { kind: 'error', message: boundText(textOf(message)) }];
  };
  const readResult = (record: JsonObject): Activity[] => {
    const failure = failureOfResult(record, told);
    const text = lastOf(answer.trim(), RESULT_LIMIT);
    const result: Activity = { kind: 'result', text, structured: null, failure };
    return [...sayAll(), readUsage(objectOf(record.stats)), result];
  };

  return {
    onRecord(record) {
      switch (record.type) {
        case 'init':
          return [{ kind: 'session', sessionId: textOf(record.session_id) }];
        case 'message':
          return readWords(record);
        case 'tool_use':
          return beginAnew(readCall(record));
        case 'tool_result':
          return beginAnew(readToolResult(record));
        case 'error':
          return readError(record);
        case 'result':
          return readResult(record);
        default:
          return [];
      }
    },
    onEnd: sayAll,
  };
}

/** An error after which it said and did nothing more counts, whatever the result claims. */
function failureOfResult(record: JsonObject, told: string | null): StreamFailure | null {
  if (record.status !== 'success') return readGeminiFailure(record, told ?? '');
  return told === null ? null : stoppedBy(told);
}

/** Of a text longer than the limit, the last characters of a result: a verdict is at the end. */
function lastOf(text: string, limit: number): string {
  return text.length > limit ? text.slice(-RESULT_LIMIT) : text;
}

function readCall({ tool_id: id, tool_name: name, parameters }: JsonObject): Activity {
  const input = boundText(JSON.stringify(parameters ?? null));
  return { kind: 'toolCall', id: textOf(id) || null, name: textOf(name), input };
}

function readToolResult({ tool_id: id, status, output, error }: JsonObject): Activity {
  const text = textOf(output) || textOf(objectOf(error).message);
  return {
    kind: 'toolResult',
    id: textOf(id) || null,
    ok: status === 'success',
    text: boundText(text),
  };
}

/** Of this run, also when it goes on with a session. Input has what came from the cache; zeros are a failure's. */
function readUsage({ input_tokens: input, output_tokens: output }: JsonObject): Activity {
  return {
    kind: 'usage',
    inputTokens: positiveOrNull(numberOrNull(input)),
    outputTokens: positiveOrNull(numberOrNull(output)),
    costUsd: null,
  };
}
