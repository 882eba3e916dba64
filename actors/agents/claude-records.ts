import type { Activity, StreamFailure } from '../../machines/activity.ts';
import {
  boundText,
  type JsonLinesOptions,
  type JsonObject,
  RESULT_LIMIT,
} from '../stream-reader.ts';
import { arrayOf, numberOrNull, objectOf, textOf } from './json-fields.ts';

/** Reads the records of `--output-format stream-json`. The key `type` is not always the first. */
export function claudeRecords(): JsonLinesOptions['onRecord'] {
  let sessionId: string | null = null;
  return (record) => {
    const activities = readClaudeRecord(record);
    if (sessionId !== null || typeof record.session_id !== 'string') return activities;
    sessionId = record.session_id;
    return [{ kind: 'session', sessionId }, ...activities];
  };
}

function readClaudeRecord(record: JsonObject): Activity[] {
  switch (record.type) {
    case 'assistant':
      return arrayOf(objectOf(record.message).content).flatMap(readBlock);
    case 'user':
      return arrayOf(objectOf(record.message).content).flatMap(readToolResult);
    case 'system':
      return record.subtype === 'api_retry' ? [readRetry(record)] : [];
    case 'result':
      return readResult(record);
    default:
      return [];
  }
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

function readRetry(record: JsonObject): Activity {
  const { attempt, max_retries: most, error_status: status, error } = record;
  const message = `waits for its API: ${textOf(error)} (HTTP ${status}), retry ${attempt} of ${most}`;
  return { kind: 'retry', message, delayMs: numberOrNull(record.retry_delay_ms) };
}

/**
 * Usage counts here only: in the assistant's records it is what was known when they began. The cost is that of the
 * whole session; each attempt has a session of its own.
 */
function readResult(record: JsonObject): Activity[] {
  const text = boundText(textOf(record.result), RESULT_LIMIT);
  const structured = record.structured_output ?? null;
  return [
    readUsage(record),
    { kind: 'result', text, structured, failure: failureOf(record, text) },
  ];
}

/** Input is everything that was read: fresh, written to the cache, and read from it. */
function readUsage(record: JsonObject): Activity {
  const usage = objectOf(record.usage);
  const parts = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'];
  const known = parts.map((name) => numberOrNull(usage[name])).filter((count) => count !== null);
  return {
    kind: 'usage',
    inputTokens: known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0),
    outputTokens: numberOrNull(usage.output_tokens),
    costUsd: numberOrNull(record.total_cost_usd),
  };
}

/** `subtype: "success"` goes together with `is_error: true` when the API failed: only `is_error` counts. */
function failureOf(record: JsonObject, text: string): StreamFailure | null {
  const failed = record.is_error === true || textOf(record.subtype).startsWith('error');
  if (!failed) return null;
  const errors = arrayOf(record.errors).length > 0 ? JSON.stringify(record.errors) : '';
  const message = text || errors || textOf(record.subtype) || 'it failed without saying why';
  const evidence = `${message} ${textOf(record.terminal_reason)} ${record.api_error_status ?? ''}`;
  return {
    class: classOf(evidence),
    message: boundText(message, 1_000),
    resumeAt: null,
  };
}

const CLASSES = [
  ['contextTooLong', /prompt_too_long|prompt is too long|context (length|window)/i],
  ['unauthorized', /\b401\b|invalid api key|authentication|\/login|oauth token/i],
  ['limited', /\b(429|529)\b|rate.?limit|overloaded|usage limit|hit your .*limit|limit reached/i],
] as const;

function classOf(evidence: string): StreamFailure['class'] {
  return CLASSES.find(([, pattern]) => pattern.test(evidence))?.[0] ?? 'crashed';
}
