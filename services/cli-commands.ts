/** The commands on runs and agents: one row each. A command's code is loaded when it is asked for. */
import type { CommandOptions } from './cli-program.ts';

/** With `list` it may be given several times. */
export type CommandOption = readonly [flags: string, description: string, list?: 'list'];

export interface CommandRow {
  /** As commander takes it: `show [id]`. */
  readonly usage: string;
  readonly description: string;
  /** Its own options beside the common ones: flags as commander takes them, and what they do. */
  readonly options: readonly CommandOption[];
  /** Without `--runs-dir`, `--cwd` and `--config`. Default: with them. */
  readonly isPlaceless?: true;
  /** Whether it hosts a run, and so has the options of how that is shown and shared. */
  readonly hostsRun?: true;
  /** What stands behind `--` is for an agent, in the option `agentArgs`. Default: nothing is. */
  readonly takesAgentArgs?: true;
  /** Resolves to the exit code. `id` is `latest` where none was given; `words` are all that were, as they stand. */
  run(id: string, options: CommandOptions, words: readonly string[]): Promise<number>;
}

export const COMMANDS: readonly CommandRow[] = [
  {
    usage: 'resume [id]',
    description: 'Go on with a run',
    options: [
      ['--max-iterations <n>', 'A larger budget for a run that used it up'],
      ['--max-cost <dollars>', 'The same for what its agents may cost'],
      ['--max-tokens <n>', 'The same for the tokens that they may use'],
      ['--max-time <duration>', 'The same for how long they may take'],
      ['--stall-after <n>', 'Rounds that may find the same in unchanged files; 0 for any number'],
    ],
    hostsRun: true,
    run: async (id, options) => (await import('./cli-run.ts')).resumeCommand(id, options),
  },
  {
    usage: 'list',
    description: 'List the runs',
    options: [],
    run: async (_, options) => (await import('./cli-list.ts')).listCommand(options),
  },
  {
    usage: 'show [id]',
    description: 'Show one run',
    options: [['--svg <file>', 'Write the statechart with its way in it to a file']],
    run: async (id, options) => (await import('./cli-show.ts')).showCommand(id, options),
  },
  {
    usage: 'diff [id]',
    description: 'Show what a run changed, from its beginning to its end',
    options: [
      ['--attempt <n>', 'Only what this attempt changed'],
      ['--stat', 'Only how much of which files'],
    ],
    run: async (id, options) => (await import('./cli-diff.ts')).diffCommand(id, options),
  },
  {
    usage: 'restore [id]',
    description: 'Put the files back as they were after an attempt; what is there is parked first',
    options: [
      ['--attempt <n>', 'The attempt; 0 is the beginning of the run'],
      ['--before', 'As they were before that attempt'],
      ['--parked <name>', 'What an earlier restore parked'],
      ['--to <folder>', 'Into this folder instead, which is empty or not there yet'],
      ['--force', 'Also when HEAD has moved since'],
    ],
    run: async (id, options) => (await import('./cli-restore.ts')).restoreCommand(id, options),
  },
  {
    usage: 'apply [id]',
    description: 'Bring the work of a run with --worktree here; on conflict nothing is changed',
    options: [['--patch', 'As changes of the files, without a merge']],
    run: async (id, options) => (await import('./cli-apply.ts')).applyCommand(id, options),
  },
  {
    usage: 'logs [id]',
    description: 'Show what the agents did',
    options: [['-f, --follow', 'Go on showing while the run goes on']],
    run: async (id, options) => (await import('./cli-logs.ts')).logsCommand(id, options),
  },
  {
    usage: 'inspect [id]',
    description: 'Show runs in a page on this machine, live and afterwards',
    options: [
      ['--all', 'Begin with the list of all runs'],
      ['--port <n>', 'Serve on this port, 0 for any (default: the same each time when it is free)'],
      ['--no-open', 'Open no browser'],
      ['--control', 'Let the page stop and resume runs'],
    ],
    run: async (id, options) => (await import('./cli-inspect.ts')).inspectCommand(id, options),
  },
  {
    usage: 'replay [id]',
    description: 'Compute a run again from its journal, step by step; starts nothing',
    options: [
      [
        '--verify',
        'Only say whether each step comes out as it was recorded (exit code 0) or not (1)',
      ],
      [
        '--all <glob>',
        'Verify all journals that a pattern means: ids, or paths when it has a slash',
      ],
      ['--at <seq>', 'Print the snapshot at this step'],
      ['--speed <n>', 'Play it in a page, in its own time (1) or faster'],
    ],
    run: async (id, options) => (await import('./cli-replay.ts')).replayCommand(id, options),
  },
  {
    usage: 'fork [id]',
    description:
      'Go on from a checkpoint of a run in a run of its own; the first one stays as it is',
    options: [
      [
        '--at <seq>',
        'The step to begin at, or else at the checkpoint before (default: last-checkpoint)',
      ],
      ['--set <path=value>', 'Change what it remembers, or settings.…; may be repeated', 'list'],
      ['--task-file <file>', 'Give it another task'],
      ['--max-iterations <n>', 'Give it another budget'],
      ['--agent <name>', 'Another agent for both roles'],
      ['--worker-agent <name>', 'Another agent for the worker'],
      ['--auditor-agent <name>', 'Another agent for the auditor'],
      ['--worker-model <model>', 'Another model for the worker'],
      ['--auditor-model <model>', 'Another model for the auditor'],
      ['--agent-command <command-line>', 'Another command line for the agent `command`'],
      ['--worker-agent-command <command-line>', 'The same for the worker alone'],
      ['--auditor-agent-command <command-line>', 'The same for the auditor alone'],
      [
        '--restore-files',
        'Put the files of the work tree back as they were then; parks what is there',
      ],
      ['--force', 'With --restore-files: also when HEAD has moved since'],
      ['--no-start', 'Only record it; `oneshot resume` goes on with it'],
    ],
    hostsRun: true,
    run: async (id, options) => (await import('./cli-fork.ts')).forkCommand(id, options),
  },
  {
    usage: 'clean',
    description:
      'Remove old runs with their refs and worktrees; shows only what it would do, but for --yes',
    options: [
      ['--older-than <age>', 'Runs in which nothing has happened for so long (default: 30d)'],
      ['--state <states>', 'Of completed and rejected runs only these (default: both)'],
      ['--run <id>', 'This run, whatever its age and state; may be repeated', 'list'],
      ['--yes', 'Do it'],
      ['--dry-run', 'Only show it, also with --yes'],
    ],
    run: async (_, options) => (await import('./cli-clean.ts')).cleanCommand(options),
  },
  {
    usage: 'stop [id]',
    description: 'Stop a run; `oneshot resume` goes on with it',
    options: [],
    run: async (id, options) => (await import('./cli-stop.ts')).stopCommand(id, options),
  },
  {
    usage: 'diagram',
    description: 'Print the statechart of every run',
    options: [
      [
        '--format <format>',
        'svg, mermaid (default), dot for Graphviz, or json for the Stately editor',
      ],
    ],
    isPlaceless: true,
    run: async (_, options) => (await import('./cli-diagram.ts')).diagramCommand(options),
  },
  {
    usage: 'agents [action] [name]',
    description:
      'List the agents: installed or not, and what they can do; `agents verify NAME` tries one out',
    options: [
      ['--model <model>', 'Model that `verify` uses, in the words of the agent'],
      ['--agent-command <command-line>', 'Command line of the agent `command`'],
      ['--agent-output <form>', 'How the output of the agent `command` is read'],
      ['--base-url <url>', 'Address of the endpoint of the agent `openai`'],
      ['--permissions <policy>', 'What the agent `acp` is answered when it asks for permission'],
    ],
    takesAgentArgs: true,
    run: async (_, options, words) =>
      (await import('./cli-agents.ts')).agentsCommand(words, options),
  },
  {
    usage: 'doctor',
    description: 'Look for what would trouble a run here, and say what to do about it',
    options: [],
    run: async (_, options) => (await import('./cli-doctor.ts')).doctorCommand(options),
  },
  {
    usage: 'demo',
    description: 'See a whole run with the embedded scripted agent, in a temporary folder',
    options: [],
    isPlaceless: true,
    run: async (_, options) => (await import('./cli-demo.ts')).demoCommand(options),
  },
];
