/** A started attempt as an observable: its signs of life, what it uses, and its one end. */
import {
  concat,
  distinctUntilChanged,
  filter,
  from,
  ignoreElements,
  interval,
  map,
  merge,
  mergeMap,
  Observable,
  share,
  shareReplay,
  skip,
  startWith,
  switchMap,
  take,
  takeUntil,
  tap,
  throttleTime,
} from 'rxjs';
import type { AttemptPlan } from '../machines/contracts.ts';
import type { AgentEvent } from '../machines/events.ts';
import { answerOf, classifyEnd, type StartFailure } from '../machines/judgement.ts';
import { NO_OUTCOME } from '../machines/outcome.ts';
import { sharedServiceOf } from './agents/shared-services.ts';
import { agentOf } from './attempt-agent.ts';
import { concludeEnd, gatherEvidence, sessionIdOf } from './attempt-end.ts';
import { attemptMarker } from './attempt-launch.ts';
import type { AttemptProcess } from './attempt-process.ts';
import { type AttemptReading, createReading } from './attempt-reading.ts';
import { type StopTarget, sealOutput } from './attempt-stops.ts';
import { ranUntilNow } from './attempt-time.ts';
import { awakeTimer } from './awake-timer.ts';
import { lastWrittenAt } from './limit-end.ts';
import { LivenessRecord, type SlowChannel, slowChannels } from './liveness.ts';
import { type TailChunk, tailFile } from './output-tail.ts';
import type { RunHost } from './run-host.ts';

/** Milliseconds within which signs of life count as one: the inactivity deadline is late by no more than this. */
export const ACTIVITY_WINDOW_MS = 50;

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

/** What is watched of an attempt. */
interface Attempt {
  readonly host: RunHost;
  readonly plan: AttemptPlan;
  readonly process: AttemptProcess;
  readonly reading: AttemptReading;
  readonly liveness: LivenessRecord;
  /** Emits once, as the process does; whoever asks later is told too. */
  readonly gone$: Observable<string | null>;
}

/** What an attempt prints, read as it comes, once for all who listen. */
interface Output {
  readonly stdout$: Observable<TailChunk>;
  readonly all$: Observable<TailChunk>;
}

/** Emits until the one `agent.ended`. Unsubscribing before that stops the whole tree (see {@link AttemptStops}). */
export function followAttempt(
  host: RunHost,
  plan: AttemptPlan,
  process: AttemptProcess,
): Observable<AgentEvent> {
  const gone$ = process.gone$.pipe(shareReplay({ bufferSize: 1, refCount: true }));
  const reading = readingOf(host, plan, process);
  const attempt = { host, plan, process, reading, liveness: new LivenessRecord(), gone$ };
  const output = outputOf(attempt);
  const ending$ = endingOf(attempt, output).pipe(take(1), share());
  const end$ = ending$.pipe(
    mergeMap((ending) => from(finish(attempt, ending))),
    share(),
  );
  const signs$ = signsOf(attempt, output, ending$).pipe(takeUntil(end$));
  const spent$ = spentBy(attempt, output).pipe(takeUntil(ending$));
  const events$ = merge(startOf(attempt), signs$, spent$, end$);
  return stoppingWhenLeft(events$, () => host.stops.stop(targetOf(attempt)));
}

function readingOf(host: RunHost, plan: AttemptPlan, { files }: AttemptProcess): AttemptReading {
  return createReading({
    attempt: files.name,
    ...agentOf(host, plan),
    redactor: host.redactor,
    loggedOffset: host.loggedOffset(files.name),
    now: () => host.now(),
    writtenAt: () => lastWrittenAt(files.file('stdout'), host.now()),
    log: (entries) => host.log(entries),
  });
}

function outputOf({ process: { files }, reading, gone$ }: Attempt): Output {
  const tail = (output: 'stdout' | 'stderr') => tailFile(files.file(output), { stop$: gone$ });
  const stdout$ = tail('stdout').pipe(tap(reading.take), share());
  const stderr$ = tail('stderr').pipe(tap(reading.takeError), share());
  return { stdout$, all$: merge(stdout$, stderr$) };
}

function startOf({ plan, process }: Attempt): Observable<AgentEvent> {
  return process.started$.pipe(
    map((pid): AgentEvent => ({ type: 'agent.started', attempt: plan.number, pid })),
  );
}

/** The ways in which an attempt ends by itself or by what it prints; the first one counts. */
function endingOf(
  { host: { settings }, reading, gone$ }: Attempt,
  { stdout$, all$ }: Output,
): Observable<Ending> {
  const lingering$ = stdout$.pipe(
    filter(() => reading.outcome.final !== null),
    switchMap(() => awakeTimer(settings.resultGraceMs)),
    map((): Ending => ({ ...EXITED, lingered: true })),
  );
  const overflow$ = stdout$.pipe(
    filter(({ bytes, offset }) => offset + bytes.length > settings.outputLimitBytes),
    map((): Ending => ({ ...EXITED, reason: 'outputLimit' })),
  );
  const exit$ = concat(all$.pipe(ignoreElements()), gone$.pipe(map(endingOfExit)));
  return merge(exit$, lingering$, overflow$);
}

function endingOfExit(failure: string | null): Ending {
  if (failure === null) return EXITED;
  return { ...EXITED, reason: 'spawnFailed', startFailure: { class: 'crashed', message: failure } };
}

/** Signs of life on all channels, now and then; while the end is being seen to, without any. */
function signsOf(
  attempt: Attempt,
  { all$ }: Output,
  ending$: Observable<Ending>,
): Observable<AgentEvent> {
  const { host, liveness } = attempt;
  const seen$ = merge(all$.pipe(map(() => 'output' as const)), slowSignsOf(attempt)).pipe(
    tap((channel) => liveness.note(channel, host.now())),
  );
  // The end takes its time (stopping what is left, reading on): that is our work, not the agent's silence.
  const ours$ = ending$.pipe(switchMap(() => interval(ACTIVITY_WINDOW_MS)));
  return merge(seen$, ours$).pipe(
    throttleTime(ACTIVITY_WINDOW_MS, undefined, { leading: true, trailing: true }),
    map((): AgentEvent => ({ type: 'agent.activity' })),
  );
}

function slowSignsOf({ host, plan, process, reading }: Attempt): Observable<SlowChannel> {
  const { files, wrapperPid } = process;
  const { adapter } = agentOf(host, plan);
  return slowChannels({
    tree: {
      pid: wrapperPid,
      environment: attemptMarker(host.runId, files.name),
      since: host.since,
      isSharedService: sharedServiceOf(Object.values(host.adapters).flat()),
    },
    everyMs: host.samplingMs,
    transcriptPath() {
      const sessionId = sessionIdOf(files, reading.outcome);
      return sessionId === null ? null : (adapter.transcript?.find(host.place, sessionId) ?? null);
    },
  });
}

/** What it has used so far, whenever that has changed. */
function spentBy(
  { host, plan, process: { files }, reading }: Attempt,
  { all$ }: Output,
): Observable<AgentEvent> {
  return all$.pipe(
    map(() => reading.outcome.usage),
    startWith(NO_OUTCOME.usage),
    distinctUntilChanged(),
    skip(1),
    throttleTime(SPENT_WINDOW_MS, undefined, { leading: true, trailing: true }),
    map((usage): AgentEvent => {
      return {
        type: 'agent.spent',
        attempt: plan.number,
        usage,
        ranMs: ranUntilNow(files, host.now()),
      };
    }),
  );
}

/** Ends what is left of its tree, reads what is left of its output, and says how it ended. */
async function finish(attempt: Attempt, ending: Ending): Promise<AgentEvent> {
  const { host, plan, process, reading } = attempt;
  const { files } = process;
  const isCut = ending.lingered || ending.reason === 'outputLimit';
  const remains = await (isCut ? host.stops.stop : host.stops.sweep)(targetOf(attempt));
  reading.end();
  const { outcome: stream, printed } = reading;
  const { role, agent } = plan;
  const evidence = gatherEvidence(host, { ...ending, role, agent, files, stream, printed });
  if (reading.sawSecret) await sealOutput(files, host.redactor);
  const conclusion = { class: classifyEnd(evidence), answer: answerOf(evidence), remains };
  const end = concludeEnd(host, files, evidence, conclusion);
  return { type: 'agent.ended', attempt: plan.number, end };
}

function targetOf({ process: { files, wrapperPid }, liveness }: Attempt): StopTarget {
  return { files, wrapperPid, liveness: liveness.seen };
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
