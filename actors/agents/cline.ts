import { jsonLinesReader } from '../stream-reader.ts';
import type { AgentAdapter, Launch, LaunchRequest } from './adapter.ts';
import { clineRecords } from './cline-records.ts';
import { findClineSession, readClineTranscript } from './cline-transcript.ts';
import { promptArgument } from './command-line.ts';

/** Cline's command line. What is known of it was recorded from version 3.0.65. */
export const cline: AgentAdapter = {
  name: 'cline',
  title: 'Cline',
  install: 'npm install -g cline',
  endsWithResult: true,
  program: () => 'cline',
  launch,
  reader: (sink) => jsonLinesReader({ ...sink, ...clineRecords() }),
  transcript: { find: findClineSession, read: readClineTranscript },
  isSharedService,
  abilities: { resume: false, schema: false, usage: true, cost: true, prompt: 'argument' },
};

const TOO_LONG =
  'Shorten the task, or put it into a file of the work tree and name that file in the task.';

/**
 * With `--json` it takes the prompt as an argument and in no other way, and cannot go on with a session (`--id` makes it
 * interactive). The blank keeps a prompt that begins with a dash from being an option.
 */
function launch({ prompt, settings }: LaunchRequest): Launch {
  const model = settings.model === null ? [] : ['-m', settings.model];
  const text = prompt.startsWith('-') ? ` ${prompt}` : prompt;
  const last = promptArgument(text, 'cline', TOO_LONG);
  return {
    program: 'cline',
    args: ['--json', '--auto-approve', 'true', ...model, ...settings.args, last],
    input: 'nothing',
    sessionId: null,
  };
}

/** The daemon that all its sessions talk to; it outlives each of them. A prompt may say so too, but behind other options. */
function isSharedService(commandLine: string): boolean {
  return /^(?:(?! -).)*cline\S* --cline-hub-daemon(?: |$)/.test(commandLine);
}
