import type { Activity, StreamFailure } from '../../machines/activity.ts';
import { boundAnswer } from '../bounded-answer.ts';
import { boundText, type JsonLinesOptions, type JsonObject, TEXT_LIMIT } from '../stream-reader.ts';
import { numberOrNull, objectOf, textOf } from './json-fields.ts';
import { LatestLine } from './latest-line.ts';
import { failureOf } from './stream-failure.ts';
import { positiveOrNull } from './usage-sum.ts';

const LOGIN = 'Log in with `cline auth`.';

/** A delta of a text that repeats all of it so far, as `accumulated`; those of a session through its hub do not. */
const REPEATING =
  /^\{"ts":"[^"]*","type":"agent_event","event":\{"type":"content_start","contentType":"(text|reasoning)"/;

/**
 * Reads the events of `cline --json`. `run_result` ends the stream; when it failed, its text is the error's. One that was
 * aborted, which a signal does, is no result, although cline then exits with 0.
 */
export function clineRecords(): Pick<JsonLinesOptions, 'onRecord' | 'skips' | 'onEnd'> {
  const deltas = new LatestLine();
  let streamed = '';
  let error: StreamFailure | null = null;

  const forget = (): void => {
    deltas.clear();
    streamed = '';
  };
  const readEvent = (event: JsonObject): Activity[] => {
    const isTool = event.contentType === 'tool';
    switch (event.type) {
      case 'content_start':
        if (isTool) return [readCall(event)];
        streamed = readDelta(event, streamed);
        return [];
      case 'content_end':
        if (!isTool) forget();
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
      const isDelta = REPEATING.test(line) && line.includes(',"accumulated":"');
      if (isDelta) deltas.keep(line);
      return isDelta;
    },
    onRecord(record) {
      switch (record.type) {
        case 'hook_event': {
          const isStart = record.hookEventName === 'agent_start' && record.parentAgentId === null;
          return isStart ? [{ kind: 'session', sessionId: textOf(record.taskId) }] : [];
        }
        case 'agent_event':
          return readEvent(objectOf(record.event));
        case 'run_result': {
          const failure = readFailure(record, error);
          error = null;
          return record.finishReason === 'aborted' ? [readTotal(record)] : readEnd(record, failure);
        }
        default:
          return [];
      }
    },
    onEnd() {
      const event = objectOf(deltas.read()?.event);
      const rest = readDelta(event, streamed);
      return [...(rest ? [readWords(event, rest)] : []), ...(error ? [failed(error)] : [])];
    },
  };
}

/** The text so far: of what was streamed the latest counts. */
function readDelta({ accumulated, text }: JsonObject, before: string): string {
  return textOf(accumulated) || `${before}${textOf(text)}`.slice(-TEXT_LIMIT);
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
  const said = objectOf(output);
  const text =
    textOf(error) ||
    textOf(output) ||
    textOf(said.error) ||
    textOf(said.result) ||
    JSON.stringify(output ?? error ?? null);
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
function readTotal(record: JsonObject): Activity {
  const usage = objectOf(record.aggregateUsage ?? record.usage);
  return readUsage(usage.inputTokens, usage.outputTokens, usage.totalCost);
}

function readEnd(record: JsonObject, failure: StreamFailure | null): Activity[] {
  const used = readTotal(record);
  if (failure) return [used, failed(failure)];
  const text = boundAnswer(textOf(record.text));
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
