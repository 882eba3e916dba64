import type { Activity, StreamFailure } from '../../machines/activity.ts';
import { boundAnswer } from '../bounded-answer.ts';
import { boundText, type JsonLinesOptions, type JsonObject } from '../stream-reader.ts';
import { arrayOf, collect, numberOrNull, objectOf, textOf } from './json-fields.ts';
import { LatestLine } from './latest-line.ts';
import { failureOf } from './stream-failure.ts';
import { positiveOrNull, sumOf, UsageSum } from './usage-sum.ts';

const LOGIN = 'Log in with `/login` in pi, or set the key of its provider.';

/** Each delta repeats the whole message twice. */
const DELTA = '{"type":"message_update"';

/**
 * Reads the events of `pi --mode json`. pi exits with 0 whatever became of it, and prints `agent_end` once per try: how
 * it ended is how its last message did. A message that did not fail is the result at the `agent_end` after it; one that
 * failed only when the stream is over, since a retry may follow.
 */
export function piRecords(): Pick<JsonLinesOptions, 'onRecord' | 'skips' | 'onEnd'> {
  const usage = new UsageSum();
  const deltas = new LatestLine();
  let unsaid: Activity | null = null;

  const readAnswer = (message: JsonObject): Activity[] => {
    deltas.clear();
    const used = readUsage(message);
    unsaid = resultOf(message);
    return [...readWords(message), ...(used ? [usage.add(used)] : [])];
  };
  const sayResult = (): Activity[] => {
    const said = unsaid;
    if (said?.kind !== 'result' || said.failure) return [];
    unsaid = null;
    return [said];
  };

  return {
    skips(line) {
      const isDelta = line.startsWith(DELTA);
      if (isDelta) deltas.keep(line);
      return isDelta;
    },
    onRecord(record, line) {
      switch (record.type) {
        case 'session':
          return [{ kind: 'session', sessionId: textOf(record.id) }];
        case 'message_update':
          deltas.keep(line);
          return [];
        case 'message_end': {
          const message = objectOf(record.message);
          return message.role === 'assistant' ? readAnswer(message) : [];
        }
        case 'tool_execution_start':
          return [readCall(record)];
        case 'tool_execution_end':
          return [readToolResult(record)];
        case 'auto_retry_start':
          unsaid = null;
          return [readRetry(record)];
        case 'agent_end':
          return sayResult();
        default:
          return [];
      }
    },
    onEnd: () => [...readWords(objectOf(deltas.read()?.message)), ...(unsaid ? [unsaid] : [])],
  };
}

function readWords({ content }: JsonObject): Activity[] {
  return collect(content, (block): Activity[] => {
    if (block.type === 'text') return [{ kind: 'text', text: boundText(textOf(block.text)) }];
    if (block.type !== 'thinking') return [];
    return [{ kind: 'thinking', text: boundText(textOf(block.thinking)) }];
  });
}

function readCall({ toolCallId, toolName, args }: JsonObject): Activity {
  const input = boundText(JSON.stringify(args ?? null));
  return { kind: 'toolCall', id: textOf(toolCallId) || null, name: textOf(toolName), input };
}

function readToolResult({ toolCallId, result, isError }: JsonObject): Activity {
  const text = joinedText(objectOf(result));
  const id = textOf(toolCallId) || null;
  return { kind: 'toolResult', id, ok: isError !== true, text: boundText(text) };
}

function readRetry({ attempt, maxAttempts, delayMs, errorMessage }: JsonObject): Activity {
  const message = `waits for its API: ${textOf(errorMessage)}, retry ${attempt} of ${maxAttempts}`;
  return { kind: 'retry', message, delayMs: numberOrNull(delayMs) };
}

/** A message that failed, and a model without a known price, have zeros. */
function readUsage({ usage: value }: JsonObject) {
  const usage = objectOf(value);
  const inputTokens = positiveOrNull(sumOf(usage.input, usage.cacheRead, usage.cacheWrite));
  const outputTokens = positiveOrNull(numberOrNull(usage.output));
  const costUsd = positiveOrNull(numberOrNull(objectOf(usage.cost).total));
  return inputTokens === null && outputTokens === null && costUsd === null
    ? null
    : { inputTokens, outputTokens, costUsd };
}

/** What the message amounts to when it is the last; `null` for one that calls a tool, or that a signal cut off. */
function resultOf(message: JsonObject): Activity | null {
  const text = boundAnswer(joinedText(message));
  if (message.stopReason === 'toolUse' || message.stopReason === 'aborted') return null;
  return { kind: 'result', text, structured: null, failure: readFailure(message) };
}

function readFailure({ stopReason, errorMessage }: JsonObject): StreamFailure | null {
  if (stopReason === 'stop') return null;
  if (stopReason === 'error')
    return failureOf(textOf(errorMessage) || 'it failed without saying why', { login: LOGIN });
  const message = `it ended in the middle of its answer (${textOf(stopReason) || 'no reason given'})`;
  return { class: 'crashed', message, resumeAt: null };
}

function joinedText({ content }: JsonObject): string {
  return arrayOf(content)
    .filter(({ type }) => type === 'text')
    .map(({ text }) => textOf(text))
    .join('\n');
}
