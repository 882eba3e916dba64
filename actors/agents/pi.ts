import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonLinesReader } from '../stream-reader.ts';
import type { AgentAdapter, Launch, LaunchPlace, LaunchRequest } from './adapter.ts';
import { piRecords } from './pi-records.ts';
import { readPiTranscript } from './pi-transcript.ts';

/** pi. What is known of it was recorded from version 0.73.1. It asks for no permissions, so there are none to skip. */
export const pi: AgentAdapter = {
  name: 'pi',
  title: 'pi coding agent',
  install: 'npm install -g @mariozechner/pi-coding-agent',
  endsWithResult: true,
  program: () => 'pi',
  launch,
  reader: (sink) => jsonLinesReader({ ...sink, ...piRecords() }),
  transcript: {
    find: findSession,
    read: (path) => readPiTranscript(readFileSync(path, 'utf8')),
  },
  abilities: { resume: true, schema: false, usage: true, cost: true, prompt: 'stdin' },
};

/** The session's id is its own and comes with the first line. */
function launch({ resume, settings }: LaunchRequest): Launch {
  const model = settings.model === null ? [] : ['--model', settings.model];
  const session = resume === null ? [] : ['--session', resume];
  return {
    program: 'pi',
    args: ['--mode', 'json', '-p', ...model, ...session, ...settings.args],
    input: 'prompt',
    sessionId: resume,
  };
}

/** A folder for each work tree, in it `<time>_<id>.jsonl`. */
function findSession({ home, cwd, environment }: LaunchPlace, sessionId: string): string | null {
  const agent = environment.PI_CODING_AGENT_DIR || join(home, '.pi', 'agent');
  const sessions = environment.PI_CODING_AGENT_SESSION_DIR || join(agent, 'sessions');
  const own = `--${cwd.replace(/^\//, '').replace(/[/\\:]/g, '-')}--`;
  const folders = [join(sessions, own), sessions];
  return (
    folders.map((folder) => fileEndingWith(folder, `_${sessionId}.jsonl`)).find(Boolean) ?? null
  );
}

function fileEndingWith(folder: string, ending: string): string | null {
  try {
    const name = readdirSync(folder).find((each) => each.endsWith(ending));
    return name === undefined ? null : join(folder, name);
  } catch {
    return null;
  }
}
