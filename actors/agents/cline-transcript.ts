/** Cline's own record of its sessions: `<id>.json` says how it stands, `<id>.messages.json` what was said. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TranscriptOutcome } from '../../machines/judgement.ts';
import { boundText, type JsonObject } from '../stream-reader.ts';
import type { LaunchPlace } from './adapter.ts';
import { arrayOf, objectOf, textOf } from './json-fields.ts';

/** Characters of a tool call that a summary quotes. */
const CALL_LENGTH = 200;

/** A session's folder is made 0.2 s before its conversation begins; on a busy machine it may be much more. */
const START_LIMIT_MS = 30_000;

/** Two sessions of one work tree that began this close together cannot be told apart. */
const DOUBT_MS = 2_000;

const MESSAGES = '.messages.json';

/**
 * The messages of the session whose conversation has this id. The stream names the conversation (`conv_<ms>_<random>`)
 * and not the session (`<ms>_<random>`), so it is the one that began last before, in this work tree; `null` in doubt.
 */
export function findClineSession(place: LaunchPlace, conversation: string): string | null {
  const begun = Number(/^conv_(\d+)_/.exec(conversation)?.[1] ?? Number.NaN);
  const sessions = sessionsFolder(place);
  const [latest, before] = namesIn(sessions)
    .map((name) => ({ name, age: begun - Number.parseInt(name, 10) }))
    .filter(({ name, age }) => age >= 0 && age < START_LIMIT_MS && isOf(sessions, name, place.cwd))
    .sort((a, b) => a.age - b.age);
  if (!latest || (before && before.age - latest.age < DOUBT_MS)) return null;
  const path = join(sessions, latest.name, `${latest.name}${MESSAGES}`);
  return statSync(path, { throwIfNoEntry: false }) ? path : null;
}

/**
 * It is finished when the session says so: an answer without a tool call may also be one that was cut off. Messages are
 * written when a step has ended, so a kill leaves the step before.
 */
export function readClineTranscript(path: string): TranscriptOutcome {
  const { messages } = readJson(path);
  const blocks = arrayOf(messages)
    .filter((message) => message.role === 'assistant' && !isNotice(message))
    .flatMap(({ content }) => arrayOf(content));
  const texts = blocks.filter(({ type }) => type === 'text').map(({ text }) => textOf(text));
  return {
    finished: readJson(path.replace(MESSAGES, '.json')).status === 'completed',
    lastText: texts.filter((text) => text.trim() !== '').at(-1) ?? '',
    toolCalls: blocks.filter(({ type }) => type === 'tool_use').map(describeCall),
  };
}

/** An error is recorded as if the agent had said it, for display only. */
function isNotice({ metadata }: JsonObject): boolean {
  return objectOf(metadata).displayOnly === true;
}

function sessionsFolder({ home, environment }: LaunchPlace): string {
  const root = environment.CLINE_DIR || join(home, '.cline');
  const data = environment.CLINE_DATA_DIR || join(root, 'data');
  return environment.CLINE_SESSION_DATA_DIR || join(data, 'sessions');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isOf(sessions: string, name: string, cwd: string): boolean {
  try {
    return readJson(join(sessions, name, `${name}.json`)).cwd === cwd;
  } catch {
    return false;
  }
}

function readJson(path: string): JsonObject {
  return objectOf(JSON.parse(readFileSync(path, 'utf8')));
}

function describeCall({ name, input }: JsonObject): string {
  return boundText(`${textOf(name)} ${JSON.stringify(input ?? null)}`, CALL_LENGTH);
}
