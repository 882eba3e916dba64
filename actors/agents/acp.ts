import { fileURLToPath } from 'node:url';
import { jsonLinesReader } from '../stream-reader.ts';
import { ANSWER_FILE, QUESTION_FILE } from './acp/asking.ts';
import type { BridgeOptions } from './acp/options.ts';
import type { AgentAdapter, AgentSettings, Launch, LaunchRequest } from './adapter.ts';
import { splitCommandLine } from './command-line.ts';
import { withoutCommand } from './literal-prompt.ts';
import { readOwnRecord } from './own-records.ts';

/** The bridge is a program of its own, built beside the one that this is part of. */
const BRIDGE = fileURLToPath(new URL('./acp-bridge.js', import.meta.url));

/** Any agent that speaks the Agent Client Protocol, through a small process of ours that is its client. */
export const acp: AgentAdapter = {
  name: 'acp',
  title:
    "Any agent that speaks the Agent Client Protocol, given with --agent-command 'gemini --acp'",
  install: null,
  endsWithResult: true,
  abilities: { resume: true, schema: false, usage: true, cost: true, prompt: 'stdin' },
  sessionTotals: ['cost'],
  program: (settings) => words(settings)[0] ?? '',
  lacks: ({ command }) =>
    command ? null : "the agent's command line: --agent-command 'gemini --acp'",
  literalPrompt: withoutCommand,
  launch,
  reader: (sink) => jsonLinesReader({ ...sink, onRecord: readOwnRecord }),
};

function launch({ settings, resume, place, file }: LaunchRequest): Launch {
  const permissions = settings.permissions ?? 'allow';
  const options: BridgeOptions = {
    command: [...words(settings), ...settings.args],
    cwd: place.cwd,
    permissions,
    questions:
      permissions === 'ask' ? { question: file(QUESTION_FILE), answer: file(ANSWER_FILE) } : null,
    model: settings.model,
    resume,
  };
  return {
    program: process.execPath,
    args: [BRIDGE, JSON.stringify(options)],
    input: 'prompt',
    sessionId: null,
  };
}

function words({ command }: AgentSettings): string[] {
  return splitCommandLine(command ?? '');
}
