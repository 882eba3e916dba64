/** From settings to a session: a run that begins, or one that goes on. Whatever is refused is refused before anything starts. */
import { rmSync } from 'node:fs';
import type { LaunchPlace } from '../actors/agents/adapter.ts';
import { missingTarget } from '../actors/check-target.ts';
import { ownIdentity } from '../actors/process-identity.ts';
import { createRedactor } from '../actors/redaction.ts';
import type { RunSettings } from '../actors/run-host.ts';
import { writeText } from '../actors/run-texts.ts';
import { secretsOf } from '../actors/secrets.ts';
import { isBudget, leavesBudget } from '../machines/budgets.ts';
import type { Limits } from '../machines/contracts.ts';
import type { Config } from './config.ts';
import { EnvironmentError, RunRefusedError, StorageError } from './errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { RunHeader } from './journal.ts';
import { launchPlace } from './launch-place.ts';
import { acquireLock, type Lock } from './lock.ts';
import { machineStamp } from './machine-stamp.ts';
import {
  readAgain,
  readRun,
  repairSnapshot,
  requireSameMachine,
  type StoredRun,
} from './run-record.ts';
import { openSession, type RunSession, type SessionOptions } from './run-session.ts';
import { adaptersOf, agentCountsOf, limitsOf, settingsOf } from './run-settings.ts';
import { createRunFolder, nextRunId, type RunFolder } from './run-store.ts';
import { phaseOf } from './run-view.ts';
import { lockWorkTree, realWorkTree, type Sharing, type Waiting } from './work-tree.ts';
import { type MadeWorktree, makeWorktree } from './worktree.ts';

export interface StartRequest extends Waiting {
  readonly task: string;
  readonly config: Config;
  readonly cwd: string;
  readonly sharing: Sharing;
}

/** Records a run and opens its session. Throws before anything is on disk when an agent is missing. */
export async function startRun(request: StartRequest): Promise<RunSession> {
  const { config, sharing } = request;
  const cwd = realWorkTree(request.cwd);
  const here = launchPlace(cwd);
  adaptersOf(settingsOf(config, here), here);
  const id = nextRunId(config.runsDir, Date.now());
  if (config.worktree === 'on') return startInWorktree(request, cwd, id);
  const folderLock = await lockWorkTree(cwd, id, sharing, request);
  try {
    const folder = createRunFolder(config.runsDir, id);
    return releasing(beginRun(request, folder, here, {}), folderLock);
  } catch (error) {
    folderLock?.release();
    throw unrecordable(error);
  }
}

/** Beside whatever goes on in the user's own work tree. Leaves nothing behind when it fails. */
async function startInWorktree(
  request: StartRequest,
  cwd: string,
  id: string,
): Promise<RunSession> {
  const folder = createRunFolder(request.config.runsDir, id);
  let made: MadeWorktree | null = null;
  try {
    made = await makeWorktree(cwd, folder, request.notify);
    const { worktree } = made;
    const folderLock = await lockWorkTree(made.cwd, id, 'refuse', request);
    return releasing(beginRun(request, folder, launchPlace(made.cwd), { worktree }), folderLock);
  } catch (error) {
    await made?.undo();
    rmSync(folder.path, { recursive: true, force: true });
    throw unrecordable(error);
  }
}

function beginRun(
  { config, task, notify }: StartRequest,
  folder: RunFolder,
  place: LaunchPlace,
  own: Pick<RunSettings, 'worktree'>,
): RunSession {
  const now = Date.now;
  const { id } = folder;
  const settings = { ...settingsOf(config, place), ...own };
  const adapters = adaptersOf(settings, place);
  for (const doubt of doubtfulChecks(settings, place)) notify(doubt);
  const lock = acquireLock(folder.lock, { owner: ownIdentity(), run: id, now: now() });
  const redactor = createRedactor(secretsOf(place.environment, settings.secrets));
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
    agentCounts: agentCountsOf(settings),
  };
  return openSession({ folder, lock, header, settings, adapters, place, now, input, stored: null });
}

/** Checks that cannot pass as things are: the task may be to make what they need, or they are a mistake. */
function doubtfulChecks({ checks }: RunSettings, place: LaunchPlace): string[] {
  return checks.flatMap(({ name, command }) => {
    const why = missingTarget(command, place);
    return why === null ? [] : [`The check "${name}" fails as long as this is so: ${why}`];
  });
}

function unrecordable(error: unknown): unknown {
  if (!(error instanceof StorageError)) return error;
  return new EnvironmentError(`The run cannot be recorded: ${error.message}`);
}

export interface ResumeRequest extends Waiting {
  readonly folder: RunFolder;
  readonly extension: Partial<Limits>;
  readonly sharing: Sharing;
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
    // Once more, now that nobody else can write.
    const stored = readAgain(folder, glance);
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
  if (state === 'failed' && isBudget(context.reason) && !leavesBudget(context, extension))
    throw new RunRefusedError(`The run ${header.id}: ${context.message}`, exitCode);
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
