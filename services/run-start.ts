/** From settings to a session: a run that begins, or one that goes on. Whatever is refused is refused before anything starts. */
import { realpathSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentAdapter, AgentSettings, LaunchPlace } from '../actors/agents/adapter.ts';
import { lookUpProgram } from '../actors/agents/lookup.ts';
import { AGENT_NAMES, findAgent, INSTALLABLE_AGENTS } from '../actors/agents/registry.ts';
import { ownIdentity } from '../actors/process-identity.ts';
import { createRedactor } from '../actors/redaction.ts';
import type { RunSettings } from '../actors/run-host.ts';
import { writeText } from '../actors/run-texts.ts';
import { secretsOf } from '../actors/secrets.ts';
import type { Limits, Role } from '../machines/contracts.ts';
import { type Config, environment } from './config.ts';
import {
  EnvironmentError,
  FolderBusyError,
  LockHeldError,
  RunRefusedError,
  StorageError,
} from './errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { RunHeader } from './journal.ts';
import { acquireLock, folderLockPath, type Lock, readLock } from './lock.ts';
import { readRun, repairSnapshot, requireSameMachine, type StoredRun } from './run-record.ts';
import { machineStamp, openSession, type RunSession, type SessionOptions } from './run-session.ts';
import { createRunFolder, createRunId, type RunFolder } from './run-store.ts';
import { phaseOf } from './run-view.ts';

/** What to do when another run is going on in the same work tree: refuse, wait behind it, or run beside it knowingly. */
export type Sharing = 'refuse' | 'wait' | 'share';

export interface StartRequest {
  readonly task: string;
  readonly config: Config;
  readonly cwd: string;
  readonly sharing: Sharing;
  /** Aborted when the user gives up waiting. */
  readonly signal: AbortSignal;
  /** Tells a person that it waits, and for what. */
  notify(message: string): void;
}

/** Records a run and opens its session. Throws before anything is on disk when an agent is missing. */
export async function startRun(request: StartRequest): Promise<RunSession> {
  const { config, sharing, task } = request;
  const now = Date.now;
  const cwd = realWorkTree(request.cwd);
  const place = launchPlace(cwd);
  const settings = settingsOf(config, place);
  const adapters = adaptersOf(settings, place);
  const id = createRunId(now());
  const folderLock = await lockWorkTree(cwd, id, sharing, request);
  try {
    const folder = createRunFolder(config.runsDir, id);
    const lock = acquireLock(folder.lock, { owner: ownIdentity(), run: id, now: now() });
    const redactor = createRedactor(secretsOf(place.environment, settings.secrets));
    writeFileSync(folder.task, '', { mode: 0o600 });
    const taskRef = writeText({ folder: folder.path, redactor }, 'task.md', task);
    const header: RunHeader = {
      id,
      createdAt: now(),
      machine: machineStamp(),
      parent: null,
      settings: redactor.redactValue(settings),
    };
    const input = {
      runId: id,
      task: taskRef,
      limits: limitsOf(config),
      hasChecks: settings.checks.length > 0,
    };
    const session = openSession({
      folder,
      lock,
      header,
      settings,
      adapters,
      place,
      now,
      input,
      stored: null,
    });
    return releasing(session, folderLock);
  } catch (error) {
    folderLock?.release();
    if (error instanceof StorageError)
      throw new EnvironmentError(`The run cannot be recorded: ${error.message}`);
    throw error;
  }
}

export interface ResumeRequest {
  readonly folder: RunFolder;
  readonly extension: Partial<Limits>;
  readonly sharing: Sharing;
  readonly signal: AbortSignal;
  notify(message: string): void;
}

/** What a run that cannot go on is told instead of a session: it is done already. */
export interface AlreadyCompleted {
  readonly completed: StoredRun;
}

/** Opens a session that goes on with a run. Nothing is changed when it is refused. */
export async function resumeRun(request: ResumeRequest): Promise<RunSession | AlreadyCompleted> {
  const { folder, extension, sharing } = request;
  const glance = readRun(folder);
  requireSameMachine(folder, glance);
  const { settings } = glance.header;
  if (phaseOf(glance.last.value) === 'completed') return { completed: glance };
  refuseIfOver(glance, extension);
  const place = launchPlace(realWorkTree(settings.cwd));
  const adapters = adaptersOf(settings, place);
  const lock = acquireLock(folder.lock, {
    owner: ownIdentity(),
    run: folder.id,
    minGeneration: glance.last.generation + 1,
    now: Date.now(),
  });
  try {
    const folderLock = await lockWorkTree(settings.cwd, folder.id, sharing, request);
    // Read again, now that nobody else can write.
    const stored = readRun(folder);
    repairSnapshot(folder, stored);
    const options: SessionOptions = {
      folder,
      lock,
      header: stored.header,
      settings,
      adapters,
      place,
      now: Date.now,
      input: null,
      stored,
      ...(Object.keys(extension).length > 0 ? { extension } : {}),
    };
    return releasing(openSession(options), folderLock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function refuseIfOver({ last, header }: StoredRun, extension: Partial<Limits>): void {
  const { context } = last;
  const state = phaseOf(last.value);
  const exitCode = exitCodeOf(state, context.reason);
  if (state === 'rejected') {
    const why = context.verdict && 'feedback' in context.verdict ? context.verdict.feedback : '';
    const next = 'Change the task or the folder and start a run of its own: oneshot "task".';
    throw new RunRefusedError(
      `The run ${header.id} was rejected as impossible: ${why} ${next}`,
      exitCode,
    );
  }
  const needed = context.iteration + 1;
  const isBudget = state === 'failed' && context.reason === 'maxIterations';
  if (isBudget && (extension.maxIterations ?? context.limits.maxIterations) < needed) {
    const next = `To go on: oneshot resume ${header.id} --max-iterations ${needed} (or more).`;
    throw new RunRefusedError(`The run ${header.id} has used up its iterations. ${next}`, exitCode);
  }
}

function limitsOf(config: Config): Limits {
  const { maxIterations, workerAttempts, auditorAttempts } = config;
  const { inactivityMs, attemptMs, retryPauseMs, onLimit } = config;
  return {
    maxIterations,
    workerAttempts,
    auditorAttempts,
    inactivityMs,
    attemptMs,
    retryPauseMs,
    onLimit,
  };
}

function settingsOf(config: Config, place: LaunchPlace): RunSettings {
  return {
    cwd: place.cwd,
    agents: {
      worker: agentOf(config, 'worker', place),
      auditor: agentOf(config, 'auditor', place),
    },
    headers: {
      worker: config.workerPromptHeader,
      reworker: config.reworkerPromptHeader,
      auditor: config.auditorPromptHeader,
    },
    checks: config.checks,
    killGraceMs: config.killGraceMs,
    resultGraceMs: config.resultGraceMs,
    outputLimitBytes: config.outputLimitBytes,
    secrets: config.secrets,
  };
}

function agentOf(
  config: Config,
  role: Role,
  place: LaunchPlace,
): AgentSettings & { readonly name: string } {
  const isWorker = role === 'worker';
  const command = isWorker ? config.workerAgentCommand : config.auditorAgentCommand;
  const chosen = isWorker ? config.workerAgent : config.auditorAgent;
  return {
    name: chosen ?? (command !== null ? 'command' : firstInstalled(place)),
    model: isWorker ? config.workerModel : config.auditorModel,
    command,
    output: config.agentOutput,
    args: config.agentArgs,
  };
}

const NO_SETTINGS: AgentSettings = { model: null, command: null, output: 'auto', args: [] };

function firstInstalled(place: LaunchPlace): string {
  const found = INSTALLABLE_AGENTS.find(
    (agent) => lookUpProgram(agent.program(NO_SETTINGS), place).found,
  );
  if (found) return found.name;
  const ways = INSTALLABLE_AGENTS.map(({ name, install }) => `  ${name}: ${install}`).join('\n');
  throw new EnvironmentError(
    `No agent is installed. Install one:\n${ways}\nOr name any command line: --agent command --agent-command 'my-agent'. ` +
      'To see how it works without one: oneshot demo.',
  );
}

/** The adapters of both roles, each looked up: an agent that is missing is said before the run exists. */
function adaptersOf(settings: RunSettings, place: LaunchPlace): Record<Role, AgentAdapter> {
  return {
    worker: requireAgent('worker', settings, place),
    auditor: requireAgent('auditor', settings, place),
  };
}

function requireAgent(role: Role, { agents }: RunSettings, place: LaunchPlace): AgentAdapter {
  const settings = agents[role];
  const adapter = findAgent(settings.name);
  if (!adapter) {
    throw new EnvironmentError(
      `The ${role}'s agent "${settings.name}" is unknown; there are: ${AGENT_NAMES.join(', ')}.`,
    );
  }
  if (adapter.name === 'command' && !settings.command) {
    throw new EnvironmentError(
      `The ${role}'s agent "command" needs its command line: --agent-command 'my-agent --flag'.`,
    );
  }
  const program = adapter.program(settings);
  const lookup = lookUpProgram(program, place);
  if (!lookup.found) {
    const what = lookup.why === 'missing' ? 'is not installed' : 'is not executable';
    const next = adapter.install ? ` Install it: ${adapter.install}.` : '';
    throw new EnvironmentError(
      `The ${role}'s agent ${adapter.name} cannot be started: "${program}" ${what}.${next}`,
    );
  }
  const obstacle = adapter.preflight?.(place);
  if (obstacle) throw new EnvironmentError(`The ${role}'s agent ${adapter.name}: ${obstacle}`);
  return adapter;
}

function launchPlace(cwd: string): LaunchPlace {
  return { cwd, home: homedir(), isRoot: process.getuid?.() === 0, environment: environment() };
}

function realWorkTree(cwd: string): string {
  try {
    return realpathSync(cwd);
  } catch {
    throw new EnvironmentError(`The working folder ${cwd} is not there.`);
  }
}

/** Milliseconds between tries of a run that waits for the work tree. */
const WAIT_MS = 250;

/** The lock of the work tree, or `null` where the user shares it knowingly. */
async function lockWorkTree(
  cwd: string,
  run: string,
  sharing: Sharing,
  { signal, notify }: Pick<StartRequest, 'signal' | 'notify'>,
): Promise<Lock | null> {
  const path = folderLockPath(cwd, { tmpdir: tmpdir(), uid: process.getuid?.() ?? 0 });
  let lock = tryLock(path, run);
  if (!lock && sharing === 'refuse') throw busy(cwd, path);
  if (!lock && sharing === 'wait') notify(`Waiting: ${busy(cwd, path).message}`);
  while (!lock && sharing === 'wait') {
    await delay(WAIT_MS, undefined, { signal });
    lock = tryLock(path, run);
  }
  return lock;
}

function tryLock(path: string, run: string): Lock | null {
  try {
    return acquireLock(path, { owner: ownIdentity(), run, now: Date.now() });
  } catch (error) {
    if (error instanceof LockHeldError) return null;
    throw error;
  }
}

function busy(cwd: string, path: string): FolderBusyError {
  const holder = readLock(path);
  const who = holder ? `The run ${holder.run} (pid ${holder.pid})` : 'Another run';
  return new FolderBusyError(
    `${who} is going on in ${cwd}; two runs would edit each other's files. ` +
      'Use --wait to queue behind it, or --share to run beside it knowingly.',
  );
}

/** The session; the work tree is free again when it has ended. */
function releasing(session: RunSession, folderLock: Lock | null): RunSession {
  const run = async () => {
    try {
      return await session.run();
    } finally {
      folderLock?.release();
    }
  };
  return { ...session, run };
}
