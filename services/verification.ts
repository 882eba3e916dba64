/** Tries an agent out, live: does it keep the contract that oneshot relies on, and do its abilities work? */
import {
  lastValueFrom,
  merge,
  NEVER,
  Observable,
  ReplaySubject,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { sharedServiceOf } from '../actors/agents/shared-services.ts';
import { watchAttempt } from '../actors/attempt-watch.ts';
import { findTree } from '../actors/process-tree.ts';
import { writeText } from '../actors/run-texts.ts';
import type { AttemptEnd, AttemptPlan, Role } from '../machines/contracts.ts';
import type { AgentEvent } from '../machines/events.ts';
import { formatDuration } from './durations.ts';
import { safeLine } from './safe-text.ts';
import type { VerificationHost } from './verification-host.ts';

export interface VerificationRow {
  readonly what: string;
  /** Without what is `mandatory` oneshot cannot work with the agent; a `capability` is only missed. */
  readonly tier: 'mandatory' | 'capability';
  readonly outcome: 'passed' | 'failed' | 'notTested';
  readonly detail: string;
}

export interface VerificationRequest {
  readonly host: VerificationHost;
  /** Aborted when the user gives up. */
  readonly signal: AbortSignal;
  /** Milliseconds that one attempt may take. */
  readonly attemptMs: number;
  tell(row: VerificationRow): void;
}

const WORD = 'KINGFISHER';

const TASKS = {
  answer: `Answer with exactly this word and nothing else: ${WORD}`,
  resume: 'Answer with the same word once more.',
  stop: 'Count from 1 to 5000 in your answer, each number in words, on a line of its own.',
} as const;

/** Milliseconds after which an agent that shows nothing is stopped without having shown anything. */
const STOP_AFTER_MS = 15_000;

/** How many times the agent's model is asked. */
export function questionsOf({ adapter }: VerificationHost): number {
  return adapter.abilities.resume ? 4 : 3;
}

/** Rows without which nothing is known of an agent. */
const MANDATORY = ['answers', 'streams', 'leaves nothing', 'stops'];

/** Runs all that can be tried and tells each row as it is known. Leaves no process behind. */
export async function verify(given: VerificationRequest): Promise<void> {
  const told = new Set<string>();
  const tell = (known: VerificationRow): void => {
    told.add(known.what);
    given.tell(known);
  };
  await tryAll({ ...given, tell });
  for (const what of MANDATORY.filter((each) => !told.has(each)))
    tell({ what, tier: 'mandatory', outcome: 'notTested', detail: 'it was not come to' });
}

async function tryAll(request: VerificationRequest): Promise<void> {
  const end = await tryAnswer(request);
  if (end?.class === 'clean') {
    await tryResume(request, end);
    await tryVerdict(request, end);
  }
  if (!request.signal.aborted) await tryStop(request);
}

async function tryAnswer(request: VerificationRequest): Promise<AttemptEnd | null> {
  const { host, tell } = request;
  const { abilities } = host.adapter;
  const { end, tookMs } = await attempt(request, planOf(1, 'worker'), TASKS.answer);
  const count = host.logged.length;
  tell(row('mandatory', 'answers', end?.class === 'clean', answerDetail(end, tookMs)));
  tell(
    row('mandatory', 'streams', count > 0, `${count} ${count === 1 ? 'activity' : 'activities'}`),
  );
  tellTree(request, 'leaves nothing', end);
  if (end?.class !== 'clean') return end;
  tell(row('capability', 'exits by itself', end.exitCode === 0, exitDetail(end)));
  const { inputTokens, outputTokens, costUsd } = end.usage;
  if (abilities.resume)
    tell(row('capability', 'session', end.sessionId !== null, end.sessionId ?? 'none was told'));
  if (abilities.usage) {
    const detail = `${inputTokens ?? 'unknown'} tokens in, ${outputTokens ?? 'unknown'} out`;
    tell(row('capability', 'usage', inputTokens !== null || outputTokens !== null, detail));
  }
  if (abilities.cost)
    tell(
      row(
        'capability',
        'cost',
        costUsd !== null,
        costUsd === null ? 'unknown' : `$${costUsd.toFixed(4)}`,
      ),
    );
  return end;
}

async function tryResume(request: VerificationRequest, first: AttemptEnd): Promise<void> {
  const { host, tell, signal } = request;
  const { sessionId, usage } = first;
  if (!host.adapter.abilities.resume || sessionId === null || signal.aborted) return;
  const text = writeText(host, 'salvage.md', 'You were interrupted.');
  const session = { id: sessionId, usage };
  const salvage = { attempt: 1, reason: 'interrupted', text, session } as const;
  const plan = { ...planOf(2, 'worker'), salvage };
  const { end, tookMs } = await attempt(request, plan, TASKS.resume);
  tell(row('capability', 'resume', end?.class === 'clean', answerDetail(end, tookMs)));
}

async function tryVerdict(request: VerificationRequest, first: AttemptEnd): Promise<void> {
  if (first.result === null || request.signal.aborted) return;
  const work = { attempt: 1, result: first.result, checks: [], checkedTree: null };
  const plan = { ...planOf(3, 'auditor'), work };
  const { end } = await attempt(request, plan, TASKS.answer);
  const verdict = end?.verdict ?? null;
  const isRead = verdict !== null && verdict.kind !== 'unreadable';
  const detail =
    verdict?.kind === 'unreadable' ? verdict.diagnosis : (verdict?.kind ?? endDetail(end));
  request.tell(row('capability', 'verdict', isRead, detail));
}

/**
 * Stops the agent at its first sign of work, or when it shows none for a while. One that has answered by then is
 * started again, and stopped at once.
 */
async function tryStop(request: VerificationRequest): Promise<void> {
  const { host } = request;
  const before = host.logged.length;
  const atWork$ = new Observable<void>((subscriber) => {
    const look = setInterval(() => host.logged.length > before + 1 && subscriber.next(), 20);
    return () => clearInterval(look);
  });
  const atWork = () => merge(atWork$, timer(STOP_AFTER_MS));
  const first = await attempt(request, planOf(4, 'worker'), TASKS.stop, atWork);
  const { end, stopMs } =
    first.end?.class === 'clean' && !request.signal.aborted
      ? await attempt(request, planOf(5, 'worker'), TASKS.stop, (started$) => started$)
      : first;
  if (end === null) tellTree(request, 'stops', end, `in ${formatDuration(stopMs)}`);
  else tellTree(request, 'stops', end, 'it had ended before it could be stopped', 'notTested');
}

interface Attempted {
  /** `null` when it was stopped. */
  readonly end: AttemptEnd | null;
  readonly tookMs: number;
  /** From the stop to the end of the last process. */
  readonly stopMs: number;
}

async function attempt(
  { host, signal, attemptMs }: VerificationRequest,
  plan: AttemptPlan,
  task: string,
  until: (started$: Observable<unknown>) => Observable<unknown> = () => NEVER,
): Promise<Attempted> {
  host.setTask(task);
  const start = performance.now();
  let end: AttemptEnd | null = null;
  const aborted$ = new Observable<void>((subscriber) => {
    if (signal.aborted) subscriber.next();
    signal.addEventListener('abort', () => subscriber.next());
  });
  const started$ = new ReplaySubject<void>(1);
  const note = (event: AgentEvent) => {
    if (event.type === 'agent.started') started$.next();
    if (event.type === 'agent.ended') end = event.end;
  };
  const watched$ = watchAttempt(host, plan).pipe(
    tap(note),
    takeUntil(merge(until(started$), aborted$, timer(attemptMs))),
  );
  await lastValueFrom(watched$, { defaultValue: null });
  const stopped = performance.now();
  await host.stops.settled();
  return { end, tookMs: stopped - start, stopMs: performance.now() - stopped };
}

function planOf(number: number, role: Role): AttemptPlan {
  const nothing = { feedback: null, salvage: null, work: null, diagnosis: null } as const;
  return {
    number,
    role,
    agent: 0,
    iteration: 1,
    attach: false,
    rounds: [],
    findings: [],
    ...nothing,
  };
}

function tellTree(
  { host, tell }: VerificationRequest,
  what: string,
  end: AttemptEnd | null,
  detail = 'no process is left',
  outcome: 'passed' | 'notTested' = 'passed',
): void {
  const isSharedService = sharedServiceOf([host.adapter]);
  const tree = findTree({ pid: null, environment: { ONESHOT_RUN: host.runId }, isSharedService });
  const left = [...tree.map(({ pid, name }) => `${pid} ${name}`), ...(end?.survivors ?? [])];
  const isGone = left.length === 0;
  const shared = end?.sharedServices ?? [];
  const spared =
    shared.length === 0 ? '' : `; left running, since it is shared: ${shared.join(', ')}`;
  const said = isGone ? `${detail}${spared}` : `still running: ${left.join(', ')}`;
  tell({ what, tier: 'mandatory', outcome: isGone ? outcome : 'failed', detail: said });
}

function row(
  tier: VerificationRow['tier'],
  what: string,
  isPassed: boolean,
  detail: string,
): VerificationRow {
  return { what, tier, outcome: isPassed ? 'passed' : 'failed', detail };
}

function answerDetail(end: AttemptEnd | null, tookMs: number): string {
  const took = formatDuration(tookMs);
  if (end?.class !== 'clean') return `${endDetail(end)} (after ${took})`;
  return `"${safeLine(end.result?.preview ?? '').slice(0, 40)}" after ${took}`;
}

function endDetail(end: AttemptEnd | null): string {
  return end ? `${end.class}: ${safeLine(end.message)}` : 'it was stopped before it had answered';
}

function exitDetail({ exitCode, signal }: AttemptEnd): string {
  if (exitCode !== null) return `exit code ${exitCode}`;
  return `it went on after its result and was stopped (${signal ?? 'no exit record'})`;
}
