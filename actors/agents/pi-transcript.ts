import type { TranscriptOutcome } from '../../machines/judgement.ts';
import { boundText, type JsonObject, parseRecord } from '../stream-reader.ts';
import { arrayOf, objectOf, textOf } from './json-fields.ts';

/** Characters of a tool call that a summary quotes. */
const CALL_LENGTH = 200;

/**
 * Reads pi's own record of a session. It is finished when its last message is the agent's and ended with a `stop`; a
 * kill leaves the message before the one that was being written. A torn last line is left out.
 */
export function readPiTranscript(text: string): TranscriptOutcome {
  const messages = text
    .split('\n')
    .map(parseRecord)
    .filter((record) => record?.type === 'message')
    .map((record) => objectOf(record?.message));
  const blocks = messages
    .filter(({ role }) => role === 'assistant')
    .flatMap(({ content }) => arrayOf(content));
  const last = messages.at(-1);
  return {
    finished: last?.role === 'assistant' && last.stopReason === 'stop',
    lastText: lastTextOf(blocks),
    toolCalls: blocks.filter(({ type }) => type === 'toolCall').map(describeCall),
  };
}

function lastTextOf(blocks: readonly JsonObject[]): string {
  const texts = blocks.filter(({ type }) => type === 'text').map(({ text }) => textOf(text));
  return texts.filter((text) => text.trim() !== '').at(-1) ?? '';
}

function describeCall({ name, arguments: input }: JsonObject): string {
  return boundText(`${textOf(name)} ${JSON.stringify(input ?? null)}`, CALL_LENGTH);
}
