import type { AgentAdapter, Launch, LaunchRequest } from './adapter.ts';
import { aiderReader } from './aider-output.ts';
import { withoutCommand } from './literal-prompt.ts';

/**
 * aider, as its public documentation describes it (https://aider.chat/docs/config/options.html,
 * https://aider.chat/docs/scripting.html). It prints text. It edits files and may commit: oneshot judges the work tree,
 * so commits are left to the user.
 */
export const aider: AgentAdapter = {
  name: 'aider',
  title: 'aider',
  install: 'python -m pip install aider-install && aider-install',
  endsWithResult: false,
  program: () => 'aider',
  literalPrompt: withoutCommand,
  launch,
  reader: aiderReader,
  abilities: { resume: false, schema: false, usage: true, cost: true, prompt: 'file' },
};

/**
 * Nothing is asked, drawn, reported or looked up on the way, and no history is left in the work tree, where it would look
 * like work. The prompt comes from its file.
 */
const SCRIPTING = [
  '--yes-always',
  '--no-pretty',
  '--no-stream',
  '--no-auto-commits',
  '--no-dirty-commits',
  '--no-check-update',
  '--no-show-release-notes',
  '--no-analytics',
  '--no-detect-urls',
  ...['--chat-history-file', '/dev/null'],
  ...['--input-history-file', '/dev/null'],
];

function launch({ promptFile, settings }: LaunchRequest): Launch {
  const model = settings.model === null ? [] : ['--model', settings.model];
  return {
    program: 'aider',
    args: [...SCRIPTING, ...model, ...settings.args, '--message-file', promptFile],
    input: 'nothing',
    sessionId: null,
    environment: { COLUMNS: WIDTH },
  };
}

/**
 * Without a terminal it breaks its lines at 80 columns, in the middle of a verdict too. Tools that it starts see this
 * width as well, and some fill a line: so it is wide, but not without bound.
 */
const WIDTH = '2000';
