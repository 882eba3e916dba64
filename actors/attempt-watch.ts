/** One attempt as an observable: it started, it lives, it ended. Leaving it early ends the agent's whole tree. */
import {
  concat,
  defer,
  distinctUntilChanged,
  filter,
  from,
  ignoreElements,
  interval,
  map,
  merge,
  mergeMap,
  Observable,
  of,
  share,
  shareReplay,
  skip,
  startWith,
  switchMap,
  take,
  takeUntil,
  tap,
  throttleTime,
  timer,
} from 'rxjs';
import type { AttemptEnd, AttemptPlan } from '../machines/contracts.ts';
import type { AgentEvent } from '../machines/events.ts';
import { answerOf, classifyEnd, type StartFailure } from '../machines/judgement.ts';
import { NO_OUTCOME } from '../machines/outcome.ts';
import { LaunchRefusal } from './agents/adapter.ts';
import { sharedServiceOf } from './agents/shared-services.ts';
import { agentOf } from './attempt-agent.ts';
import { writeChanges } from './attempt-changes.ts';
import { concludeEnd, gatherEvidence, ranFor, sessionIdOf } from './attempt-end.ts';
import type { AttemptFiles, RefusalRecord } from './attempt-files.ts';
import { attemptFiles, writeRecord } from './attempt-files.ts';
import { attemptMarker, launchAttempt } from './attempt-launch.ts';
import type { AttemptProcess } from './attempt-process.ts';
import { attachedProcess, startedProcess } from './attempt-process.ts';
import { createReading } from './attempt-reading.ts';
import { sealOutput } from './attempt-stops.ts';
import { lastWrittenAt } from './limit-end.ts';
import { LivenessRecord, slowChannels } from './liveness.ts';
import { tailFile } from './output-tail.ts';
import type { RunHost } from './run-host.ts';

/** Milliseconds within which signs of life count as one: the inactivity deadline is late by no more than this. */
const ACTIVITY_WINDOW_MS = 50;

/** Milliseconds between two records of what an attempt has used: each is a transition of the run. */
const SPENT_WINDOW_MS = 2_000;

/** How an attempt came to its end while it was watched. */
interface Ending {
  readonly reason: 'exited' | 'outputLimit' | 'spawnFailed';
  /** It did not exit after its final result. */
  readonly lingered: boolean;
  readonly startFailure: StartFailure | null;
}

const EXITED: Ending = { reason: 'exited', lingered: false, startFailure: null };

/**
 * Starts the agent of an attempt, or attaches to it, and tells what becomes of it: `agent.started`, `agent.activity`
 * now and then, and one `agent.ended`. Unsubscribing before that stops the whole tree (see {@link AttemptStops}).
 */
export function watchAttempt(host: RunHost, plan: AttemptPlan): Observable<AgentEvent> {
  const files = attemptFiles(host.folder, plan);
  const attempt$ = defer(() => {
    try {
      return follow(host, plan, begin(host, plan, files));
    } catch (error) {
      if (error instanceof LaunchRefusal) return of(refused(host, plan, files, error));
      throw error;
    }
  });
  return plan.attach ? attempt$ : concat(preparing(host, plan, files), attempt$);
}

/** What comes before the start is our work, not the agent's silence. Leaving it ends it. */
function preparing(host: RunHost, plan: AttemptPlan, files: AttemptFiles): Observable<AgentEvent> {
  return new Observable((subscriber) => {
    const left = new AbortController();
    const signs = interval(ACTIVITY_WINDOW_MS).subscribe(() =>
      subscriber.next({ type: 'agent.activity' }),
    );
    void prepare(host, plan, files, left.signal).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => {
      signs.unsubscribe();
      left.abort();
    };
  });
}

async function prepare(
  host: RunHost,
  plan: AttemptPlan,
  files: AttemptFiles,
  signal: AbortSignal,
): Promise<void> {
  await host.trees.before(files, signal);
  if (plan.role === 'auditor' && !signal.aborted) await writeChanges(host, plan, files);
}

function begin(host: RunHost, plan: AttemptPlan, files: AttemptFiles): AttemptProcess {
  if (plan.attach) return attachedProcess(files, host.runId);
  return startedProcess(files, host.runId, launchAttempt(host, plan, files));
}

function follow(host: RunHost, plan: AttemptPlan, process: AttemptProcess): Observable<AgentEvent> {
  const { files } = process;
  const { settings } = host;
  const agent = agentOf(host, plan);
  const { adapter } = agent;
  const liveness = new LivenessRecord();
  const reading = createReading({
    attempt: files.name,
    adapter,
    settings: agent.settings,
    redactor: host.redactor,
    loggedOffset: host.loggedOffset(files.name),
    now: () => host.now(),
    writtenAt: () => lastWrittenAt(files.file('stdout'), host.now()),
    log: (entries) => host.log(entries),
  });

  const gone$ = process.gone$.pipe(shareReplay({ bufferSize: 1, refCount: true }));
  const tail = (output: 'stdout' | 'stderr') => tailFile(files.file(output), { stop$: gone$ });
  const stdout$ = tail('stdout').pipe(tap(reading.take), share());
  const stderr$ = tail('stderr').pipe(tap(reading.takeError), share());
  const output$ = merge(stdout$, stderr$);

  const slow$ = slowChannels({
    tree: {
      pid: process.wrapperPid,
      environment: attemptMarker(host.runId, files.name),
      since: host.since,
      isSharedService: sharedServiceOf(Object.values(host.adapters).flat()),
    },
    everyMs: host.samplingMs,
    transcriptPath: () => {
      const sessionId = sessionIdOf(files, reading.outcome);
      return sessionId === null ? null : (adapter.transcript?.find(host.place, sessionId) ?? null);
    },
  });

  const lingering$ = stdout$.pipe(
    filter(() => reading.outcome.final !== null),
    switchMap(() => timer(settings.resultGraceMs)),
    map((): Ending => ({ ...EXITED, lingered: true })),
  );
  const overflow$ = stdout$.pipe(
    filter(({ bytes, offset }) => offset + bytes.length > settings.outputLimitBytes),
    map((): Ending => ({ ...EXITED, reason: 'outputLimit' })),
  );
  const exit$ = concat(output$.pipe(ignoreElements()), gone$.pipe(map(endingOfExit)));
  const ending$ = merge(exit$, lingering$, overflow$).pipe(take(1), share());

  const finish = async (ending: Ending): Promise<AgentEvent> => {
    const target = { files, wrapperPid: process.wrapperPid, liveness: liveness.seen };
    const isCut = ending.lingered || ending.reason === 'outputLimit';
    const remains = await (isCut ? host.stops.stop(target) : host.stops.sweep(target));
    reading.end();
    const evidence = gatherEvidence(host, {
      ...ending,
      role: plan.role,
      agent: plan.agent,
      files,
      stream: reading.outcome,
      printed: reading.printed,
    });
    if (reading.sawSecret) await sealOutput(files, host.redactor);
    const conclusion = { class: classifyEnd(evidence), answer: answerOf(evidence), remains };
    return ended(plan, concludeEnd(host, files, evidence, conclusion));
  };

  const end$ = ending$.pipe(
    mergeMap((ending) => from(finish(ending))),
    share(),
  );
  const signs$ = merge(output$.pipe(map(() => 'output' as const)), slow$).pipe(
    tap((channel) => liveness.note(channel, host.now())),
    // The end takes its time (stopping what is left, reading on): that is our work, not the agent's silence.
    (source$) => merge(source$, ending$.pipe(switchMap(() => interval(ACTIVITY_WINDOW_MS)))),
    throttleTime(ACTIVITY_WINDOW_MS, undefined, { leading: true, trailing: true }),
    map((): AgentEvent => ({ type: 'agent.activity' })),
    takeUntil(end$),
  );
  const started$ = process.started$.pipe(
    map((pid): AgentEvent => ({ type: 'agent.started', attempt: plan.number, pid })),
  );
  const spent$ = output$.pipe(
    map(() => reading.outcome.usage),
    startWith(NO_OUTCOME.usage),
    distinctUntilChanged(),
    skip(1),
    throttleTime(SPENT_WINDOW_MS, undefined, { leading: true, trailing: true }),
    map((usage): AgentEvent => {
      const ranMs = ranFor(host, files);
      return { type: 'agent.spent', attempt: plan.number, usage, ranMs };
    }),
    takeUntil(ending$),
  );
  return stoppingWhenLeft(merge(started$, signs$, spent$, end$), () =>
    host.stops.stop({ files, wrapperPid: process.wrapperPid, liveness: liveness.seen }),
  );
}

function endingOfExit(failure: string | null): Ending {
  if (failure === null) return EXITED;
  return { ...EXITED, reason: 'spawnFailed', startFailure: { class: 'crashed', message: failure } };
}

/** The end of an attempt that was not started; recorded, so that recovery knows it too. */
function refused(
  host: RunHost,
  plan: AttemptPlan,
  files: AttemptFiles,
  refusal: LaunchRefusal,
): AgentEvent {
  const startFailure: StartFailure = { class: refusal.class, message: refusal.message };
  const record: RefusalRecord = { version: 1, ...startFailure };
  writeRecord(files.file('refusal.json'), record);
  const evidence = gatherEvidence(host, {
    role: plan.role,
    agent: plan.agent,
    files,
    reason: 'spawnFailed',
    stream: NO_OUTCOME,
    printed: null,
    lingered: false,
    startFailure,
  });
  const conclusion = { class: refusal.class, answer: null, remains: null };
  return ended(plan, concludeEnd(host, files, evidence, conclusion));
}

function ended(plan: AttemptPlan, end: AttemptEnd): AgentEvent {
  return { type: 'agent.ended', attempt: plan.number, end };
}

/** The source; whoever leaves it before it told the end of the attempt brings that end about. */
function stoppingWhenLeft(
  source: Observable<AgentEvent>,
  stop: () => Promise<unknown>,
): Observable<AgentEvent> {
  return new Observable((subscriber) => {
    let hasEnded = false;
    const note = (event: AgentEvent) => {
      hasEnded ||= event.type === 'agent.ended';
    };
    const subscription = source.pipe(tap(note)).subscribe(subscriber);
    return () => {
      subscription.unsubscribe();
      // Whoever needs the end waits for it with `stops.settled()`.
      if (!hasEnded) void stop();
    };
  });
}
