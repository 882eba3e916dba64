/** `oneshot run` and `oneshot resume`: a session, told as it goes. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text as textOfStream } from 'node:stream/consumers';
import type { Limits } from '../machines/contracts.ts';
import { type CommandContext, commandContext, createOutput, hookHost } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import type { Config } from './config.ts';
import { UsageError } from './errors.ts';
import type { HookSettings } from './hook-settings.ts';
import { attachHooks } from './hooks.ts';
import { type Inspection, inspectionOf, serveRun } from './inspect-run.ts';
import type { Output } from './output.ts';
import { attendDesk } from './permission-desk.ts';
import { reportRun } from './run-report.ts';
import type { RunSession } from './run-session.ts';
import { resumeRun, startRun } from './run-start.ts';
import { findRun, type RunFolder } from './run-store.ts';
import { terminalPerson } from './terminal-person.ts';
import type { Sharing } from './work-tree.ts';

/** Signals that end a run on purpose. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export async function runCommand(
  task: string | undefined,
  options: CommandOptions,
): Promise<number> {
  const context = await commandContext(options);
  const text = await readTask(task, options);
  return startAndDrive(text, context, options);
}

/** Starts a run and stays with it to its end. Returns the exit code. */
export async function startAndDrive(
  task: string,
  { cwd, config }: CommandContext,
  options: CommandOptions,
): Promise<number> {
  const output = createOutput(options);
  const inspection = inspectionOf(options);
  const signals = listenForSignals();
  try {
    const session = await startRun({
      task,
      config,
      cwd,
      sharing: sharingOf(options),
      signal: signals.waiting,
      notify: output.notice,
    });
    return await drive({ session, output, signals, inspection, hooks: config.on });
  } catch (error) {
    return signals.exitCodeOf(error);
  } finally {
    signals.stop();
  }
}

export async function resumeCommand(id: string, options: CommandOptions): Promise<number> {
  const { config } = await commandContext(options);
  return goOn(findRun(config.runsDir, id), extensionOf(options, config), config, options);
}

/** Goes on with a run and stays with it to its end. Returns the exit code. */
export async function goOn(
  folder: RunFolder,
  extension: Partial<Limits>,
  config: Pick<Config, 'on'>,
  options: CommandOptions,
): Promise<number> {
  const output = createOutput(options);
  const inspection = inspectionOf(options);
  const signals = listenForSignals();
  try {
    const session = await resumeRun({
      folder,
      extension,
      sharing: sharingOf(options),
      signal: signals.waiting,
      notify: output.notice,
    });
    if ('run' in session)
      return await drive({ session, output, signals, inspection, hooks: config.on });
    output.notice(`The run ${folder.id} is completed already; there is nothing to resume.`);
    output.finished(reportRun(folder));
    return 0;
  } catch (error) {
    return signals.exitCodeOf(error);
  } finally {
    signals.stop();
  }
}

/** The budgets that were given anew. */
function extensionOf(options: CommandOptions, config: Config): Partial<Limits> {
  const { maxIterations, maxCostUsd, maxTokens, maxTimeMs, stallAfter } = config;
  return {
    ...(options.maxIterations === undefined ? {} : { maxIterations }),
    ...(options.maxCost === undefined ? {} : { maxCostUsd }),
    ...(options.maxTokens === undefined ? {} : { maxTokens }),
    ...(options.maxTime === undefined ? {} : { maxTimeMs }),
    ...(options.stallAfter === undefined ? {} : { stallAfter }),
  };
}

interface Drive {
  readonly session: RunSession;
  readonly output: Output;
  readonly signals: Signals;
  readonly inspection: Inspection | null;
  readonly hooks: readonly HookSettings[];
}

async function drive({ session, output, signals, inspection, hooks }: Drive): Promise<number> {
  output.started(session.header, session.folder.path);
  session.transitions$.subscribe(output.transition);
  session.activities$.subscribe(output.activities);
  session.notices$.subscribe(output.notice);
  const called = attachHooks(session, hooks, hookHost(output));
  signals.attach({ ...session, hurry: () => [session.hurry(), called.abort()] });
  const serving = inspection && serveRun(session, inspection, output.notice);
  const leaveDesk = attendDesk(session, terminalPerson(output));
  try {
    await session.run();
  } finally {
    leaveDesk();
    await serving?.close();
    await called.settled();
  }
  const report = reportRun(session.folder);
  output.finished(report);
  return report.exitCode;
}

interface Signals {
  /** Aborted by a signal that comes before there is a session. */
  readonly waiting: AbortSignal;
  attach(session: Pick<RunSession, 'interrupt' | 'hurry'>): void;
  /** What a wait that a signal ended exits with; throws every other error on. */
  exitCodeOf(error: unknown): number;
  stop(): void;
}

/** The first signal stops the run in good order, the second at once. */
function listenForSignals(): Signals {
  const waiting = new AbortController();
  let session: Pick<RunSession, 'interrupt' | 'hurry'> | null = null;
  let first: NodeJS.Signals | null = null;
  const take = (signal: NodeJS.Signals): void => {
    if (first === null) {
      first = signal;
      waiting.abort();
      session?.interrupt(signal);
    } else {
      session?.hurry();
    }
  };
  for (const signal of STOP_SIGNALS) process.on(signal, take);
  return {
    waiting: waiting.signal,
    attach(attached) {
      session = attached;
      if (first !== null) session.interrupt(first);
    },
    exitCodeOf(error) {
      if (first === null) throw error;
      if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
      return first === 'SIGINT' ? 130 : first === 'SIGTERM' ? 143 : 129;
    },
    stop() {
      for (const signal of STOP_SIGNALS) process.off(signal, take);
    },
  };
}

function sharingOf({ wait, share }: CommandOptions): Sharing {
  if (wait && share)
    throw new UsageError('--wait and --share exclude each other; give one of them.');
  return share ? 'share' : wait ? 'wait' : 'refuse';
}

async function readTask(task: string | undefined, options: CommandOptions): Promise<string> {
  const given = [task, options.task, options.file].filter((source) => source !== undefined);
  if (given.length > 1)
    throw new UsageError('The task is given more than once; use one of TASK, --task and --file.');
  const text = await taskText(task, options);
  if (text.trim() === '')
    throw new UsageError('The task is empty. Say what is to be done: oneshot "task".');
  return text;
}

async function taskText(
  task: string | undefined,
  { task: option, file }: CommandOptions,
): Promise<string> {
  if (typeof option === 'string') return option;
  if (typeof file === 'string') return readTaskFile(resolve(file));
  // Read as a stream: a pipe that is not ready yet makes a synchronous read fail.
  if (task === '-') return textOfStream(process.stdin);
  if (task !== undefined) return task;
  throw new UsageError(
    'There is no task. Say what is to be done: oneshot "task". See: oneshot --help',
  );
}

function readTaskFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `The task file ${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}
