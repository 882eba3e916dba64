import { autoReader, genericRecords, jsonLinesReader, textReader } from '../stream-reader.ts';
import type { AgentAdapter, AgentSettings, Launch, LaunchRequest } from './adapter.ts';
import { promptArgument, splitCommandLine } from './command-line.ts';

/**
 * Any command line as an agent. The prompt goes to its standard input, or where `{prompt}` or `{promptFile}` stands in
 * it. Its answer is the last string `result` (else `text`) of JSON lines, or else what it printed.
 */
export const command: AgentAdapter = {
  name: 'command',
  title: 'Any command line, given with --agent-command',
  install: null,
  endsWithResult: false,
  abilities: { resume: false, schema: false, usage: false, cost: false, prompt: 'stdin' },
  program: (settings) => words(settings)[0] ?? '',
  lacks: ({ command: line }) =>
    line ? null : "its command line: --agent-command 'my-agent --flag'",
  launch,
  reader: (sink, settings) => {
    switch (settings.output) {
      case 'text':
        return textReader(sink);
      case 'jsonl':
        return jsonLinesReader({ ...sink, onRecord: genericRecords() });
      case 'auto':
        return autoReader({ ...sink, onRecord: genericRecords() });
    }
  },
};

function launch({ prompt, promptFile, settings }: LaunchRequest): Launch {
  const [program = '', ...rest] = words(settings);
  const template = [...rest, ...settings.args];
  const isPlaced = template.some((word) => /\{prompt(File)?\}/.test(word));
  const fill = (word: string) =>
    word
      .replaceAll('{promptFile}', () => promptFile)
      .replaceAll('{prompt}', () => promptArgument(prompt, 'the command'));
  return {
    program,
    args: template.map(fill),
    input: isPlaced ? 'nothing' : 'prompt',
    sessionId: null,
  };
}

function words(settings: AgentSettings): string[] {
  return splitCommandLine(settings.command ?? '');
}
