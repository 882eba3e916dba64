import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERDICT_SCHEMA } from '../../machines/prompts.ts';
import { jsonLinesReader } from '../stream-reader.ts';
import type { AgentAdapter, Launch, LaunchPlace, LaunchRequest } from './adapter.ts';
import { claudeRecords, isClaudeDelta } from './claude-records.ts';
import { readClaudeTranscript } from './claude-transcript.ts';
import { withoutCommand } from './literal-prompt.ts';

/** Claude Code. What is known of it was recorded from version 2.1.330. */
export const claude: AgentAdapter = {
  name: 'claude',
  title: 'Claude Code',
  install: 'npm install -g @anthropic-ai/claude-code',
  endsWithResult: true,
  program: () => 'claude',
  literalPrompt: withoutCommand,
  launch,
  reader: (sink) => jsonLinesReader({ ...sink, onRecord: claudeRecords(), skips: isClaudeDelta }),
  preflight,
  transcript: {
    find: transcriptPath,
    read: (path) => readClaudeTranscript(readFileSync(path, 'utf8')),
  },
  sessionTotals: ['cost'],
  abilities: { resume: true, schema: true, usage: true, cost: true, prompt: 'stdin' },
};

function launch({ role, sessionId: fresh, resume, settings }: LaunchRequest): Launch {
  const session = resume === null ? ['--session-id', fresh] : ['--resume', resume];
  const model = settings.model === null ? [] : ['--model', settings.model];
  const schema = role === 'auditor' ? ['--json-schema', JSON.stringify(VERDICT_SCHEMA)] : [];
  const args = [
    '-p',
    '--output-format',
    'stream-json',
    '--verbose',
    '--dangerously-skip-permissions',
  ];
  return {
    program: 'claude',
    args: [...args, ...model, ...session, ...schema, ...settings.args],
    input: 'prompt',
    sessionId: resume ?? fresh,
  };
}

/** It refuses `--dangerously-skip-permissions` as root and exits with 1 and an empty stdout. */
function preflight({ isRoot, environment }: LaunchPlace): string | null {
  if (!isRoot || environment.IS_SANDBOX === '1') return null;
  return (
    'it refuses to skip its permission questions as root. Run oneshot as another user, or, when this is a real ' +
    'sandbox that may be lost, set IS_SANDBOX=1 yourself.'
  );
}

/** The folder's name is that of the work tree, with `-` for everything that is no letter or digit. */
function transcriptPath({ home, cwd, environment }: LaunchPlace, sessionId: string): string {
  const root = environment.CLAUDE_CONFIG_DIR || join(home, '.claude');
  return join(root, 'projects', cwd.replace(/[^a-zA-Z0-9]/g, '-'), `${sessionId}.jsonl`);
}
