/** For each adapter what its agent prints: recordings, or what is written after the documentation. */
import { readFileSync } from 'node:fs';
import type { AgentAdapter, AgentSettings } from '../../../actors/agents/adapter.ts';
import { lineOf } from '../../../actors/agents/own-records.ts';
import { AGENTS } from '../../../actors/agents/registry.ts';
import type { Activity } from '../../../machines/activity.ts';
import { type Exit, fixture, lines, SETTINGS } from './adapter-reading.ts';

export interface Specimen {
  readonly adapter: AgentAdapter;
  readonly settings: AgentSettings;
  /** A run that did its work; names `hello.txt`. */
  readonly success: Buffer;
  /** Its session, where the stream tells one. */
  readonly session: string | null;
  /** Runs that failed, with how the process ended. */
  readonly failures: readonly Failure[];
  /** What it may print when it failed although it exits with 0. */
  readonly lies: readonly Buffer[];
  /** A run whose model has a known price, where it tells the cost. */
  readonly priced: Buffer;
  /** A typed verdict, where it can give one. */
  readonly typed: Buffer | null;
}

export interface Failure extends Exit {
  readonly bytes: Buffer;
}

const UUID = '11111111-2222-4333-8444-555555555555';

const OWN = {
  success: own(
    { kind: 'session', sessionId: 's-1' },
    { kind: 'text', text: 'I will write the file now.' },
    { kind: 'toolCall', id: '1', name: 'write', input: 'hello.txt' },
    { kind: 'toolResult', id: '1', ok: true, text: 'written' },
    { kind: 'usage', inputTokens: 2400, outputTokens: 68, costUsd: 0.01 },
    { kind: 'text', text: 'Done. I wrote hello.txt.' },
    { kind: 'result', text: 'Done. I wrote hello.txt.', structured: null, failure: null },
  ),
  failure: own({
    kind: 'result',
    text: '',
    structured: null,
    failure: { class: 'limited', message: '429', resumeAt: null },
  }),
  typed: own({ kind: 'result', text: '', structured: { verdict: 'done' }, failure: null }),
};

const CLAUDE_REFUSED = lines({
  type: 'result',
  subtype: 'success',
  is_error: true,
  result: 'API Error: 401 Invalid API key',
  session_id: UUID,
});

/** What differs from an agent whose recordings lie in its folder. */
const OWN_WAYS: Readonly<Record<string, Partial<Specimen>>> = {
  claude: {
    session: UUID,
    typed: fixture('claude', 'schema.ndjson'),
    failures: [failed(CLAUDE_REFUSED, 1), ...recordedFailures('claude')],
  },
  codex: {
    session: '01a206a5-b026-7363-bd69-ff87af64dc19',
    typed: fixture('codex', 'schema.ndjson'),
  },
  gemini: { session: UUID },
  opencode: { session: 'ses_df95a0af1ffeW8M70yHRv96w5g' },
  cline: { session: sessionOfCline(), priced: pricedCline() },
  qwen: { session: UUID, typed: fixture('qwen', 'schema.ndjson') },
  pi: { session: '01a206a5-ddb8-700b-8901-61781825aeec' },
  aider: { success: fixture('aider', 'success.txt') },
  acp: bridged({ command: 'gemini --acp' }),
  openai: bridged({ model: 'm', args: ['temperature=0.2'] }),
  scripted: bridged({}),
  command: {
    settings: { ...SETTINGS, command: 'my-agent --flag' },
    success: lines(
      { text: 'Hello.' },
      { text: 'I will write the file.' },
      { result: 'Done. I wrote hello.txt.' },
    ),
    failures: [failed(lines({ text: 'I will write the file.' }), 1)],
    // Its stream has no word for a failure: what went wrong is on stderr.
    lies: [Buffer.from(''), Buffer.from('\n')],
  },
};

export const SPECIMENS: readonly Specimen[] = AGENTS.map((adapter) => {
  const own = OWN_WAYS[adapter.name];
  if (!own)
    throw new Error(`There is no specimen of ${adapter.name}: add what it prints to this table.`);
  const success = own.success ?? fixture(adapter.name, 'success.ndjson');
  const failures = own.failures ?? recordedFailures(adapter.name);
  const settings = { ...SETTINGS, model: 'some/model', args: ['--own', 'argument'] };
  return {
    adapter,
    settings,
    success,
    session: null,
    failures,
    lies: failures.map(({ bytes }) => bytes),
    priced: success,
    typed: null,
    ...own,
  };
});

function bridged(settings: Partial<AgentSettings>): Partial<Specimen> {
  return {
    settings: { ...SETTINGS, model: 'some/model', args: ['--own', 'argument'], ...settings },
    success: OWN.success,
    session: 's-1',
    failures: [failed(OWN.failure, 1)],
    typed: OWN.typed,
  };
}

function own(...activities: Activity[]): Buffer {
  return Buffer.from(activities.map(lineOf).join(''));
}

function failed(bytes: Buffer, exitCode: number): Failure {
  return { bytes, exitCode, signal: null, stopped: false };
}

/** All that did not end well in the list of recorded endings. */
function recordedFailures(agent: string): Failure[] {
  const endings: (Exit & { agent: string; recording: string; class: string })[] = JSON.parse(
    readFileSync('test/fixtures/agents/endings.json', 'utf8'),
  );
  return endings
    .filter((one) => one.agent === agent && one.class !== 'clean')
    .map((one) => ({ ...one, bytes: fixture(agent, one.recording) }));
}

function sessionOfCline(): string {
  return /"taskId":"([^"]+)"/.exec(fixture('cline', 'success.ndjson').toString())?.[1] ?? '';
}

function pricedCline(): Buffer {
  const text = fixture('cline', 'success.ndjson').toString();
  return Buffer.from(text.replaceAll('"totalCost":0', '"totalCost":0.01'));
}
