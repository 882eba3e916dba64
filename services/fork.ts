/**
 * Forks a run: a run of its own that goes on from a checkpoint of another, as if what came after it had never been. Of
 * the other run only files are read, so it stays as it is, also while it goes on.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolderDurably, writeDurably } from '../actors/durable-file.ts';
import { ownIdentity } from '../actors/process-identity.ts';
import { baselinePath } from '../actors/protected-files.ts';
import { createRedactor } from '../actors/redaction.ts';
import type { RunSettings } from '../actors/run-host.ts';
import { writeText } from '../actors/run-texts.ts';
import { secretsOf } from '../actors/secrets.ts';
import { firstTurns } from '../machines/agent-turns.ts';
import type { LifecycleContext } from '../machines/context.ts';
import { type TextRef, UNKNOWN_USAGE } from '../machines/contracts.ts';
import { environment } from './config.ts';
import { RunUnreadableError, StorageError } from './errors.ts';
import { snapshotOf } from './fold.ts';
import { type Change, withChanges } from './fork-changes.ts';
import type { ForkPoint } from './fork-point.ts';
import type { JournaledEvent, RunHeader } from './journal.ts';
import { acquireLock } from './lock.ts';
import { machineStamp } from './machine-stamp.ts';
import { openRecord, readRun } from './run-record.ts';
import { agentCountsOf } from './run-settings.ts';
import { createRunFolder, nextRunId, type RunFolder } from './run-store.ts';

export interface ForkRequest {
  readonly from: RunFolder;
  readonly point: ForkPoint;
  /** Another task; `null`: the same. */
  readonly task: string | null;
  /** Default: as it was. */
  readonly maxIterations: number | null;
  readonly settings: RunSettings;
  readonly changes: readonly Change[];
}

/** Records the fork, at rest. Leaves nothing behind when it fails. */
export async function forkRun(request: ForkRequest): Promise<RunFolder> {
  const { from, point } = request;
  const runsDir = dirname(from.path);
  const id = nextRunId(runsDir, Date.now());
  const forked = { context: forkedContext(id, request), settings: request.settings };
  const { context: changed, settings } = await withChanges(forked, request.changes);
  const context = withAgents(changed, settings);
  const folder = createRunFolder(runsDir, id);
  try {
    copyTexts(from, folder, context);
    copyBaseline(request, folder);
    const task = request.task === null ? context.task : newTask(folder, request.task, settings);
    const parent = { run: from.id, seq: point.entry.seq };
    const header = { id, createdAt: Date.now(), machine: machineStamp(), parent, settings };
    record(folder, header, point, { ...context, task });
    return folder;
  } catch (error) {
    discardFork(folder);
    throw error;
  }
}

/** Removes a fork that was never gone on with. */
export function discardFork(folder: RunFolder): void {
  rmSync(folder.path, { recursive: true, force: true });
}

/**
 * What the fork remembers. It has spent nothing yet. The session of an attempt that was cut short is not gone on with:
 * the agent's own record of it may tell what came after the checkpoint.
 */
function forkedContext(id: string, { point, maxIterations }: ForkRequest): LifecycleContext {
  const { context } = point.entry;
  const { attempt, salvage, limits } = context;
  return {
    ...context,
    runId: id,
    limits: { ...limits, maxIterations: maxIterations ?? limits.maxIterations },
    attempt: attempt && { ...attempt, pid: null, attach: false },
    salvage: salvage && { ...salvage, session: null },
    usage: { worker: UNKNOWN_USAGE, auditor: UNKNOWN_USAGE },
    resumeAt: null,
    quotaProbes: 0,
  };
}

/** Its agents may be others than before, and what was known of their limits may be long over. */
function withAgents(context: LifecycleContext, settings: RunSettings): LifecycleContext {
  const agentCounts = agentCountsOf(settings);
  return { ...context, agentCounts, turns: firstTurns(agentCounts) };
}

/** The texts that the fork refers to, at the same places: prompts are made of them. */
function copyTexts(from: RunFolder, to: RunFolder, context: LifecycleContext): void {
  for (const ref of textRefsIn(context)) {
    const text = readAsReferredTo(join(from.path, ref.path), ref);
    const target = join(to.path, ref.path);
    try {
      makeFolderDurably(dirname(target));
      writeDurably(target, text);
    } catch (error) {
      throw new StorageError(target, error);
    }
  }
}

/** What was protected from the beginning of the run stays so; other patterns begin anew. */
function copyBaseline({ from, settings }: ForkRequest, to: RunFolder): void {
  const before = readRun(from).header.settings.protect;
  const path = baselinePath(from.path);
  if (!existsSync(path) || before.join('\n') !== settings.protect.join('\n')) return;
  writeDurably(baselinePath(to.path), readFileSync(path));
}

/** Throws when the text is gone, or is no longer the one that the step referred to. */
function readAsReferredTo(path: string, { hash }: TextRef): Buffer {
  let text: Buffer;
  try {
    text = readFileSync(path);
  } catch (error) {
    throw new RunUnreadableError(path, null, 'the step refers to this text, which cannot be read', {
      cause: error,
    });
  }
  // The hash of a check's output covers its standard error too.
  const isWhole = path.endsWith('.md');
  if (!isWhole || createHash('sha256').update(text).digest('hex') === hash) return text;
  throw new RunUnreadableError(path, null, 'it was changed since the step that refers to it');
}

function textRefsIn(value: unknown): TextRef[] {
  if (typeof value !== 'object' || value === null) return [];
  return isTextRef(value) ? [value] : Object.values(value).flatMap(textRefsIn);
}

function isTextRef(value: object): value is TextRef {
  return 'path' in value && 'hash' in value && 'preview' in value;
}

function newTask(folder: RunFolder, text: string, settings: RunSettings): TextRef {
  const redactor = createRedactor(secretsOf(environment(), settings.secrets));
  return writeText({ folder: folder.path, redactor }, 'task.md', text);
}

function record(
  folder: RunFolder,
  header: RunHeader,
  { entry }: ForkPoint,
  context: LifecycleContext,
): void {
  const now = Date.now;
  const lock = acquireLock(folder.lock, { owner: ownIdentity(), run: folder.id, now: now() });
  try {
    const opened = openRecord({ folder, lock, header, stored: null, now });
    const { value } = entry;
    const event: JournaledEvent = { type: 'run.forked', value, context };
    opened.commit(event, snapshotOf({ value, context, status: 'active' }));
    opened.close();
  } finally {
    lock.release();
  }
}
