/** What an agent tells of its turn, as activities. It is read field by field, since agents send kinds of their own. */
import type { Activity } from '../../../machines/activity.ts';
import type { JsonObject } from '../../stream-reader.ts';
import { arrayOf, numberOrNull, objectOf, textOf } from '../json-fields.ts';
import { sumOf } from '../usage-sum.ts';
import { createWords } from '../words.ts';

export interface TurnUpdates {
  take(update: JsonObject): void;
  /** The turn is over; `response` is the answer to the prompt. Gives the agent's last words, behind all tool calls. */
  finish(response: JsonObject): string;
}

export function createTurnUpdates(
  say: (activity: Activity) => void,
  now: () => number,
): TurnUpdates {
  const words = createWords(say, now);
  const calls = createToolCalls(say);
  let last = { text: '', message: '' };
  let costUsd: number | null = null;

  const takeWords = (kind: 'text' | 'thinking', { content, messageId }: JsonObject): void => {
    const text = textOf(objectOf(content).text);
    words.add(kind, text);
    if (kind === 'thinking') return;
    const message = textOf(messageId);
    const gap = last.text !== '' && message !== last.message ? '\n\n' : '';
    last = { text: `${last.text}${gap}${text}`, message };
  };
  const takeCall = (update: JsonObject): void => {
    words.flush();
    const { status } = update;
    const isNew = update.sessionUpdate === 'tool_call';
    if (isNew || status === 'completed' || status === 'failed') last = { text: '', message: '' };
    calls.take(update);
  };

  return {
    take(update) {
      switch (update.sessionUpdate) {
        case 'agent_message_chunk':
          return takeWords('text', update);
        case 'agent_thought_chunk':
          return takeWords('thinking', update);
        case 'tool_call':
        case 'tool_call_update':
          return takeCall(update);
        case 'plan':
          words.flush();
          return say({ kind: 'thinking', text: planText(update) });
        case 'usage_update':
          costUsd = costOf(update) ?? costUsd;
          return;
      }
    },
    finish(response) {
      words.flush();
      say({ kind: 'usage', ...tokensOf(response), costUsd });
      return last.text;
    },
  };
}

/** A call is told when it is known what it does: some agents announce it before they have its input. */
function createToolCalls(say: (activity: Activity) => void): { take(update: JsonObject): void } {
  const known = new Map<string, JsonObject>();
  const told = new Set<string>();
  return {
    take(update) {
      const id = textOf(update.toolCallId);
      const call = { ...known.get(id), ...withoutNulls(update) };
      known.set(id, call);
      const isOver = call.status === 'completed' || call.status === 'failed';
      if (!told.has(id) && (isOver || call.status !== 'pending' || hasInput(call))) {
        told.add(id);
        say({ kind: 'toolCall', id: id || null, name: nameOf(call), input: inputOf(call) });
      }
      if (!isOver) return;
      say({
        kind: 'toolResult',
        id: id || null,
        ok: call.status === 'completed',
        text: outputOf(call),
      });
      known.delete(id);
      told.delete(id);
    },
  };
}

function withoutNulls(record: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}

function hasInput({ rawInput }: JsonObject): boolean {
  return Object.keys(objectOf(rawInput)).length > 0;
}

function nameOf({ name, kind, title }: JsonObject): string {
  return textOf(name) || textOf(kind) || textOf(title) || 'tool';
}

function inputOf(call: JsonObject): string {
  return hasInput(call) ? JSON.stringify(call.rawInput) : textOf(call.title);
}

function outputOf({ content, rawOutput }: JsonObject): string {
  const parts = arrayOf(content).map((part) =>
    part.type === 'diff' ? `changed ${textOf(part.path)}` : textOf(objectOf(part.content).text),
  );
  const text = parts.filter((part) => part !== '').join('\n');
  if (text !== '' || rawOutput === undefined) return text;
  return typeof rawOutput === 'string' ? rawOutput : JSON.stringify(rawOutput);
}

function planText({ entries }: JsonObject): string {
  const lines = arrayOf(entries).map(
    ({ content, status }) => `- [${status === 'completed' ? 'x' : ' '}] ${textOf(content)}`,
  );
  return ['Plan:', ...lines].join('\n');
}

/** Of the whole session. */
function costOf({ cost }: JsonObject): number | null {
  const { amount, currency } = objectOf(cost);
  return currency === 'USD' ? numberOrNull(amount) : null;
}

/** In the answer's `usage`, or where Gemini CLI has it. */
function tokensOf({ usage, _meta: meta }: JsonObject) {
  const { inputTokens, cachedReadTokens, cachedWriteTokens, outputTokens } = objectOf(usage);
  const quota = objectOf(objectOf(objectOf(meta).quota).token_count);
  return {
    inputTokens:
      sumOf(inputTokens, cachedReadTokens, cachedWriteTokens) ?? numberOrNull(quota.input_tokens),
    outputTokens: numberOrNull(outputTokens) ?? numberOrNull(quota.output_tokens),
  };
}
