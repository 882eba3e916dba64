/** Starts the process of an attempt. The only file that imports execa. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { AttemptPlan, SalvagedSession } from '../machines/contracts.ts';
import type { Launch } from './agents/adapter.ts';
import { LaunchRefusal } from './agents/adapter.ts';
import { lookUpProgram } from './agents/lookup.ts';
import { agentOf } from './attempt-agent.ts';
import type { AttemptFiles, CommandRecord } from './attempt-files.ts';
import { createAttemptFolder, writeRecordDurably } from './attempt-files.ts';
import { buildPrompt } from './attempt-prompt.ts';
import { WRAPPER_SCRIPT } from './attempt-wrapper.ts';
import { currentBootId } from './process-identity.ts';
import type { RunHost } from './run-host.ts';
import { uptimeMs } from './uptime.ts';

/** A process tree that was started with its output going to files: it needs nobody to live on. */
export interface StartedTree {
  /** The wrapper's pid, which is also the id of the session; `null` when it could not be started. */
  readonly wrapperPid: number | null;
  /** Resolves when the wrapper has exited. Never rejects. */
  readonly exited: Promise<StartOutcome>;
}

export interface StartOutcome {
  /** Why nothing was started, e.g. a work tree that has vanished. */
  readonly failure: string | null;
}

export interface TreeCommand {
  readonly files: AttemptFiles;
  readonly program: string;
  readonly args: readonly string[];
  /** Path of the file for standard input. */
  readonly input: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Writes the prompt and the record of the command, then starts it: no process without its record. */
export function launchAttempt(host: RunHost, plan: AttemptPlan, files: AttemptFiles): StartedTree {
  createAttemptFolder(files);
  const prompt = promptFor(host, plan);
  writeFileSync(files.file('prompt.md'), prompt, { mode: 0o600 });
  const launch = planLaunch(host, plan, files, prompt);
  for (const [name, content] of Object.entries(launch.files ?? {}))
    writeFileSync(join(files.folder, name), content, { mode: 0o600 });
  const program = resolveProgram(host, launch.program);
  writeCommandRecord(host, plan, files, launch);
  return startTree({
    files,
    program,
    args: launch.args,
    input: launch.input === 'prompt' ? files.file('prompt.md') : '/dev/null',
    cwd: host.place.cwd,
    environment: {
      ...host.place.environment,
      ...launch.environment,
      ...attemptMarker(host.runId, files.name),
    },
  });
}

function promptFor(host: RunHost, plan: AttemptPlan): string {
  const prompt = host.redactor.redactText(buildPrompt(host, plan));
  const { adapter } = agentOf(host, plan);
  return adapter.literalPrompt?.(prompt) ?? prompt;
}

/** The variables by which every descendant of an attempt can be found, also when it was re-parented. */
export function attemptMarker(runId: string, attempt: string): Record<string, string> {
  return { ONESHOT_RUN: runId, ONESHOT_ATTEMPT: attempt };
}

/** Starts a command under the wrapper, in a session of its own, with its output in the attempt's files. */
export function startTree(command: TreeCommand): StartedTree {
  const { files, program, args, input, cwd, environment } = command;
  const wrapper = execa(
    '/bin/sh',
    ['-c', WRAPPER_SCRIPT, 'oneshot-attempt', files.folder, input, program, ...args],
    {
      cwd,
      env: environment,
      extendEnv: false,
      detached: true,
      cleanup: false,
      stdio: 'ignore',
      buffer: false,
      reject: false,
    },
  );
  const exited = wrapper.then((result) => ({
    failure: result.failed && result.exitCode === undefined ? startFailure(result, cwd) : null,
  }));
  return { wrapperPid: wrapper.pid ?? null, exited };
}

function startFailure(
  result: { readonly shortMessage?: string | undefined; readonly signal?: string | undefined },
  cwd: string,
): string | null {
  if (result.signal) return null;
  return `Nothing could be started in ${cwd}: ${result.shortMessage ?? 'unknown cause'}`;
}

function planLaunch(host: RunHost, plan: AttemptPlan, files: AttemptFiles, prompt: string): Launch {
  const { adapter, settings } = agentOf(host, plan);
  return adapter.launch({
    role: plan.role,
    prompt,
    promptFile: files.file('prompt.md'),
    sessionId: randomUUID(),
    resume: resumable(host, plan)?.id ?? null,
    file: (name) => join(files.folder, name),
    settings,
    place: host.place,
  });
}

/** The session that the attempt goes on with: one whose record is still there. */
function resumable(host: RunHost, plan: AttemptPlan): SalvagedSession | null {
  const { abilities, transcript } = agentOf(host, plan).adapter;
  const session = plan.role === 'worker' ? plan.salvage?.session : null;
  if (!session || !abilities.resume) return null;
  return !transcript || transcript.find(host.place, session.id) !== null ? session : null;
}

function resolveProgram(host: RunHost, program: string): string {
  const lookup = lookUpProgram(program, host.place);
  if (lookup.found) return lookup.path;
  const what = lookup.why === 'missing' ? 'was not found' : 'is not executable';
  throw new LaunchRefusal('notFound', `The agent's program "${program}" ${what}.`);
}

function writeCommandRecord(
  host: RunHost,
  plan: AttemptPlan,
  files: AttemptFiles,
  launch: Launch,
): void {
  const record: CommandRecord = {
    version: 1,
    attempt: files.name,
    agent: agentOf(host, plan).settings.name,
    argv: [launch.program, ...launch.args],
    cwd: host.place.cwd,
    sessionId: launch.sessionId,
    usedBefore: resumable(host, plan)?.usage ?? null,
    startedAt: host.now(),
    bootId: currentBootId(),
    startedUptimeMs: uptimeMs(),
  };
  writeRecordDurably(files.file('command.json'), host.redactor.redactValue(record));
}
