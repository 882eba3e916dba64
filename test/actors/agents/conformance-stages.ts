/** For each adapter a run of the built command whose worker is a process that does its work, or misbehaves. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from '@jest/globals';
import type { AgentAdapter } from '../../../actors/agents/adapter.ts';
import { type Ended, type Place, place, SAY_DONE } from '../../oneshot-process.ts';
import { SPECIMENS } from './conformance-specimens.ts';
import { answers, endpointFor } from './openai/endpoint.ts';

/** What a test looks at when a run is over. */
export interface Played {
  readonly at: Place;
  readonly ended: Ended;
  /** What the process of the worker wrote down: its `pid`, its `child`, what it was `given`, what it did on `term`. */
  note(name: string): string | null;
  /** The worker's standard output as it was recorded. */
  readonly stdout: Buffer;
  /** The worker's answer as it was recorded. */
  readonly result: string;
  /** What a stand-in printed; `null` where the adapter's own bridge prints. */
  readonly printed: Buffer | null;
}

const FIXTURES = resolve('test/fixtures/agents');
const STAND_IN = join(FIXTURES, 'stand-in/stand-in.mjs');
const MISBEHAVE = pathToFileURL(join(FIXTURES, 'stand-in/misbehave.mjs')).href;

/** In the task, and so in the prompt; for the agent that speaks ACP it is what it is to do. */
export const TASK = 'DO say Done. I wrote hello.txt.';

const FLAGS = ['--worker-attempts', '1', '--max-iterations', '1', '--config', 'quick.json'];
const CONFIG = { killGrace: '400ms', resultGrace: '300ms', retryPause: '10ms' };

/** A line that no adapter knows: it is kept where it was printed. */
const UNKNOWN = '{"type":"weather.forecast","rain":true}\n';

const folders = new Set<string>();

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Runs a task with the worker's process doing these things: see `misbehave.mjs`. */
export async function play(
  adapter: AgentAdapter,
  ways: readonly string[],
  { inactivity = '20s' } = {},
): Promise<Played> {
  const at = place('file');
  const notes = mkdtempSync(join(tmpdir(), 'oneshot-notes-'));
  folders.add(notes);
  at.write('quick.json', JSON.stringify(CONFIG));
  const stage = await (STAGES[adapter.name] ?? cliStage)(at, notes, adapter, ways.includes('hang'));
  const judge = at.write('judge.sh', `#!/bin/sh\n${SAY_DONE}\n`);
  const args = [TASK, '--worker-agent', adapter.name, '--auditor-agent', 'command'];
  const rest = ['--auditor-agent-command', judge, '--inactivity-timeout', inactivity];
  const ended = await at.oneshot([...args, ...rest, ...FLAGS, ...stage.args], {
    env: {
      NOTES: notes,
      MISBEHAVE: [...ways, ...stage.ways].join(','),
      NODE_OPTIONS: `--import=${MISBEHAVE}`,
      IS_SANDBOX: '1',
      ...stage.env,
    },
  });
  const attempt = join(at.runs()[0] ?? '', 'attempts/0001-worker');
  return {
    at,
    ended,
    note: (name) => readOrNull(join(notes, name))?.toString() ?? stage.notes?.(name) ?? null,
    stdout: readOrNull(join(attempt, 'stdout')) ?? Buffer.from(''),
    result: readOrNull(join(attempt, 'result.md'))?.toString() ?? '',
    printed: stage.printed,
  };
}

interface Stage {
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly ways: readonly string[];
  readonly printed: Buffer | null;
  notes?(name: string): string | null;
}

const NOTHING: Stage = { args: [], env: {}, ways: [], printed: null };

type Setting = (at: Place, notes: string, adapter: AgentAdapter, hangs: boolean) => Promise<Stage>;

/** A program of the CLI's name, on PATH before all others. */
const cliStage: Setting = async (_at, notes, adapter) => {
  const specimen = SPECIMENS.find((one) => one.adapter === adapter);
  const text = specimen?.success.toString().replace('\n', `\n${UNKNOWN}`) ?? '';
  const recording = join(notes, 'recording');
  writeFileSync(recording, text);
  const bin = join(notes, 'bin');
  mkdirSync(bin);
  symlinkSync(STAND_IN, join(bin, adapter.name));
  const env = { PATH: `${bin}:${process.env.PATH}`, RECORDING: recording };
  return { ...NOTHING, env, printed: Buffer.from(text) };
};

/** Agents that are not found by a name of theirs. */
const STAGES: Readonly<Record<string, Setting>> = {
  command: async (at, notes, adapter, hangs) => ({
    ...(await cliStage(at, notes, adapter, hangs)),
    args: ['--worker-agent-command', STAND_IN],
  }),
  acp: async () => ({
    ...NOTHING,
    args: ['--worker-agent-command', `${process.execPath} ${join(FIXTURES, 'acp/agent.mjs')}`],
    // It does what the prompt says: see the task.
    notes: (name) => (name === 'given' ? TASK : null),
  }),
  openai: async () => {
    const { url, seen } = await endpointFor('file', answers('Done. I wrote hello.txt.'));
    return {
      ...NOTHING,
      args: ['--worker-base-url', url, '--worker-model', 'm'],
      notes: (name) => (name === 'given' ? JSON.stringify(seen.map(({ body }) => body)) : null),
    };
  },
  scripted: async (at) => {
    const worker = [[{ say: 'I write.' }, { result: 'Done. I wrote hello.txt.' }]];
    const scenario = at.write('scenario.json', JSON.stringify({ worker, auditor: [] }));
    // A player has no use for its prompt: it is read for it.
    return { ...NOTHING, args: ['--', scenario], ways: ['read'] };
  },
};

function readOrNull(path: string): Buffer | null {
  return existsSync(path) ? readFileSync(path) : null;
}
