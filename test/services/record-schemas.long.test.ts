import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { lifecycle } from '../../machines/lifecycle.ts';
import { stateValueSchema } from '../../services/context-schemas.ts';
import { RECORD_SCHEMAS } from '../../services/record-schemas.ts';
import { type Place, place, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';
import {
  doctoredYetTaken,
  eventTypes,
  linesOf,
  problemsOf,
  recordsIn,
  type StoredRecord,
} from './stored-records.ts';

const CONFIG = JSON.stringify({
  retryPause: '50ms',
  killGrace: '300ms',
  resultGrace: '300ms',
  on: { transition: 'cat >>hooked', completed: { command: 'sleep 60', timeout: '100ms' } },
});
const CHECK = 'test -e fixed || { echo "fixed is missing"; exit 7; }';

/** Is interrupted; hangs behind its result; mends what a check found; dies; does what the auditor wanted. */
const WORKER = `cat >/dev/null
case $ONESHOT_ATTEMPT in
0001-*) while :; do echo begun; sleep 0.05; done;;
0002-*) echo '{"result":"made it"}'; sleep 60;;
0003-*) touch fixed; echo "fixed it";;
0005-*) exit 3;;
*) echo "did more";;
esac`;

const AUDITOR = `if [ -e asked ]; then ${SAY_DONE}; else touch asked; cat >/dev/null; echo '{"verdict":"retry","feedback":"more","findings":["half"]}'; fi`;

/** Written in other runs than the eventful one. */
const ELSEWHERE = ['refusal', 'permission', 'permission-answer', 'fork', 'apply', 'clean'];

describe('The schemas of what oneshot writes', () => {
  it('take all of an eventful run, and no record with a key too many, too few or of another type', async () => {
    const at = place();
    const records = await eventfulRun(at);
    expect(records.flatMap(problemsOf)).toEqual([]);
    expect(eventTypes(records)).toEqual(
      expect.arrayContaining([
        'xstate.init',
        'agent.started',
        'agent.ended',
        'checks.ended',
        'run.interrupt',
        'run.resume',
        'process.restarted',
        'xstate.done.actor.recovery',
      ]),
    );
    const kinds = new Set(records.map(({ kind }) => kind));
    const other = Object.keys(RECORD_SCHEMAS).filter((kind) => !ELSEWHERE.includes(kind));
    expect([...kinds].sort()).toEqual(other.sort());
    expect(records.flatMap(doctoredYetTaken)).toEqual([]);
  });

  it('take the refusal of an agent that cannot be started', async () => {
    const at = place();
    at.write('quick.json', CONFIG);
    const agent = scriptAgent(at, 'cat >/dev/null; rm agent.sh; echo did it');
    await at.oneshot(['do it', '--config', 'quick.json', ...agent]);
    const records = recordsIn(at.runs().at(-1) ?? '');
    expect(records.map(({ kind }) => kind)).toContain('refusal');
    expect(records.flatMap(problemsOf)).toEqual([]);
    expect(records.flatMap(doctoredYetTaken)).toEqual([]);
  });

  it('take what is recorded of a run with a worktree, and what is said when it is applied', async () => {
    const at = place();
    const name = '-c user.name=a -c user.email=a@example.org';
    await at.shell(`git init -q . && git ${name} commit -q --allow-empty -m first`);
    const agent = scriptAgent(at, 'cat >/dev/null; echo x >made.txt; echo did it');
    await at.oneshot(['do it', '--worktree', ...agent]);
    const applied = await at.oneshot(['apply', '--json']);
    const records = [
      ...recordsIn(at.runs().at(-1) ?? ''),
      ...linesOf('apply', 'apply --json', applied.out),
      ...linesOf('clean', 'clean --json', await cleaned(at)),
    ];
    expect(records.map(({ kind }) => kind)).toContain('apply');
    expect(records.flatMap(problemsOf)).toEqual([]);
    expect(records.flatMap(doctoredYetTaken)).toEqual([]);
  });

  it('know every state of the statechart, and no other', () => {
    const values = Object.values(lifecycle.states).flatMap(({ key, states }): unknown[] => {
      const inner = Object.keys(states);
      return inner.length === 0 ? [key] : inner.map((name) => ({ [key]: name }));
    });
    const isKnown = (value: unknown) => stateValueSchema.safeParse(value).success;
    expect(values.filter((value) => !isKnown(value))).toEqual([]);
    expect(['workerExecuting', 'paused', { recoveryPending: 'live' }].filter(isKnown)).toEqual([]);
  });
});

/** Everything that is written in a run that is interrupted and resumed, hangs, dies, and is sent back twice. */
async function eventfulRun(at: Place): Promise<StoredRecord[]> {
  at.write('quick.json', CONFIG);
  await at.shell('git init -q . && truncate -s 60M large && echo hooked >.git/info/exclude');
  const quick = [
    '--config',
    'quick.json',
    '--inactivity-timeout',
    '700ms',
    '--check',
    CHECK,
    '--protect',
    'asked',
  ];
  const run = at.start(['do it', '--json', ...quick, ...scriptAgent(at, WORKER, AUDITOR)]);
  await until('the worker has begun', () => at.runs().some(hasBegun));
  const held = recordsIn(at.runs().at(-1) ?? '').filter(({ kind }) => kind === 'lock');
  process.kill(run.pid, 'SIGINT');
  const { code, out } = await run.ended;
  const resumed = await at.oneshot(['resume', '--json', '--config', 'quick.json']);
  expect([code, resumed.code]).toEqual([130, 0]);
  return [
    ...held,
    ...recordsIn(at.runs().at(-1) ?? ''),
    ...linesOf('hook', 'hooks', at.read('hooked')),
    ...linesOf('output-line', '--json', out),
    ...linesOf('output-line', 'resume --json', resumed.out),
    { kind: 'report', where: 'show --json', value: await at.show() },
    ...linesOf('replay-line', 'replay --json', (await at.oneshot(['replay', '--json'])).out),
    ...linesOf('diff', 'diff --json', (await at.oneshot(['diff', '--json'])).out),
    ...linesOf(
      'restore',
      'restore --json',
      (await at.oneshot(['restore', '--attempt', '0', '--json'])).out,
    ),
    ...linesOf('agent-line', 'agents --json', (await at.oneshot(['agents', '--json'])).out),
    ...linesOf('doctor-line', 'doctor --json', (await at.oneshot(['doctor', '--json'])).out),
    ...linesOf('verification-line', 'verify --json', (await verification(at)).out),
  ];
}

async function cleaned(at: Place): Promise<string> {
  const dry = await at.oneshot(['clean', '--older-than', '0d', '--json']);
  await at.shell('touch .oneshot/*/worktree/dirty');
  const kept = await at.oneshot(['clean', '--older-than', '0d', '--yes', '--json']);
  return dry.out + kept.out;
}

function verification(at: Place) {
  const command = ['--agent-command', at.write('judge.sh', `#!/bin/sh\n${SAY_DONE}\n`)];
  return at.oneshot(['agents', 'verify', 'command', '--json', ...command]);
}

function hasBegun(folder: string): boolean {
  try {
    return readFileSync(join(folder, 'oneshot-log.ndjson'), 'utf8').includes('begun');
  } catch {
    return false;
  }
}
