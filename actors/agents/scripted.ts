import { fileURLToPath } from 'node:url';
import type { Activity } from '../../machines/activity.ts';
import { boundText, type JsonObject, jsonLinesReader } from '../stream-reader.ts';
import type { AgentAdapter } from './adapter.ts';
import { numberOrNull } from './json-fields.ts';

/** The player is a program of its own, built beside the one that this is part of. */
const PLAYER = fileURLToPath(new URL('./scripted-player.js', import.meta.url));

/** The embedded agent: plays a scenario, for the demo and for tests. Its one argument is the scenario's file. */
export const scripted: AgentAdapter = {
  name: 'scripted',
  title: 'Plays a scenario file: for the demo and for tests',
  install: null,
  endsWithResult: true,
  abilities: { resume: true, schema: true, usage: true, cost: true, prompt: 'stdin' },
  program: () => process.execPath,
  launch: ({ promptFile, settings, sessionId: fresh, resume }) => {
    const sessionId = resume ?? fresh;
    const args = [PLAYER, promptFile, sessionId, ...settings.args];
    return { program: process.execPath, args, input: 'prompt', sessionId };
  },
  reader: (sink) => jsonLinesReader({ ...sink, onRecord: readScriptedRecord }),
};

/** The player speaks the common vocabulary already: a record is an activity with its kind as `type`. */
export function readScriptedRecord(record: JsonObject): Activity[] {
  const { type, text, name } = record;
  switch (type) {
    case 'session':
      return [{ kind: 'session', sessionId: `${record.sessionId}` }];
    case 'text':
    case 'thinking':
      return [{ kind: type, text: boundText(`${text}`) }];
    case 'toolCall':
      return [{ kind: 'toolCall', id: null, name: `${name}`, input: boundText(`${record.input}`) }];
    case 'toolResult':
      return [
        { kind: 'toolResult', id: null, ok: record.ok !== false, text: boundText(`${text}`) },
      ];
    case 'usage':
      return [
        {
          kind: 'usage',
          inputTokens: numberOrNull(record.inputTokens),
          outputTokens: numberOrNull(record.outputTokens),
          costUsd: numberOrNull(record.costUsd),
        },
      ];
    case 'result':
      return [
        {
          kind: 'result',
          text: `${text}`,
          structured: record.structured ?? null,
          failure: failureOf(record),
        },
      ];
    default:
      return [];
  }
}

const FAILURES = ['limited', 'unauthorized', 'contextTooLong', 'crashed'] as const;

function failureOf({ failure, text, resumeAt }: JsonObject) {
  const known = FAILURES.find((name) => name === failure);
  if (!known) return null;
  return { class: known, message: `${text}`, resumeAt: numberOrNull(resumeAt) };
}
