import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TranscriptOutcome } from '../../machines/judgement.ts';
import { boundText, type JsonObject, parseRecord } from '../stream-reader.ts';
import type { LaunchPlace } from './adapter.ts';
import { arrayOf, objectOf, textOf } from './json-fields.ts';

/** Characters of a tool call that a summary quotes. */
const CALL_LENGTH = 200;

const CALLS: readonly unknown[] = ['function_call', 'custom_tool_call', 'local_shell_call'];

/** `sessions/YEAR/MONTH/DAY/rollout-TIME-ID.jsonl`, by the day on which the session was begun; the newest day first. */
export function findCodexRollout(
  { home, environment }: LaunchPlace,
  sessionId: string,
): string | null {
  const sessions = join(environment.CODEX_HOME || join(home, '.codex'), 'sessions');
  const ending = `-${sessionId}.jsonl`;
  for (const year of namesIn(sessions))
    for (const month of namesIn(join(sessions, year)))
      for (const day of namesIn(join(sessions, year, month))) {
        const folder = join(sessions, year, month, day);
        const name = namesIn(folder).find((each) => each.endsWith(ending));
        if (name !== undefined) return join(folder, name);
      }
  return null;
}

/**
 * Reads codex's own record of a session. It is finished when its last turn has a `task_complete`; a kill leaves the turn
 * without. What the turn's end says is the answer: the last message may be the one before a tool was called. A torn last
 * line is left out.
 */
export function readCodexTranscript(text: string): TranscriptOutcome {
  const records = text
    .split('\n')
    .map(parseRecord)
    .filter((record) => record !== null);
  const payloads = (type: string) =>
    records.filter((record) => record.type === type).map(({ payload }) => objectOf(payload));
  const items = payloads('response_item');
  const turn = payloads('event_msg')
    .filter(({ type }) => TURN_MARKS.includes(type))
    .at(-1);
  const isFinished = turn?.type === 'task_complete';
  return {
    finished: isFinished,
    lastText: isFinished ? textOf(turn.last_agent_message) : lastMessageOf(items),
    toolCalls: items.filter(({ type }) => CALLS.includes(type)).map(describeCall),
  };
}

const TURN_MARKS: readonly unknown[] = ['task_started', 'task_complete', 'turn_aborted'];

/** Names of a folder, the last first: names of days and times sort as they follow each other. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort().reverse();
  } catch {
    return [];
  }
}

function lastMessageOf(items: readonly JsonObject[]): string {
  const texts = items
    .filter(({ type, role }) => type === 'message' && role === 'assistant')
    .flatMap(({ content }) => arrayOf(content).map(({ text }) => textOf(text)));
  return texts.filter((text) => text.trim() !== '').at(-1) ?? '';
}

function describeCall({ name, type, arguments: given, input, action }: JsonObject): string {
  const what = textOf(given) || textOf(input) || JSON.stringify(action ?? null);
  return boundText(`${textOf(name) || textOf(type)} ${what}`, CALL_LENGTH);
}
