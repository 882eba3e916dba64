import { readFileSync } from 'node:fs';
import { VERDICT_SCHEMA } from '../../machines/prompts.ts';
import { jsonLinesReader } from '../stream-reader.ts';
import type { AgentAdapter, Launch, LaunchRequest } from './adapter.ts';
import { codexRecords } from './codex-records.ts';
import { findCodexRollout, readCodexTranscript } from './codex-transcript.ts';

/** The file of an attempt that holds the form of the verdict. */
const SCHEMA_FILE = 'verdict-schema.json';

/** Codex. What is known of it was recorded from version 0.169.0. */
export const codex: AgentAdapter = {
  name: 'codex',
  title: 'OpenAI Codex',
  install: 'npm install -g @openai/codex',
  endsWithResult: true,
  program: () => 'codex',
  launch,
  reader: (sink) => jsonLinesReader({ ...sink, ...codexRecords() }),
  transcript: {
    find: findCodexRollout,
    read: (path) => readCodexTranscript(readFileSync(path, 'utf8')),
  },
  sessionTotals: ['tokens'],
  abilities: { resume: true, schema: true, usage: true, cost: false, prompt: 'stdin' },
};

/**
 * The session's id is its own and comes with the first line. Most flags of `exec` are none of `exec resume`: the user's
 * own arguments come before it.
 */
function launch({ role, resume, settings, file }: LaunchRequest): Launch {
  const isTyped = role === 'auditor';
  const model = settings.model === null ? [] : ['-m', settings.model];
  const schema = isTyped ? ['--output-schema', file(SCHEMA_FILE)] : [];
  const session = resume === null ? [] : ['resume'];
  const own = ['--json', '--dangerously-bypass-approvals-and-sandbox', '--skip-git-repo-check'];
  const prompt = resume === null ? ['-'] : [resume, '-'];
  return {
    program: 'codex',
    args: ['exec', ...schema, ...settings.args, ...session, ...own, ...model, ...prompt],
    input: 'prompt',
    sessionId: resume,
    ...(isTyped ? { files: { [SCHEMA_FILE]: JSON.stringify(VERDICT_SCHEMA) } } : {}),
  };
}
