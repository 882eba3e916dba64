import type { Activity, StreamFailure } from '../../machines/activity.ts';
import { boundAnswer } from '../bounded-answer.ts';
import { boundText, type JsonLinesOptions, type JsonObject } from '../stream-reader.ts';
import { arrayOf, collect, numberOrNull, objectOf, textOf } from './json-fields.ts';
import { failureOf } from './stream-failure.ts';
import { positiveOrNull, sumOf } from './usage-sum.ts';

const LOGIN = 'Log in with `/login` in claude, or set ANTHROPIC_API_KEY.';

/** Refused requests in a row after which the key is not valid: one is what a login that is renewed gives. */
const REFUSALS = 3;

/**
 * Reads the records of `--output-format stream-json`. The key `type` is not always the first. Claude Code tries a refused
 * key again and again, for minutes; that is told as its result, so that nobody waits for it.
 */
export function claudeRecords(): JsonLinesOptions['onRecord'] {
  let sessionId: string | null = null;
  let refusals = 0;
  const readWithRefusals = (record: JsonObject): Activity[] => {
    const status = isRetry(record) ? record.error_status : null;
    refusals = status === 401 || status === 403 ? refusals + 1 : 0;
    const activities = readClaudeRecord(record);
    return refusals < REFUSALS ? activities : [...activities, refusedResult(record)];
  };
  return (record) => {
    const activities = readWithRefusals(record);
    if (sessionId !== null || typeof record.session_id !== 'string') return activities;
    sessionId = record.session_id;
    return [{ kind: 'session', sessionId }, ...activities];
  };
}

/** Whether a line is a piece, as `--include-partial-messages` gives them, of what comes in full afterwards. */
export function isClaudeDelta(line: string): boolean {
  return line.startsWith('{"type":"stream_event"');
}

function readClaudeRecord(record: JsonObject): Activity[] {
  switch (record.type) {
    case 'assistant':
      return readAssistant(objectOf(record.message));
    case 'user':
      return collect(objectOf(record.message).content, readToolResult);
    case 'system':
      return isRetry(record) ? [readRetry(record)] : [];
    case 'result':
      return readResult(record);
    default:
      return [];
  }
}

/** What Claude Code says itself, e.g. that its API failed, it prints as if the model had said it: that is no work. */
function readAssistant({ model, content }: JsonObject): Activity[] {
  const said = collect(content, readBlock);
  return model === '<synthetic>' ? said.map(noticeOf) : said;
}

/** Words that are an error's. */
export function noticeOf(activity: Activity): Activity {
  return activity.kind === 'text' ? { kind: 'error', message: activity.text } : activity;
}

function readBlock(block: JsonObject): Activity[] {
  switch (block.type) {
    case 'text':
      return [{ kind: 'text', text: boundText(textOf(block.text)) }];
    case 'thinking':
      return [{ kind: 'thinking', text: boundText(textOf(block.thinking)) }];
    case 'tool_use': {
      const input = boundText(JSON.stringify(block.input ?? null));
      return [{ kind: 'toolCall', id: textOf(block.id) || null, name: textOf(block.name), input }];
    }
    default:
      return [];
  }
}

function readToolResult(block: JsonObject): Activity[] {
  if (block.type !== 'tool_result') return [];
  const { content } = block;
  const text =
    typeof content === 'string'
      ? content
      : arrayOf(content)
          .map(({ text: part }) => textOf(part))
          .join('\n');
  const id = textOf(block.tool_use_id) || null;
  return [{ kind: 'toolResult', id, ok: block.is_error !== true, text: boundText(text) }];
}

function isRetry({ type, subtype }: JsonObject): boolean {
  return type === 'system' && subtype === 'api_retry';
}

function refusedResult({ error, error_status: status }: JsonObject): Activity {
  const message = `its API refused the key: ${textOf(error) || 'no reason given'} (HTTP ${status})`;
  const failure = failureOf(message, { login: LOGIN });
  return { kind: 'result', text: '', structured: null, failure };
}

function readRetry(record: JsonObject): Activity {
  const { attempt, max_retries: most, error_status: status, error } = record;
  const message = `waits for its API: ${textOf(error)} (HTTP ${status}), retry ${attempt} of ${most}`;
  return { kind: 'retry', message, delayMs: numberOrNull(record.retry_delay_ms) };
}

/** Usage counts here only: in the assistant's records it is what was known when they began. */
function readResult(record: JsonObject): Activity[] {
  const text = boundAnswer(textOf(record.result));
  const structured = record.structured_output ?? null;
  return [
    readUsage(record),
    { kind: 'result', text, structured, failure: readFailure(record, text) },
  ];
}

/**
 * Input is everything that was read: fresh, written to the cache, and read from it. The cost is the whole session's. A run
 * that was refused has zeros.
 */
function readUsage(record: JsonObject): Activity {
  const usage = objectOf(record.usage);
  const { cache_creation_input_tokens: written, cache_read_input_tokens: read } = usage;
  return {
    kind: 'usage',
    inputTokens: positiveOrNull(sumOf(usage.input_tokens, written, read)),
    outputTokens: positiveOrNull(numberOrNull(usage.output_tokens)),
    costUsd: positiveOrNull(numberOrNull(record.total_cost_usd)),
  };
}

/** `subtype: "success"` goes together with `is_error: true` when the API failed: only `is_error` counts. */
function readFailure(record: JsonObject, text: string): StreamFailure | null {
  const failed = record.is_error === true || textOf(record.subtype).startsWith('error');
  if (!failed) return null;
  const errors = arrayOf(record.errors).length > 0 ? JSON.stringify(record.errors) : '';
  const message = text || errors || textOf(record.subtype) || 'it failed without saying why';
  const evidence = `${textOf(record.terminal_reason)} ${record.api_error_status ?? ''}`;
  return failureOf(message, { evidence, login: LOGIN });
}
