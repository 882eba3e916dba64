/** An interruption may come in every state; afterwards nothing of the run lives, and resume ends it as if nothing had been. */
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Phase } from '../../machines/context.ts';
import {
  type Place,
  place,
  SAY_DONE,
  type Started,
  scriptAgent,
  until,
} from '../oneshot-process.ts';
import { begin, left, told } from './interrupted-runs.ts';

async function interruptIn(state: Phase, run: Started): Promise<number | null> {
  await until(`the run is ${state}`, () => told(run).at(-1) === state);
  process.kill(run.pid, 'SIGINT');
  return (await run.ended).code;
}

/** As if all that an attempt did had been so many milliseconds ago. */
function setBack(attempt: string, ms: number): void {
  const change = (name: string, key: string) => {
    const path = join(attempt, name);
    const record = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...record, [key]: record[key] - ms }));
  };
  change('command.json', 'startedAt');
  change('stop.json', 'at');
  for (const name of readdirSync(attempt).filter((each) => !each.endsWith('.md'))) {
    const path = join(attempt, name);
    const when = (statSync(path).mtimeMs - ms) / 1_000;
    utimesSync(path, when, when);
  }
}

describe('An interruption', () => {
  it.each(['exit.json', 'stop.json'])(
    'costs no budget while the run rests, as %s tells',
    async (witness) => {
      const at = place();
      const waits =
        'cat >/dev/null; echo begun; while [ ! -e go ]; do sleep 0.02; done; echo did it';
      const run = begin(at, scriptAgent(at, waits));
      await until('the worker has begun', () => run.out().includes('begun'));
      process.kill(run.pid, 'SIGINT');
      await run.ended;
      const attempt = join(at.runs()[0] ?? '', 'attempts/0001-worker');
      if (witness === 'stop.json') rmSync(join(attempt, 'exit.json'));
      setBack(attempt, 3_600_000);
      at.write('go', '');
      expect((await at.oneshot(['resume', '--max-time', '30m'])).code).toBe(0);
      const { snapshot } = JSON.parse(JSON.stringify(at.snapshot()));
      expect(snapshot.context.activeMs).toBeLessThan(60_000);
      expect(snapshot.context.activeMs).toBeGreaterThan(0);
    },
  );

  it('while recovery waits for an agent that ignores SIGTERM ends with that agent, and resume goes on', async () => {
    const at = place();
    const stubborn = `cat >/dev/null; if [ -e go ]; then echo did it; else trap '' TERM; echo half; while :; do sleep 0.1; done; fi`;
    const run = begin(at, scriptAgent(at, stubborn), '--inactivity-timeout', '300ms');
    expect(await interruptIn('recoveryPending', run)).toBe(130);
    expect(left(at)).toBe(0);
    at.write('go', '');
    expect((await at.oneshot(['resume'])).code).toBe(0);
    expect(at.snapshot()).toMatchObject({ state: 'completed' });
  });

  it('while the run waits for a usage limit is resumed into that wait', async () => {
    const at = place();
    const resumeAt = Date.now() + 3_600_000;
    const limited = { result: 'usage limit reached', failure: 'limited', resumeAt };
    at.write('scenario.json', JSON.stringify({ worker: [[limited], [{ result: 'did it' }]] }));
    const run = begin(at, ['--agent', 'scripted', '--', at.path.concat('/scenario.json')]);
    expect(await interruptIn('waitingForQuota', run)).toBe(130);
    const resumed = at.start(['resume', '--json', '--config', 'quick.json']);
    expect(await interruptIn('waitingForQuota', resumed)).toBe(130);
    expect(await at.show()).toMatchObject({ state: 'interrupted', resumeAt });
    expect(left(at)).toBe(0);
  });

  it('in the pause after a dead attempt comes at once, not after the pause', async () => {
    const at = place();
    const run = begin(at, scriptAgent(at, 'cat >/dev/null; [ -e go ] && echo did it'));
    await until('the attempt is dead', () => isPausing(at));
    process.kill(run.pid, 'SIGINT');
    expect((await run.ended).code).toBe(130);
    at.write('go', '');
    expect((await at.oneshot(['resume'])).code).toBe(0);
  });

  it('in the auditor whose verdict is out, but not its exit, is resumed into another audit', async () => {
    const at = place();
    const auditor = `${SAY_DONE}; touch said; while [ ! -e go ]; do sleep 0.02; done`;
    const run = begin(at, scriptAgent(at, 'cat >/dev/null; echo did it', auditor));
    await until('the verdict is out', () => at.exists('said'));
    process.kill(run.pid, 'SIGTERM');
    expect((await run.ended).code).toBe(143);
    at.write('go', '');
    expect((await at.oneshot(['resume'])).code).toBe(0);
  });
});

function isPausing(at: Place): boolean {
  const path = join(at.runs().at(-1) ?? '', 'oneshot.json');
  return existsSync(path) && readFileSync(path, 'utf8').includes('"recoveryPending":"pausing"');
}
