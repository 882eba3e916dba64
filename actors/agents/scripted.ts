import { fileURLToPath } from 'node:url';
import { jsonLinesReader } from '../stream-reader.ts';
import type { AgentAdapter } from './adapter.ts';
import { readOwnRecord } from './own-records.ts';

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
  reader: (sink) => jsonLinesReader({ ...sink, onRecord: readOwnRecord }),
};
