import type { TranscriptOutcome } from '../../machines/judgement.ts';
import { boundText, type JsonObject, parseRecord } from '../stream-reader.ts';
import { arrayOf, objectOf, textOf } from './json-fields.ts';

/** Characters of a tool call that a summary quotes. */
const CALL_LENGTH = 200;

const MESSAGES: readonly unknown[] = ['user', 'assistant', 'tool_result'];

/** What qwen says in the place of an answer when its API failed. */
const API_ERROR = '[API Error:';

/**
 * Reads qwen's own record of a session. It is finished when its last message is the agent's, is whole, calls no tool and
 * is no error of its API; a kill leaves a call, or the message before the one that was being written. Records of its own
 * bookkeeping stand between, and a torn last line is left out.
 */
export function readQwenTranscript(text: string): TranscriptOutcome {
  const records = text
    .split('\n')
    .map(parseRecord)
    .filter((record) => record !== null);
  const messages = records.filter(({ type }) => MESSAGES.includes(type));
  const last = messages.at(-1) ?? {};
  const parts = messages.filter(({ type }) => type === 'assistant').flatMap(partsOf);
  const texts = parts.filter(isSaid).map((part) => textOf(part.text));
  const finished = isAnswer(last) && isWhole(last, records);
  return {
    finished,
    lastText: finished ? answerOf(last) : (texts.at(-1) ?? ''),
    toolCalls: parts.filter(isCall).map(describeCall),
  };
}

/**
 * A signal makes qwen write down what there is of an answer, as if that were all of it. Only the answer that came to its
 * end has the usage that its API told, or the note of qwen's own that the API has answered, just before it.
 */
function isWhole(last: JsonObject, records: readonly JsonObject[]): boolean {
  if (last.usageMetadata !== undefined) return true;
  const until = records.indexOf(last);
  const since = records.findLastIndex(({ type }, at) => at < until && MESSAGES.includes(type));
  return records.slice(since + 1, until).some(isApiResponse);
}

function isApiResponse({ systemPayload }: JsonObject): boolean {
  const event = objectOf(objectOf(systemPayload).uiEvent);
  return event['event.name'] === 'qwen-code.api_response';
}

function isAnswer(record: JsonObject): boolean {
  if (record.type !== 'assistant' || partsOf(record).some(isCall)) return false;
  const answer = answerOf(record);
  return answer.trim() !== '' && !answer.startsWith(API_ERROR);
}

function answerOf(record: JsonObject): string {
  const texts = partsOf(record).filter(isSaid);
  return texts.map(({ text }) => textOf(text)).join('');
}

function partsOf(record: JsonObject): JsonObject[] {
  return arrayOf(objectOf(record.message).parts);
}

function isSaid({ text, thought }: JsonObject): boolean {
  return thought !== true && textOf(text).trim() !== '';
}

function isCall({ functionCall }: JsonObject): boolean {
  return functionCall !== undefined;
}

function describeCall(part: JsonObject): string {
  const { name, args } = objectOf(part.functionCall);
  return boundText(`${textOf(name)} ${JSON.stringify(args ?? null)}`, CALL_LENGTH);
}
