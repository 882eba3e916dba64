import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isAlive, type Place, place, scriptAgent } from '../oneshot-process.ts';

/** `npm run faults` tries each change of the disk; else one of so many. */
const ALL = process.env.FAULTS === 'all';
const ONE_OF = ALL ? 1 : 61;

const PRELOAD = resolve('test/fixtures/processes/fail-write.cjs');

const WORKER = 'cat >/dev/null; echo $$ >>pids; echo did it';
const AUDITOR = `cat >/dev/null; echo $$ >>pids; echo '{"verdict":"done","feedback":"all is well"}'`;

type Kind = 'error' | 'full';

/** A run whose change number `at` of the disk fails, or from which on the disk is full; 0: none does. */
function runFailing(at: Place, failAt: number, kind: Kind) {
  at.write('quick.json', '{"retryPause":"20ms","killGrace":"200ms"}');
  const agent = scriptAgent(at, WORKER, AUDITOR);
  return at.oneshot(['do it', '--config', 'quick.json', '--check', 'true', ...agent], {
    env: {
      NODE_OPTIONS: `--require ${PRELOAD}`,
      FAULTS_ROOT: `${at.path}/.oneshot`,
      FAULTS_FAIL_AT: `${failAt}`,
      FAULTS_KIND: kind,
      FAULTS_COUNT: `${at.path}/count`,
    },
  });
}

async function expectTypedEnd(failAt: number, kind: Kind): Promise<void> {
  const at = place();
  const { code, signal, err } = await runFailing(at, failAt, kind);
  const told = `change ${failAt}: exit ${code} ${signal}\n${err}`;
  expect([0, 1, 2]).toContain(code);
  const words = kind === 'full' ? /ENOSPC|is the disk full\?/ : /EIO/;
  if (code !== 0 && !words.test(err)) throw new Error(`Nothing tells the error; ${told}`);
  if (/\n {4}at /.test(err)) throw new Error(`It ended with a stack; ${told}`);
  const pids = at.exists('pids') ? at.read('pids').trim().split('\n').map(Number) : [];
  if (pids.some(isAlive)) throw new Error(`An agent goes on; ${told}`);
  const isRecorded = (await at.oneshot(['list', '--json'])).out !== '';
  if (!isRecorded || code === 0) return;
  const resumed = await at.oneshot(['resume', '--config', 'quick.json']);
  // Of a run whose first line was never written there is nothing to go on with.
  const isEmpty = resumed.code === 2 && resumed.err.includes('never recorded');
  if (resumed.code !== 0 && !isEmpty)
    throw new Error(`It is not resumed: ${resumed.err}\nafter ${told}`);
}

describe('A change of the disk', () => {
  it.each([
    ['fails with an input/output error', 'error'],
    ['finds no room for the second half of what it writes, nor does any later one', 'full'],
  ] as const)(
    'that %s ends the run with a message and without an agent, and resume goes on',
    async (_, kind) => {
      const at = place();
      await runFailing(at, 0, kind);
      const changes = Number(at.read('count'));
      expect(changes).toBeGreaterThan(50);
      const failures: unknown[] = [];
      const first = ALL ? 1 : Math.floor(ONE_OF / 2);
      for (let failAt = first; failAt <= changes; failAt += ONE_OF) {
        await expectTypedEnd(failAt, kind).catch((error: unknown) => failures.push(error));
      }
      expect(failures.map(String)).toEqual([]);
      if (ALL) process.stderr.write(`${changes} changes of the disk, each failed once\n`);
    },
    ALL ? 1_200_000 : 20_000,
  );
});
