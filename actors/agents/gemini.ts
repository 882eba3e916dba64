import { readFileSync } from 'node:fs';
import { jsonLinesReader } from '../stream-reader.ts';
import type { AgentAdapter, Launch, LaunchRequest } from './adapter.ts';
import { failureOfExit } from './gemini-failure.ts';
import { geminiRecords } from './gemini-records.ts';
import { findGeminiChat, readGeminiTranscript } from './gemini-transcript.ts';
import { withoutCommand, withoutMentions } from './literal-prompt.ts';

/**
 * Gemini CLI. What is known of it was recorded from version 0.61.0. Its exit code after a failure of its API is the HTTP
 * status modulo 256 (401 gives 145): it says what its result says, and no signal.
 */
export const gemini: AgentAdapter = {
  name: 'gemini',
  title: 'Gemini CLI',
  install: 'npm install -g @google/gemini-cli',
  endsWithResult: true,
  program: () => 'gemini',
  literalPrompt: (prompt) => withoutCommand(withoutMentions(prompt)),
  launch,
  reader: (sink) => jsonLinesReader({ ...sink, ...geminiRecords() }),
  failureOfExit,
  transcript: {
    find: findGeminiChat,
    read: (path) => readGeminiTranscript(readFileSync(path, 'utf8')),
  },
  abilities: { resume: true, schema: false, usage: true, cost: false, prompt: 'stdin' },
};

/**
 * Without `--skip-trust` it runs in no folder that a person has not trusted. It would start itself anew with more
 * memory, and the first process ignores SIGTERM and SIGINT: the variable makes it one process, which obeys.
 */
function launch({ sessionId: fresh, resume, settings }: LaunchRequest): Launch {
  const model = settings.model === null ? [] : ['-m', settings.model];
  const session = resume === null ? ['--session-id', fresh] : ['--resume', resume];
  const own = ['-o', 'stream-json', '--yolo', '--skip-trust'];
  return {
    program: 'gemini',
    args: [...own, ...model, ...session, ...settings.args],
    input: 'prompt',
    sessionId: resume ?? fresh,
    environment: { GEMINI_CLI_NO_RELAUNCH: 'true' },
  };
}
