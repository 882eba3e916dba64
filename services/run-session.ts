/**
 * Hosts one run: puts the machine, its actors, the record and the lock together, and takes them apart again. Nothing
 * here is shared between runs, so one process may host many.
 */
import { Subject } from 'rxjs';
import { type Actor, type AnyActorLogic, type AnyMachineSnapshot, createActor } from 'xstate';
import { agentActor } from '../actors/agent-actor.ts';
import type { AgentAdapter, LaunchPlace } from '../actors/agents/adapter.ts';
import { sharedServiceOf } from '../actors/agents/shared-services.ts';
import { createAttemptStops } from '../actors/attempt-stops.ts';
import { awakeClock } from '../actors/awake-clock.ts';
import { checksActor } from '../actors/checks-actor.ts';
import { samplingInterval } from '../actors/liveness.ts';
import { ownIdentity } from '../actors/process-identity.ts';
import { stopTree } from '../actors/process-tree.ts';
import { createProtectedFiles } from '../actors/protected-files.ts';
import { quotaActor } from '../actors/quota-actor.ts';
import { recoveryActor } from '../actors/recovery-actor.ts';
import { createRedactor } from '../actors/redaction.ts';
import {
  DEFAULT_TREES,
  type LogEntry,
  type RunHost,
  type RunSettings,
} from '../actors/run-host.ts';
import { secretsOf } from '../actors/secrets.ts';
import { createTreeRecorder } from '../actors/tree-recorder.ts';
import type { LifecycleContext, LifecycleInput, Phase } from '../machines/context.ts';
import type { Limits, Role } from '../machines/contracts.ts';
import type { LifecycleEvent } from '../machines/events.ts';
import { lifecycle } from '../machines/lifecycle.ts';
import { type ActivityLog, openActivityLog } from './activity-log.ts';
import { durableLifecycle } from './durable-lifecycle.ts';
import { messageOf } from './errors.ts';
import type { JournalEntry, RunHeader } from './journal.ts';
import type { Lock } from './lock.ts';
import { openRecord, type StoredRun } from './run-record.ts';
import type { RunFolder } from './run-store.ts';
import { phaseOf } from './run-view.ts';
import { persistedSnapshot } from './snapshot-file.ts';
import { isOver, keepOnBranch } from './worktree.ts';

/** A run that is being hosted. */
export interface RunSession {
  readonly folder: RunFolder;
  readonly header: RunHeader;
  /** Each transition, once it is durable. */
  readonly transitions$: Subject<JournalEntry>;
  /** What the agents do, as it is logged. */
  readonly activities$: Subject<readonly LogEntry[]>;
  /** What a person should know of, in sentences. */
  readonly notices$: Subject<string>;
  /** Begins, or goes on. Resolves when the run has come to rest and all its processes have ended; rejects when it cannot be recorded. */
  run(): Promise<RunOutcome>;
  /** Stops on purpose: the run comes to rest as `interrupted`. */
  interrupt(reason: string): void;
  /** No more grace for processes that are being stopped. */
  hurry(): void;
}

/** Where a run has come to rest. */
export interface RunOutcome {
  readonly phase: Phase;
  readonly context: LifecycleContext;
}

export interface SessionOptions {
  readonly folder: RunFolder;
  readonly lock: Lock;
  readonly header: RunHeader;
  /** As in the header, but with what must not be recorded. */
  readonly settings: RunSettings;
  /** Of each role: its own agent, and those to fall back on. */
  readonly adapters: Readonly<Record<Role, readonly AgentAdapter[]>>;
  readonly place: LaunchPlace;
  readonly now: () => number;
  /** What a run begins with; `null` for one that is resumed. */
  readonly input: LifecycleInput | null;
  /** What is on disk of a run that is resumed; `null` for one that begins. */
  readonly stored: StoredRun | null;
  /** Larger budgets for a run that is resumed. */
  readonly extension?: Partial<Limits>;
}

export function openSession(options: SessionOptions): RunSession {
  const { folder, header } = options;
  const transitions$ = new Subject<JournalEntry>();
  const activities$ = new Subject<readonly LogEntry[]>();
  const notices$ = new Subject<string>();
  const record = openRecord(options);
  const log = openActivityLog(folder.log);
  const host = createHost(
    options,
    log,
    (entries) => activities$.next(entries),
    (message) => notices$.next(message),
  );
  const logic = durableLifecycle(lifecycleOf(host), (event, snapshot) =>
    transitions$.next(record.commit(event, snapshot)),
  );

  let actor: Actor<AnyActorLogic> | null = null;
  const run = async (): Promise<RunOutcome> => {
    try {
      await sweepLeftovers(options);
      actor = createActor(logic, actorOptions(options));
      const outcome = await settle(actor, options);
      await host.stops.settled();
      await keepWork(options, outcome, (message) => notices$.next(message));
      return outcome;
    } finally {
      actor?.stop();
      await host.stops.settled();
      await host.trees.close();
      log.close();
      record.close();
      options.lock.release();
      transitions$.complete();
      activities$.complete();
      notices$.complete();
    }
  };

  return {
    folder,
    header,
    transitions$,
    activities$,
    notices$,
    run,
    interrupt: (reason) => actor?.send({ type: 'run.interrupt', reason }),
    hurry: () => host.stops.hurry(),
  };
}

function createHost(
  options: SessionOptions,
  log: ActivityLog,
  tell: (entries: readonly LogEntry[]) => void,
  notify: (message: string) => void,
): RunHost {
  const { folder, header, settings, place, now, adapters } = options;
  const redactor = createRedactor(secretsOf(place.environment, settings.secrets));
  const since = options.stored ? null : ownIdentity();
  const trees = createTreeRecorder({
    runId: header.id,
    folder: folder.path,
    cwd: place.cwd,
    environment: place.environment,
    settings: settings.trees ?? DEFAULT_TREES,
    now,
    tell: notify,
  });
  const protection = createProtectedFiles({
    folder: folder.path,
    cwd: place.cwd,
    patterns: settings.protect,
    tell: notify,
  });
  const limits = (options.input ?? options.stored?.last.context)?.limits;
  return {
    runId: header.id,
    folder: folder.path,
    settings,
    adapters,
    place,
    since,
    redactor,
    stops: createAttemptStops({
      runId: header.id,
      killGraceMs: settings.killGraceMs,
      since,
      isSharedService: sharedServiceOf(Object.values(adapters).flat()),
      redactor,
      now,
      async ended(files, hurried) {
        await trees.after(files, hurried);
        await protection.after(files, hurried);
      },
    }),
    trees,
    protection,
    samplingMs: samplingInterval(limits?.inactivityMs ?? 0),
    now,
    log(entries) {
      log.append(entries);
      tell(entries);
    },
    loggedOffset: log.loggedOffset,
  };
}

function lifecycleOf(host: RunHost): typeof lifecycle {
  return lifecycle.provide({
    actors: {
      agent: agentActor(host),
      checks: checksActor(host),
      recovery: recoveryActor(host),
      quotaReset: quotaActor(host),
    },
  });
}

function actorOptions({ input, stored }: SessionOptions) {
  const begin = stored ? { snapshot: persistedSnapshot(stored.last) } : { input };
  return { ...begin, clock: awakeClock() };
}

/** Nothing that the run left in a worktree of its own stays uncommitted. */
async function keepWork(
  { header, settings }: SessionOptions,
  outcome: RunOutcome,
  notify: (message: string) => void,
): Promise<void> {
  const { worktree } = settings;
  if (!worktree || !isOver(outcome)) return;
  const told = await keepOnBranch(header, worktree, outcome).catch(
    (error: unknown) =>
      `The work is in ${worktree.path}; it could not be put on its branch: ${messageOf(error)}`,
  );
  notify(told);
}

/** Starts the actor with what begins or resumes the run, and waits for it to come to rest. */
function settle(actor: Actor<AnyActorLogic>, options: SessionOptions): Promise<RunOutcome> {
  return new Promise((resolve, reject) => {
    let isBegun = false;
    const restIfEnded = (snapshot: AnyMachineSnapshot): void => {
      if (!isBegun || !snapshot.hasTag('ended')) return;
      resolve({ phase: phaseOf(snapshot.value), context: snapshot.context });
    };
    actor.subscribe({ next: restIfEnded, error: reject });
    actor.start();
    for (const event of firstEvents(options)) actor.send(event);
    isBegun = true;
    restIfEnded(actor.getSnapshot());
  });
}

function firstEvents({ stored, extension }: SessionOptions): LifecycleEvent[] {
  if (!stored) return [{ type: 'run.start' }];
  const extend: LifecycleEvent[] = extension ? [{ type: 'run.extend', limits: extension }] : [];
  const state = phaseOf(stored.last.value);
  const go: LifecycleEvent[] =
    state === 'created' ? [{ type: 'run.start' }] : [{ type: 'run.resume' }];
  // An interrupted run that had not been started is `created` again, and then starts.
  const wasCreated = state === 'interrupted' && stored.last.context.phase === 'created';
  const start: LifecycleEvent[] = wasCreated ? [{ type: 'run.start' }] : [];
  return [{ type: 'process.restarted' }, ...extend, ...go, ...start];
}

const HAS_AGENT: readonly Phase[] = ['workerExecuting', 'auditorExecuting', 'recoveryPending'];

/**
 * Nothing of an earlier host may run beside what is started now. In a state that had an agent at work recovery looks
 * first, since that agent may go on; in all others nothing has a right to live.
 */
async function sweepLeftovers({ stored, header, adapters }: SessionOptions): Promise<void> {
  if (!stored) return;
  const state = phaseOf(stored.last.value);
  if (HAS_AGENT.includes(state)) return;
  const root = {
    pid: null,
    environment: { ONESHOT_RUN: header.id },
    isSharedService: sharedServiceOf(Object.values(adapters).flat()),
  };
  await stopTree(root, { graceMs: header.settings.killGraceMs });
}
