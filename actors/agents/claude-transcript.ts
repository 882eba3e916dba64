import type { TranscriptOutcome } from '../../machines/judgement.ts';
import { boundText, type JsonObject, parseRecord } from '../stream-reader.ts';
import { arrayOf, objectOf, textOf } from './json-fields.ts';

/** Characters of a tool call that a summary quotes. */
const CALL_LENGTH = 200;

/**
 * Reads Claude Code's own record of a session. It is finished when the last thing the assistant said ended its turn
 * (`stop_reason: "end_turn"`); a kill leaves the turn before, or a tool call without an answer. Bookkeeping records
 * follow the last message, and a torn last line is left out.
 */
export function readClaudeTranscript(text: string): TranscriptOutcome {
  const records = text
    .split('\n')
    .map(parseRecord)
    .filter((record) => record !== null);
  const messages = records.filter((record) => isMainMessage(record, 'assistant'));
  const blocks = messages
    .filter(isOfModel)
    .flatMap(({ message }) => arrayOf(objectOf(message).content));
  const last = objectOf(messages.at(-1)?.message);
  return {
    finished: last.stop_reason === 'end_turn' && !isFollowedByUser(records, messages.at(-1)),
    lastText:
      blocks
        .filter(({ type }) => type === 'text')
        .map((block) => textOf(block.text))
        .at(-1) ?? '',
    toolCalls: blocks.filter(({ type }) => type === 'tool_use').map(describeCall),
  };
}

/** Subagents write into the same file, as side chains. */
function isMainMessage(record: JsonObject, type: string): boolean {
  return record.type === type && record.isSidechain !== true;
}

/** What Claude Code says itself, such as an error of its API, it records as said by the assistant. */
function isOfModel({ message }: JsonObject): boolean {
  return objectOf(message).model !== '<synthetic>';
}

function isFollowedByUser(records: readonly JsonObject[], last: JsonObject | undefined): boolean {
  return (
    last !== undefined &&
    records.slice(records.indexOf(last)).some((record) => isMainMessage(record, 'user'))
  );
}

function describeCall({ name, input }: JsonObject): string {
  return boundText(`${textOf(name)} ${JSON.stringify(input ?? null)}`, CALL_LENGTH);
}
