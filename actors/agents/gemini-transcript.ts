import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TranscriptOutcome } from '../../machines/judgement.ts';
import { boundText, type JsonObject, parseRecord } from '../stream-reader.ts';
import type { LaunchPlace } from './adapter.ts';
import { arrayOf, objectOf, textOf } from './json-fields.ts';

/** Characters of a tool call that a summary quotes. */
const CALL_LENGTH = 200;

/** Characters of the session's id in the name of its file. */
const SHORT_ID = 8;

/** `tmp/PROJECT/chats/session-TIME-ID8.jsonl`; the project of a work tree is in `projects.json`. The latest counts. */
export function findGeminiChat(
  { home, cwd, environment }: LaunchPlace,
  sessionId: string,
): string | null {
  const base = join(environment.GEMINI_CLI_HOME || home, '.gemini');
  const project = projectOf(join(base, 'projects.json'), cwd);
  if (project === null) return null;
  const folder = join(base, 'tmp', project, 'chats');
  const ending = `-${sessionId.slice(0, SHORT_ID)}.jsonl`;
  const name = namesIn(folder)
    .filter((each) => each.endsWith(ending))
    .sort()
    .at(-1);
  return name === undefined ? null : join(folder, name);
}

/**
 * Reads gemini's own record of a session. A message is written again, with the same id, when something is added to it:
 * the last record of an id counts. It is never taken for finished: a message that calls a tool is first written without
 * the call, and looks like an answer until the tool has ended. A torn last line is left out.
 */
export function readGeminiTranscript(text: string): TranscriptOutcome {
  const messages = new Map<string, JsonObject>();
  for (const record of text.split('\n').map(parseRecord)) {
    if (typeof record?.$rewindTo === 'string') rewind(messages, record.$rewindTo);
    else if (typeof record?.id === 'string') messages.set(record.id, record);
  }
  const answers = [...messages.values()].filter(({ type }) => type === 'gemini');
  const texts = answers.map(({ content }) => textOf(content));
  return {
    finished: false,
    lastText: texts.filter((each) => each.trim() !== '').at(-1) ?? '',
    toolCalls: answers.flatMap(({ toolCalls }) => arrayOf(toolCalls)).map(describeCall),
  };
}

/** Takes a message and all after it back; all of them, when it is not there. */
function rewind(messages: Map<string, JsonObject>, to: string): void {
  const ids = [...messages.keys()];
  for (const id of ids.slice(Math.max(0, ids.indexOf(to)))) messages.delete(id);
}

function projectOf(registry: string, cwd: string): string | null {
  try {
    const { projects } = objectOf(JSON.parse(readFileSync(registry, 'utf8')));
    return textOf(objectOf(projects)[cwd]) || null;
  } catch {
    return null;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function describeCall({ name, args }: JsonObject): string {
  return boundText(`${textOf(name)} ${JSON.stringify(args ?? null)}`, CALL_LENGTH);
}
