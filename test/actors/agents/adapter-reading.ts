/** What the tests of the adapters share: a recording read as a whole, and a request to start. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AgentAdapter, AgentSettings, LaunchRequest } from '../../../actors/agents/adapter.ts';
import type { Activity } from '../../../machines/activity.ts';
import type { Evidence } from '../../../machines/judgement.ts';
import { NO_OUTCOME, withActivity } from '../../../machines/outcome.ts';

export const SETTINGS: AgentSettings = { model: null, command: null, output: 'auto', args: [] };

export const PLACE = { home: '/home/me', cwd: '/src/app', isRoot: false, environment: {} };

export function fixture(agent: string, name: string): Buffer {
  return readFileSync(resolve('test/fixtures/agents', agent, name));
}

/** The activities of a whole stream, given in pieces of so many bytes. */
export function readAll(adapter: AgentAdapter, bytes: Buffer, piece = bytes.length): Activity[] {
  const activities: Activity[] = [];
  let last = 0;
  const emit = (activity: Activity, offset: number): void => {
    if (offset < last) throw new Error(`The offset ${offset} comes after ${last}.`);
    last = offset;
    activities.push(activity);
  };
  const reader = adapter.reader({ emit }, SETTINGS);
  for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece), at);
  reader.end();
  return activities;
}

export const outcomeOf = (activities: Activity[]) => activities.reduce(withActivity, NO_OUTCOME);

export const kindsOf = (activities: Activity[]) => activities.map(({ kind }) => kind);

/** Records as a stream of JSON lines. */
export function lines(...records: object[]): Buffer {
  return Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}

export function request(overrides: Partial<LaunchRequest> = {}): LaunchRequest {
  return {
    role: 'worker',
    prompt: 'do it',
    promptFile: '/run/prompt.md',
    sessionId: 'fresh',
    resume: null,
    file: (name) => `/run/${name}`,
    settings: { ...SETTINGS, model: 'some/model', args: ['--own', 'argument'] },
    place: PLACE,
    ...overrides,
  };
}

/** How a process ended, and whether it was ended as oneshot would end one that hangs. */
export interface Exit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stopped: boolean;
}

/** What oneshot would know of an attempt, but for the agent's own transcript and the work tree. */
export function evidenceOf(adapter: AgentAdapter, bytes: Buffer, exit: Exit): Evidence {
  return {
    role: 'worker',
    agent: adapter.name,
    reason: exit.stopped ? 'inactivity' : 'exited',
    exitCode: exit.exitCode,
    signal: exit.signal,
    stopped: exit.stopped,
    lingered: false,
    stream: outcomeOf(readAll(adapter, bytes)),
    printed: printedBy(adapter, bytes),
    transcript: null,
    changedFiles: [],
    complaint: '',
    startFailure: null,
  };
}

/** What an agent without a result of its own printed. */
function printedBy(adapter: AgentAdapter, bytes: Buffer): string | null {
  if (adapter.endsWithResult) return null;
  const reader = adapter.reader({ emit: () => undefined }, SETTINGS);
  reader.push(bytes, 0);
  reader.end();
  return reader.printed();
}
