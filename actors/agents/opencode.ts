import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { jsonLinesReader } from '../stream-reader.ts';
import type { AgentAdapter, Launch, LaunchPlace, LaunchRequest } from './adapter.ts';
import { opencodeRecords } from './opencode-records.ts';
import { readOpencodeTranscript } from './opencode-transcript.ts';

/** opencode. What is known of it was recorded from version 1.18.33. */
export const opencode: AgentAdapter = {
  name: 'opencode',
  title: 'opencode',
  install: 'npm install -g opencode-ai',
  endsWithResult: true,
  program: () => 'opencode',
  launch,
  reader: (sink) => jsonLinesReader({ ...sink, ...opencodeRecords() }),
  transcript: { find: findDatabase, read: readOpencodeTranscript },
  abilities: { resume: true, schema: false, usage: true, cost: true, prompt: 'stdin' },
};

/** `--auto` grants what its permissions do not deny. The session's id is its own and comes with the first line. */
function launch({ resume, settings }: LaunchRequest): Launch {
  const model = settings.model === null ? [] : ['--model', settings.model];
  const session = resume === null ? [] : ['--session', resume];
  return {
    program: 'opencode',
    args: ['run', '--format', 'json', '--auto', ...model, ...session, ...settings.args],
    input: 'prompt',
    sessionId: resume,
  };
}

/**
 * One database has all sessions. Its write-ahead log grows with every one of them, so the growth of that would be no
 * sign of life of this one; the database itself hardly ever grows.
 */
function findDatabase({ home, environment }: LaunchPlace): string | null {
  const data = environment.XDG_DATA_HOME || join(home, '.local', 'share');
  const path = join(data, 'opencode', 'opencode.db');
  return existsSync(path) ? path : null;
}
