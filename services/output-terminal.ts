/** A run as a person sees it: what happens scrolls by, and one live line stays under it. */
import { styleText } from 'node:util';
import type { LogEntry } from '../actors/run-host.ts';
import type { Phase } from '../machines/context.ts';
import { protectedLines } from '../machines/evidence.ts';
import { formatDuration } from './durations.ts';
import type { JournalEntry } from './journal.ts';
import type { Output, Streams } from './output.ts';
import { quotaCountdown } from './quota-countdown.ts';
import { type RunReport, resultText } from './run-report.ts';
import { phaseOf } from './run-view.ts';
import { safeLine, safeText } from './safe-text.ts';

export interface TerminalOptions {
  readonly color: boolean;
  /** Keep a live line at the bottom: only where the screen can be written over. */
  readonly live: boolean;
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
  /** Columns of the screen. */
  readonly columns: () => number;
  readonly now: () => number;
}

type Style = Parameters<typeof styleText>[0];

/** Milliseconds between two drawings of the live line. */
const LIVE_LINE_MS = 250;

const ERASE_LINE = '\r\u001b[2K';

export function terminalOutput(streams: Streams, options: TerminalOptions): Output {
  const paint = (style: Style, text: string) => (options.color ? styleText(style, text) : text);
  const live = liveLine(streams.err, options, paint);
  const say = (text: string) => live.above(`${text}\n`);
  const isQuiet = options.verbosity === 'quiet';
  let before: Phase | null = null;

  return {
    started({ id, settings }, folder) {
      live.start();
      if (isQuiet) return;
      const { worker, auditor } = settings.agents;
      say(`${paint('bold', id)}  worker ${worker.name}, auditor ${auditor.name}`);
      say(paint('dim', folder));
    },
    transition(entry) {
      live.transition(entry);
      const state = phaseOf(entry.value);
      if (!isQuiet && state !== before) say(transitionLine(entry, state, paint));
      before = state;
    },
    activities(entries) {
      live.activity();
      if (isQuiet) return;
      for (const entry of entries) {
        const line = activityLine(entry, options, paint);
        if (line !== null) say(line);
      }
    },
    notice: (message) => say(safeText(message)),
    finished(report) {
      live.stop();
      streams.err(`${closingLines(report, options.now(), paint).join('\n')}\n`);
      const text = report.state === 'completed' ? resultText(report) : null;
      if (text !== null) streams.out(`${safeText(text).trimEnd()}\n`);
    },
  };
}

type Paint = (style: Style, text: string) => string;

const STATE_STYLES: Partial<Record<Phase, Style>> = {
  completed: 'green',
  failed: 'red',
  rejected: 'red',
  interrupted: 'yellow',
  recoveryPending: 'yellow',
  waitingForQuota: 'yellow',
};

function transitionLine({ context, at, event }: JournalEntry, state: Phase, paint: Paint): string {
  const { iteration, limits, reason, message } = context;
  const round =
    state === 'workerExecuting' ? ` (iteration ${iteration} of ${limits.maxIterations})` : '';
  const wait = state === 'waitingForQuota' ? quotaCountdown(context.resumeAt, at) : null;
  const because = [recovered(event), reason, message].filter(Boolean).join(': ');
  const name = paint(STATE_STYLES[state] ?? 'cyan', `● ${state}`);
  return `${paint('dim', clock(at))} ${name}${round}${wait ? ` ${wait}` : ''}${because ? ` ${paint('dim', safeLine(because))}` : ''}`;
}

/** What recovery made of the attempt that it examined. */
function recovered(event: JournalEntry['event']): string | null {
  if (event.type !== 'xstate.done.actor.recovery') return null;
  switch (event.output.findings.kind) {
    case 'success':
      return 'salvaged, its work was finished';
    case 'alive':
      return 'attached, the agent is still at work';
    case 'partial':
    case 'limited':
    case 'dead':
      return null;
  }
}

/** One line for one activity, or `null` for what a person need not see. */
export function activityLine(
  { activity }: LogEntry,
  { verbosity, columns }: Pick<TerminalOptions, 'verbosity' | 'columns'>,
  paint: Paint,
): string | null {
  const width = verbosity === 'verbose' ? Number.POSITIVE_INFINITY : columns() - 12;
  const cut = (text: string) => {
    const line = safeLine(text);
    return line.length > width ? `${line.slice(0, Math.max(width - 1, 20))}…` : line;
  };
  const indented = (style: Style, text: string) => `         ${paint(style, cut(text))}`;
  switch (activity.kind) {
    case 'text':
      return indented('reset', activity.text);
    case 'thinking':
      return verbosity === 'verbose' ? indented('dim', activity.text) : null;
    case 'toolCall':
      return indented('blue', `→ ${activity.name} ${activity.input}`);
    case 'toolResult':
      if (activity.ok && verbosity !== 'verbose') return null;
      return indented(activity.ok ? 'dim' : 'red', `← ${activity.text}`);
    case 'retry':
      return indented('yellow', `… ${activity.message}${pauseText(activity.delayMs)}`);
    case 'error':
      return indented('red', `! ${activity.message}`);
    case 'result':
      return activity.failure
        ? indented('red', `= ${activity.text || activity.failure.message}`)
        : indented('green', `= ${activity.text}`);
    case 'session':
    case 'usage':
      return verbosity === 'verbose' ? indented('dim', JSON.stringify(activity)) : null;
  }
}

function pauseText(ms: number | null): string {
  return ms === null ? '' : ` (again in ${formatDuration(ms)})`;
}

function closingLines(report: RunReport, now: number, paint: Paint): string[] {
  const { state, id, message, feedback, findings, evidence } = report;
  const took = formatDuration(report.updatedAt - report.createdAt);
  const label = evidence === null || evidence === 'verified' ? '' : ` (${evidence})`;
  const style = STATE_STYLES[state] ?? 'cyan';
  const words = [message, feedback].filter(Boolean).map((text) => safeText(`${text}`));
  return [
    '',
    `${paint([style, 'bold'] as Style, state)}${label}  after ${took}, ${costText(report)}`,
    ...words,
    ...findings.map((finding) => `  - ${safeLine(finding)}`),
    ...protectedNotes(report).map((line) => paint('yellow', line)),
    ...remainsOf(report).map((line) => paint('yellow', line)),
    ...limitOf(report, now).map((line) => paint('yellow', line)),
    `Run folder: ${report.folder}`,
    `Next: ${nextCommands(state, id).join('  ·  ')}`,
  ];
}

function protectedNotes({ protectedChanges }: RunReport): string[] {
  if (protectedChanges === null) return [];
  return protectedLines(protectedChanges).map((line) => `Protected: ${safeLine(line)}`);
}

/** Processes of the last attempts that were left running, and why. */
export function remainsOf({ attempts }: RunReport): string[] {
  const ends = attempts.flatMap(({ agent, end }) => (end ? [{ agent, ...end }] : []));
  const lines = ends.flatMap(({ agent, survivors, sharedServices }) => [
    ...survivors.map((name) => `Still running, although it was killed: ${name}`),
    ...sharedServices.map((name) => `Left running: ${name}, which ${agent} shares with others`),
  ]);
  return [...new Set(lines)];
}

/** When the usage limit ends that a run waits for, or rests at. */
export function limitOf({ state, resumeAt }: RunReport, now: number): string[] {
  const isAtLimit = state === 'waitingForQuota' || state === 'interrupted';
  const wait = isAtLimit ? quotaCountdown(resumeAt, now) : null;
  return wait === null ? [] : [`The usage limit holds ${wait}.`];
}

function nextCommands(state: Phase, id: string): string[] {
  const look = [`oneshot show ${id}`, `oneshot logs ${id}`];
  return state === 'interrupted' || state === 'failed' ? [`oneshot resume ${id}`, ...look] : look;
}

function costText({ usage, attempts }: RunReport): string {
  const cost = usage.costUsd === null ? 'cost unknown' : `$${usage.costUsd.toFixed(4)}`;
  return `${attempts.length} attempt${attempts.length === 1 ? '' : 's'}, ${cost}`;
}

export function clock(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

function liveLine(write: (text: string) => void, options: TerminalOptions, paint: Paint) {
  const startedAt = options.now();
  let lastAt = startedAt;
  let status = '';
  let resumeAt: number | null = null;
  let timer: NodeJS.Timeout | undefined;
  const draw = () => {
    const now = options.now();
    const took = formatDuration(seconds(now - startedAt));
    const wait = quotaCountdown(resumeAt, now);
    const times = wait ?? `${took} · last activity ${formatDuration(seconds(now - lastAt))} ago`;
    const line = `${status} · ${times}`.slice(0, options.columns() - 1);
    write(`${ERASE_LINE}${paint('inverse', line)}`);
  };
  return {
    start() {
      if (options.live) timer = setInterval(draw, LIVE_LINE_MS);
    },
    transition({ context, value, at }: JournalEntry) {
      lastAt = at;
      const phase = phaseOf(value);
      resumeAt = phase === 'waitingForQuota' ? context.resumeAt : null;
      status = `${phase} · iteration ${context.iteration}/${context.limits.maxIterations}`;
    },
    activity() {
      lastAt = options.now();
    },
    /** Writes above the live line. */
    above(text: string) {
      if (!timer) return write(text);
      write(`${ERASE_LINE}${text}`);
      draw();
    },
    stop() {
      if (!timer) return;
      clearInterval(timer);
      timer = undefined;
      write(ERASE_LINE);
    },
  };
}

function seconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000) * 1000);
}
