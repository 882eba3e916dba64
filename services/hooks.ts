/**
 * Tells a person, or a program of theirs, what becomes of a run. Hooks see each transition after it is durable, and run
 * beside the machine: a slow or failing one is logged and changes nothing.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HookEnd, runHook } from '../actors/hook-process.ts';
import { createRedactor, type Redactor } from '../actors/redaction.ts';
import { secretsOf } from '../actors/secrets.ts';
import type { Phase } from '../machines/context.ts';
import type { ProtectedChanges, Usage } from '../machines/contracts.ts';
import { evidenceLabel } from '../machines/evidence.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { HookEvent, HookSettings } from './hook-settings.ts';
import type { JournalEntry } from './journal.ts';
import type { RunSession } from './run-session.ts';
import { phaseOf, totalUsage } from './run-view.ts';

/** What a hook reads from its standard input: one line of JSON. */
export interface HookInput {
  readonly type: 'hook';
  readonly version: 1;
  readonly event: HookEvent;
  readonly run: string;
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly state: Phase;
  /** The state before; `null` for the first. */
  readonly from: Phase | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly iteration: number;
  readonly attempt: number | null;
  /** Of a run that is completed, for a person: `verified`, or why not so sure; else `null`. */
  readonly evidence: string | null;
  /** What the last worker left changed of the files that the checks depend on. */
  readonly protectedChanges: ProtectedChanges | null;
  /** The beginning of the task. */
  readonly task: string;
  readonly resumeAt: number | null;
  readonly usage: Usage;
  /** What oneshot exits with, in a state that ends it; else `null`. */
  readonly exitCode: number | null;
  readonly cwd: string;
  /** Absolute path of the run folder. */
  readonly folder: string;
}

/** A line of `hooks.ndjson`. */
export interface HookRecord extends HookEnd {
  readonly version: 1;
  /** When it ended, in epoch milliseconds. */
  readonly at: number;
  readonly event: HookEvent;
  readonly seq: number;
  /** Its command line, without secrets. */
  readonly hook: string;
}

export interface HookHost {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Rings the bell of the terminal, where there is one. */
  ring(): void;
  /** Says to a person what a hook did not do. */
  notify(message: string): void;
}

export interface Hooks {
  /** Resolves when all hooks have ended; what takes too long is ended. */
  settled(): Promise<void>;
  /** Ends all hooks at once. */
  abort(): void;
}

/** Transitions that wait for slow hooks; more are left out, and that is logged. */
const QUEUE_LIMIT = 100;

/** Milliseconds that hooks may take after the run has ended. */
const DRAIN_MS = 30_000;

/** Calls hooks for what happens to a session from now on. */
export function attachHooks(
  session: RunSession,
  hooks: readonly HookSettings[],
  host: HookHost,
): Hooks {
  const ended = new AbortController();
  const redactor = createRedactor(secretsOf(host.environment, session.header.settings.secrets));
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  let before: Phase | null = null;
  const call = (hook: HookSettings, input: HookInput) => {
    if (waiting >= QUEUE_LIMIT) return log(session, redactor, hook, input, LEFT_OUT);
    waiting += 1;
    last = last
      .then(() => execute(hook, input, host, ended.signal))
      .then((end) => {
        waiting -= 1;
        report(session, redactor, host, { hook, input, end });
      });
  };
  if (hooks.length > 0) {
    session.transitions$.subscribe((entry) => {
      const state = phaseOf(entry.value);
      if (state === before) return;
      for (const hook of hooks.filter(({ event }) => event === state || event === 'transition'))
        call(hook, inputOf(hook.event, entry, before, session));
      before = state;
    });
  }
  return {
    async settled() {
      const timer = setTimeout(() => ended.abort(), DRAIN_MS);
      await last;
      clearTimeout(timer);
    },
    abort: () => ended.abort(),
  };
}

const LEFT_OUT: HookEnd = {
  exitCode: null,
  signal: null,
  failure: `it was left out: ${QUEUE_LIMIT} hooks were waiting already`,
  durationMs: 0,
  output: '',
};

const RUNG: HookEnd = { exitCode: 0, signal: null, failure: null, durationMs: 0, output: '' };

function execute(
  hook: HookSettings,
  input: HookInput,
  { environment, ring }: HookHost,
  signal: AbortSignal,
): Promise<HookEnd> {
  const { timeoutMs } = hook;
  const call = {
    cwd: input.cwd,
    environment,
    input: `${JSON.stringify(input)}\n`,
    timeoutMs,
    signal,
  };
  switch (hook.kind) {
    case 'bell':
      ring();
      return Promise.resolve(RUNG);
    case 'notify':
      return runHook({ ...call, ...notification(input), input: '' });
    case 'command':
      return runHook({ ...call, program: '/bin/sh', args: ['-c', hook.command] });
  }
}

/** The desktop's own program; where there is none the hook fails, which is logged. */
function notification({ state, task, message, evidence }: HookInput) {
  const title = `oneshot: ${state}${evidence === null ? '' : ` (${evidence})`}`;
  const body = [task.split('\n')[0]?.slice(0, 100), message].filter(Boolean).join('\n');
  if (process.platform !== 'darwin')
    return {
      program: 'notify-send',
      args: ['--app-name=oneshot', '--', title, withoutMarkup(body)],
    };
  const script = 'on run {title, body}\ndisplay notification body with title title\nend run';
  return { program: 'osascript', args: ['-e', script, title, body] };
}

function withoutMarkup(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function inputOf(
  event: HookEvent,
  { seq, at, value, context }: JournalEntry,
  from: Phase | null,
  { header, folder }: RunSession,
): HookInput {
  const { reason, message, iteration, attempt, task, resumeAt, usage } = context;
  const state = phaseOf(value);
  const isEnd = ['completed', 'failed', 'rejected', 'interrupted'].includes(state);
  return {
    type: 'hook',
    version: 1,
    event,
    run: header.id,
    seq,
    at,
    state,
    from,
    reason,
    message,
    iteration,
    attempt: attempt?.number ?? null,
    evidence: evidenceLabel(state, context.work),
    protectedChanges: context.protectedChanges ?? null,
    task: task.preview,
    resumeAt,
    usage: totalUsage(usage),
    exitCode: isEnd ? exitCodeOf(state, reason) : null,
    cwd: header.settings.cwd,
    folder: folder.path,
  };
}

interface Called {
  readonly hook: HookSettings;
  readonly input: HookInput;
  readonly end: HookEnd;
}

function report(
  session: RunSession,
  redactor: Redactor,
  { notify }: HookHost,
  { hook, input, end }: Called,
): void {
  log(session, redactor, hook, input, end);
  const how = failureOf(end);
  if (how !== null)
    notify(redactor.redactText(`The hook for ${hook.event} (${hook.command}) failed: ${how}.`));
}

function failureOf({ failure, signal, exitCode }: HookEnd): string | null {
  if (failure !== null) return failure;
  if (signal !== null) return `it was killed by ${signal}`;
  return exitCode === 0 ? null : `it exited with code ${exitCode}`;
}

/** What cannot be logged is not worth a run. */
function log(
  { folder }: RunSession,
  redactor: Redactor,
  { event, command }: HookSettings,
  { seq }: HookInput,
  end: HookEnd,
): void {
  const record: HookRecord = { version: 1, at: Date.now(), event, seq, hook: command, ...end };
  try {
    const line = `${JSON.stringify(redactor.redactValue(record))}\n`;
    appendFileSync(join(folder.path, 'hooks.ndjson'), line, { mode: 0o600 });
  } catch {
    // The disk is full, or the folder is gone: the journal says so.
  }
}
