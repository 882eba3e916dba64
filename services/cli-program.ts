/** The commands with their options. Each parses, makes one call, and says with an exit code how it went. */
import { Command, CommanderError, Option } from 'commander';
import { COMMANDS, type CommandRow } from './cli-commands.ts';
import { environment } from './config.ts';
import { OneshotError, UsageError } from './errors.ts';
import { OPTION_LIST } from './options.ts';
import { defaultText } from './options-table.ts';
import { VERSION } from './version.ts';

/** Options as commander hands them over: texts, lists of texts, and switches. */
export type CommandOptions = Readonly<Record<string, string | string[] | boolean | undefined>>;

/** Runs one command line and ends the process with its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that has enough (`| head`) is no reason for anything that goes on to fail.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.exitCode = await runCommandLine(argv);
  await drained();
  process.exit();
}

async function runCommandLine(argv: readonly string[]): Promise<number> {
  try {
    requireSupportedSystem();
    const { own, agentArgs } = splitAtDashes(argv);
    return await dispatch(own.map(withoutGreed), agentArgs);
  } catch (error) {
    return explain(error);
  }
}

async function dispatch(argv: readonly string[], agentArgs: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(agentArgs, (code) => {
    exitCode = code;
  });
  await program.parseAsync(argv, { from: 'user' });
  return exitCode;
}

type Done = (exitCode: number) => void;

function buildProgram(agentArgs: readonly string[], done: Done): Command {
  const program = new Command('oneshot')
    .description(
      'Runs a coding agent on a task, has another agent judge the result, and loops until it is done.',
    )
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .showHelpAfterError(false)
    .helpOption('-h, --help', 'Show this help')
    .enablePositionalOptions(false);

  const run = program
    .command('run [task]', { isDefault: true })
    .description('Run a task (the default command); `-` reads it from standard input')
    .option('--task <text>', 'The task, also when it begins with a dash')
    .option('--file <file>', 'Read the task from a file');
  addSettings(run);
  addManners(run);
  run.action(async (task: string | undefined, options: CommandOptions) => {
    const { runCommand } = await import('./cli-run.ts');
    done(await runCommand(task, { ...options, agentArgs: [...agentArgs] }));
  });

  for (const row of COMMANDS) addCommand(program, row, agentArgs, done);
  return program;
}

function addCommand(
  program: Command,
  row: CommandRow,
  agentArgs: readonly string[],
  done: Done,
): void {
  const takesId = row.usage.endsWith('[id]');
  const command = program
    .command(row.usage)
    .description(
      `${row.description}${takesId ? '; ids may be shortened, `latest` is the default' : ''}`,
    );
  for (const [flags, description, list] of row.options) {
    const option = new Option(flags, description);
    command.addOption(list ? option.argParser(collect) : option);
  }
  if (!row.isPlaceless) addPlace(command);
  if (row.hostsRun) addManners(command);
  addFormat(command);
  command.action(async (...given: unknown[]) => {
    const id = takesId && typeof given[0] === 'string' ? given[0] : 'latest';
    const further = row.takesAgentArgs ? { agentArgs: [...agentArgs] } : {};
    done(await row.run(id, { ...command.opts(), ...further }, command.args));
  });
}

function addPlace(command: Command): void {
  command
    .option('--runs-dir <folder>', 'Folder of the runs')
    .option('--cwd <folder>', 'Work in this folder, as if oneshot had been started there')
    .option('--config <file>', 'Use this configuration file and no other');
}

function addFormat(command: Command): void {
  command.option('--json', 'Write JSON to standard output').option('--no-color', 'No colours');
}

function addSettings(run: Command): void {
  for (const option of OPTION_LIST) {
    if (!option.flag?.startsWith('--') || option.flag === '--') continue;
    const text = defaultText(option);
    const described = `${option.description}${text ? ` (default: ${text})` : ''}`;
    const flag = new Option(`${option.flag} ${option.argument}`, described);
    run.addOption(option.isList ? flag.argParser(collect) : flag);
  }
  run
    .option('--config <file>', 'Use this configuration file and no other')
    .option('--json', 'Write NDJSON to standard output: transitions, activities, a last result')
    .option('--no-color', 'No colours');
}

function addManners(target: Command): void {
  target
    .option('--quiet', 'Show only the end')
    .option('--verbose', 'Show everything in full')
    .option('--wait', 'When another run is going on in the same folder, queue behind it')
    .option('--share', 'When another run is going on in the same folder, run beside it knowingly')
    .option('--inspect [=stately]', 'Serve a page that shows the run while it goes on');
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** What stands behind `--` is for the agent and none of our business. */
function splitAtDashes(argv: readonly string[]): {
  own: readonly string[];
  agentArgs: readonly string[];
} {
  const at = argv.indexOf('--');
  if (at === -1) return { own: argv, agentArgs: [] };
  return { own: argv.slice(0, at), agentArgs: argv.slice(at + 1) };
}

/** `--inspect "task"`: what follows an option whose value may be left out is not its value. */
function withoutGreed(argument: string): string {
  if (argument === '--worktree') return '--worktree=on';
  return argument === '--inspect' ? '--inspect=page' : argument;
}

function requireSupportedSystem(): void {
  if (process.platform !== 'win32') return;
  throw new UsageError(
    'oneshot needs a POSIX system. On Windows run it inside WSL: wsl oneshot "task".',
  );
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) return explainUsage(error);
  if (error instanceof OneshotError) {
    process.stderr.write(`oneshot: ${error.message} [${error.code}]\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (isDebugging() ? error.stack : error.message) : error;
  process.stderr.write(`oneshot: internal error: ${text}\nSet ONESHOT_DEBUG=1 to see where.\n`);
  return 1;
}

function explainUsage(error: CommanderError): number {
  if (error.exitCode === 0) return 0;
  const message = error.message
    .replace(/^error: /, '')
    .split('\n')
    .join(' ');
  process.stderr.write(`oneshot: ${message}. See: oneshot --help [ONESHOT_USAGE]\n`);
  return 2;
}

function isDebugging(): boolean {
  return Boolean(environment().ONESHOT_DEBUG);
}

/** A pipe may not have taken everything yet. */
async function drained(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength === 0 || stream.destroyed) continue;
    await new Promise((resolve) => stream.once('drain', resolve).once('close', resolve));
  }
}
