import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StreamFailure } from '../../machines/activity.ts';
import { VERDICT_SCHEMA } from '../../machines/prompts.ts';
import { jsonLinesReader } from '../stream-reader.ts';
import type { AgentAdapter, Launch, LaunchPlace, LaunchRequest } from './adapter.ts';
import { isClaudeDelta } from './claude-records.ts';
import { withoutCommand, withoutMentions } from './literal-prompt.ts';
import { QWEN_LOGIN, qwenRecords } from './qwen-records.ts';
import { readQwenTranscript } from './qwen-transcript.ts';

/** Qwen Code. What is known of it was recorded from version 0.24.4, which needs Node 22. */
export const qwen: AgentAdapter = {
  name: 'qwen',
  title: 'Qwen Code',
  install: 'npm install -g @qwen-code/qwen-code',
  endsWithResult: true,
  program: () => 'qwen',
  literalPrompt: (prompt) => withoutCommand(withoutMentions(prompt)),
  launch,
  reader: (sink) => jsonLinesReader({ ...sink, onRecord: qwenRecords(), skips: isClaudeDelta }),
  failureOfExit,
  transcript: {
    find: transcriptPath,
    read: (path) => readQwenTranscript(readFileSync(path, 'utf8')),
  },
  sessionTotals: ['tokens'],
  abilities: { resume: true, schema: true, usage: true, cost: false, prompt: 'stdin' },
};

function launch({ role, sessionId: fresh, resume, settings }: LaunchRequest): Launch {
  const model = settings.model === null ? [] : ['-m', settings.model];
  const session = resume === null ? ['--session-id', fresh] : ['--resume', resume];
  const schema = role === 'auditor' ? ['--json-schema', JSON.stringify(VERDICT_SCHEMA)] : [];
  return {
    program: 'qwen',
    args: ['-o', 'stream-json', '--yolo', ...model, ...session, ...schema, ...settings.args],
    input: 'prompt',
    sessionId: resume ?? fresh,
  };
}

/** The folder's name is that of the work tree, with `-` for everything that is no letter or digit. */
function transcriptPath({ home, cwd, environment }: LaunchPlace, sessionId: string): string | null {
  const base = environment.QWEN_RUNTIME_DIR || environment.QWEN_HOME || join(home, '.qwen');
  const project = cwd.replace(/[^a-zA-Z0-9]/g, '-');
  return join(base, 'projects', project, 'chats', `${sessionId}.jsonl`);
}

/** Where no way to log in was chosen, it says so on stderr and begins no stream. */
function failureOfExit(_exitCode: number, complaint: string): StreamFailure | null {
  if (!/no auth type is selected/i.test(complaint)) return null;
  return { class: 'unauthorized', message: `it is not logged in. ${QWEN_LOGIN}`, resumeAt: null };
}
