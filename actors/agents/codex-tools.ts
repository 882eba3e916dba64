/** The items of codex that are calls of tools, as calls and their results. */
import type { Activity } from '../../machines/activity.ts';
import { boundText, type JsonObject } from '../stream-reader.ts';
import { arrayOf, objectOf, textOf } from './json-fields.ts';

/** The call of an item; `null` when it is none, as its list of things to do. */
export function readCall(item: JsonObject): Activity | null {
  const call = callOf(item);
  if (!call) return null;
  const input = typeof call.input === 'string' ? call.input : JSON.stringify(call.input ?? null);
  return {
    kind: 'toolCall',
    id: textOf(item.id) || null,
    name: call.name,
    input: boundText(input),
  };
}

/** What became of a call that has ended; nothing for another item. */
export function readCallEnd(item: JsonObject): Activity[] {
  if (!callOf(item)) return [];
  const { status, exit_code: code, error } = item;
  const failed = status === 'failed' || status === 'declined';
  const text = textOf(item.aggregated_output) || textOf(objectOf(error).message) || answerOf(item);
  const ok = !failed && (typeof code !== 'number' || code === 0);
  return [{ kind: 'toolResult', id: textOf(item.id) || null, ok, text: boundText(text) }];
}

function callOf(item: JsonObject): { readonly name: string; readonly input: unknown } | null {
  switch (item.type) {
    case 'command_execution':
      return { name: 'shell', input: textOf(item.command) };
    case 'file_change':
      return { name: 'file_change', input: item.changes };
    case 'mcp_tool_call':
      return { name: `${textOf(item.server)}.${textOf(item.tool)}`, input: item.arguments };
    case 'collab_tool_call':
      return { name: textOf(item.tool), input: item.prompt };
    case 'web_search':
      return { name: 'web_search', input: textOf(item.query) };
    default:
      return null;
  }
}

function answerOf({ result }: JsonObject): string {
  return arrayOf(objectOf(result).content)
    .map(({ text }) => textOf(text))
    .join('\n');
}
