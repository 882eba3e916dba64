import type { Activity, StreamFailure } from '../../machines/activity.ts';
import {
  boundText,
  type JsonLinesOptions,
  type JsonObject,
  RESULT_LIMIT,
} from '../stream-reader.ts';
import { numberOrNull, objectOf, textOf } from './json-fields.ts';
import { LatestLine } from './latest-line.ts';
import { failureOf } from './stream-failure.ts';
import { positiveOrNull } from './usage-sum.ts';

const LOGIN = 'Log in with `cline auth`.';

/** Each delta of a text repeats all of it so far, as `accumulated`. */
const DELTA =
  /^\{"ts":"[^"]*","type":"agent_event","event":\{"type":"content_start","contentType":"(text|reasoning)"/;

/**
 * Reads the events of `cline --json`. `run_result` ends the stream; when it failed, its text is the error's. It does not
 * come after a SIGINT, although cline then exits with 0.
 */
export function clineRecords(): Pick<JsonLinesOptions, 'onRecord' | 'skips' | 'onEnd'> {
  const deltas = new LatestLine();
  let error: StreamFailure | null = null;

  const readEvent = (event: JsonObject, line: string): Activity[] => {
    const isTool = event.contentType === 'tool';
    switch (event.type) {
      case 'content_start':
        if (isTool) return [readCall(event)];
        deltas.keep(line);
        return [];
      case 'content_end':
        if (!isTool) deltas.clear();
        return [isTool ? readToolResult(event) : readWords(event, textOf(event.text))];
      case 'usage':
        return [readUsage(event.totalInputTokens, event.totalOutputTokens, event.totalCost)];
      case 'error':
        error = readError(event);
        return [{ kind: 'error', message: error.message }];
      default:
        return [];
    }
  };

  return {
    skips(line) {
      const isDelta = DELTA.test(line);
      if (isDelta) deltas.keep(line);
      return isDelta;
    },
    onRecord(record, line) {
      switch (record.type) {
        case 'hook_event': {
          const isStart = record.hookEventName === 'agent_start' && record.parentAgentId === null;
          return isStart ? [{ kind: 'session', sessionId: textOf(record.taskId) }] : [];
        }
        case 'agent_event':
          return readEvent(objectOf(record.event), line);
        case 'run_result': {
          const failure = readFailure(record, error);
          error = null;
          return readEnd(record, failure);
        }
        default:
          return [];
      }
    },
    onEnd() {
      const event = objectOf(deltas.read()?.event);
      const rest = textOf(event.accumulated) || textOf(event.text);
      return [...(rest ? [readWords(event, rest)] : []), ...(error ? [failed(error)] : [])];
    },
  };
}

function readWords({ contentType }: JsonObject, text: string): Activity {
  return { kind: contentType === 'reasoning' ? 'thinking' : 'text', text: boundText(text) };
}

function readCall({ toolCallId, toolName, input }: JsonObject): Activity {
  const shown = boundText(JSON.stringify(input ?? null));
  return { kind: 'toolCall', id: textOf(toolCallId) || null, name: textOf(toolName), input: shown };
}

function readToolResult({ toolCallId, output, error }: JsonObject): Activity {
  const ok = objectOf(output).success !== false && !error;
  const text = textOf(error) || textOf(output) || JSON.stringify(output ?? error ?? null);
  return { kind: 'toolResult', id: textOf(toolCallId) || null, ok, text: boundText(text) };
}

/** A run that failed at once, and a model without a known price, have zeros. Input holds what came from the cache. */
function readUsage(input: unknown, output: unknown, cost: unknown): Activity {
  return {
    kind: 'usage',
    inputTokens: positiveOrNull(numberOrNull(input)),
    outputTokens: positiveOrNull(numberOrNull(output)),
    costUsd: positiveOrNull(numberOrNull(cost)),
  };
}

/** `aggregateUsage` counts its subagents too. */
function readEnd(record: JsonObject, failure: StreamFailure | null): Activity[] {
  const usage = objectOf(record.aggregateUsage ?? record.usage);
  const used = readUsage(usage.inputTokens, usage.outputTokens, usage.totalCost);
  if (failure) return [used, failed(failure)];
  const text = boundText(textOf(record.text), RESULT_LIMIT);
  return [used, { kind: 'result', text, structured: null, failure: null }];
}

function failed(failure: StreamFailure): Activity {
  return { kind: 'result', text: '', structured: null, failure };
}

function readError({ error: value, errorClass }: JsonObject): StreamFailure {
  const message = textOf(objectOf(value).message) || 'it failed without saying why';
  const evidence = errorClass === 'auth' ? '401' : '';
  return failureOf(message, { evidence, login: LOGIN });
}

function readFailure({ finishReason, text }: JsonObject, error: StreamFailure | null) {
  if (finishReason === 'completed') return null;
  if (error) return error;
  if (finishReason === 'error')
    return failureOf(textOf(text) || 'it failed without saying why', { login: LOGIN });
  const message = `it ended before it was done (${textOf(finishReason) || 'no reason given'})`;
  const failure: StreamFailure = { class: 'crashed', message, resumeAt: null };
  return failure;
}
