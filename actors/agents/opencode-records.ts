import type { Activity, StreamFailure } from '../../machines/activity.ts';
import { boundAnswer } from '../bounded-answer.ts';
import { boundText, type JsonLinesOptions, type JsonObject } from '../stream-reader.ts';
import { numberOrNull, objectOf, textOf } from './json-fields.ts';
import { failureOf } from './stream-failure.ts';
import { positiveOrNull, sumOf, UsageSum } from './usage-sum.ts';

const LOGIN = 'Log in with `opencode auth login`, or set the key of its provider.';

/** Reasons of a step's end after which opencode takes another step. */
const GOES_ON = ['tool-calls', 'unknown'];

/**
 * Reads the events of `opencode run --format json`: each part of an answer when it is finished, with the usage of each
 * step. An `error` is told at once, but it is the result only when nothing comes after it: before its retries end
 * opencode prints nothing at all.
 */
export function opencodeRecords(): Pick<JsonLinesOptions, 'onRecord' | 'onEnd'> {
  const usage = new UsageSum();
  let sessionId: string | null = null;
  let texts: string[] = [];
  let failure: StreamFailure | null = null;

  const readStepEnd = (part: JsonObject): Activity[] => {
    const used = usage.add(readUsage(part));
    const reason = textOf(part.reason);
    return GOES_ON.includes(reason) ? [used] : [used, readResult(texts, reason)];
  };

  const read = (record: JsonObject): Activity[] => {
    const part = objectOf(record.part);
    switch (record.type) {
      case 'step_start':
        texts = [];
        failure = null;
        return [];
      case 'text':
        texts.push(textOf(part.text));
        return [{ kind: 'text', text: boundText(textOf(part.text)) }];
      case 'reasoning':
        return [{ kind: 'thinking', text: boundText(textOf(part.text)) }];
      case 'tool_use':
        return readTool(part);
      case 'step_finish':
        return readStepEnd(part);
      case 'error':
        if (objectOf(record.error).name === 'MessageAbortedError') return [];
        failure = readError(objectOf(record.error));
        return [{ kind: 'error', message: failure.message }];
      default:
        return [];
    }
  };

  return {
    onRecord(record) {
      const activities = read(record);
      if (sessionId !== null || typeof record.sessionID !== 'string') return activities;
      sessionId = record.sessionID;
      return [{ kind: 'session', sessionId }, ...activities];
    },
    onEnd: () => (failure ? [{ kind: 'result', text: '', structured: null, failure }] : []),
  };
}

/** A tool is told when it has ended: its call and its result in one record. */
function readTool({ tool, callID, state: value }: JsonObject): Activity[] {
  const state = objectOf(value);
  const id = textOf(callID) || null;
  const ok = state.status === 'completed';
  const output = ok ? textOf(state.output) : textOf(state.error) || textOf(state.output);
  return [
    {
      kind: 'toolCall',
      id,
      name: textOf(tool),
      input: boundText(JSON.stringify(state.input ?? null)),
    },
    { kind: 'toolResult', id, ok, text: boundText(output) },
  ];
}

/** Input is everything that was read, fresh or from the cache. A model without a known price has the cost 0. */
function readUsage({ tokens: value, cost }: JsonObject) {
  const tokens = objectOf(value);
  const cache = objectOf(tokens.cache);
  return {
    inputTokens: positiveOrNull(sumOf(tokens.input, cache.read, cache.write)),
    outputTokens: positiveOrNull(sumOf(tokens.output, tokens.reasoning)),
    costUsd: positiveOrNull(numberOrNull(cost)),
  };
}

function readResult(texts: readonly string[], reason: string): Activity {
  const text = boundAnswer(texts.join('\n').trim());
  const message = `it ended in the middle of its answer (${reason})`;
  const failure: StreamFailure = { class: 'crashed', message, resumeAt: null };
  return { kind: 'result', text, structured: null, failure: reason === 'stop' ? null : failure };
}

function readError({ name, data: value }: JsonObject): StreamFailure {
  const data = objectOf(value);
  const message = textOf(data.message) || textOf(name) || 'it failed without saying why';
  const evidence = `${textOf(name)} ${data.statusCode ?? ''} ${textOf(data.responseBody)}`;
  return failureOf(message, { evidence, login: LOGIN });
}
