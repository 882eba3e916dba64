import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isAlive, type Place, place, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';

/** A worker that says that it has begun, and goes on when `go` is there. */
const WAITING =
  'cat >/dev/null; echo $$ >>pids; echo begun; while [ ! -e go ]; do sleep 0.02; done; echo did it';
const CONFIG = JSON.stringify({ retryPause: '50ms', killGrace: '500ms' });

const log = (at: Place) => {
  try {
    return readFileSync(join(at.runs().at(-1) ?? '', 'oneshot-log.ndjson'), 'utf8');
  } catch {
    return '';
  }
};
const hasBegun = (at: Place) => until('the agent has begun', () => log(at).includes('begun'));
const pids = (at: Place) => at.read('pids').trim().split('\n').map(Number);

function waitingRun(worker = WAITING, auditor = SAY_DONE) {
  const at = place();
  at.write('quick.json', CONFIG);
  const run = at.start(['do it', '--config', 'quick.json', ...scriptAgent(at, worker, auditor)]);
  return { at, run };
}

describe('A signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s interrupts the run, ends the agent and its descendants, and exits with %i',
    async (signal, code) => {
      const { at, run } = waitingRun();
      await hasBegun(at);
      process.kill(run.pid, signal);
      expect((await run.ended).code).toBe(code);
      expect(at.snapshot()).toMatchObject({ state: 'interrupted', reason: signal });
      expect(pids(at).some(isAlive)).toBe(false);
    },
  );

  it('is followed by resume, which goes on in the same iteration with what was done', async () => {
    const { at, run } = waitingRun();
    await hasBegun(at);
    process.kill(run.pid, 'SIGINT');
    await run.ended;
    at.write('go', '');
    expect((await at.oneshot(['resume', '--config', 'quick.json'])).code).toBe(0);
    expect(at.snapshot()).toMatchObject({ state: 'completed', iteration: 1 });
  });

  it('in the auditor leads back to an audit', async () => {
    const auditor = `cat >/dev/null; echo begun; while [ ! -e go ]; do sleep 0.02; done; echo '{"verdict":"done"}'`;
    const { at, run } = waitingRun('cat >/dev/null; echo did it', auditor);
    await hasBegun(at);
    process.kill(run.pid, 'SIGINT');
    await run.ended;
    at.write('go', '');
    expect((await at.oneshot(['resume'])).code).toBe(0);
    const { history, attempts } = await at.show();
    expect(history.map(({ state }) => state).slice(-4)).toEqual([
      'interrupted',
      'auditPending',
      'auditorExecuting',
      'completed',
    ]);
    expect(attempts.filter(({ role }) => role === 'worker')).toHaveLength(1);
  });

  it('a second time does not wait for an agent that ignores SIGTERM', async () => {
    const stubborn =
      "trap '' TERM; cat >/dev/null; echo $$ >>pids; echo begun; while :; do sleep 0.1; done";
    const at = place();
    at.write('slow.json', '{"killGrace":"60s"}');
    const run = at.start(['do it', '--config', 'slow.json', ...scriptAgent(at, stubborn)]);
    await hasBegun(at);
    process.kill(run.pid, 'SIGINT');
    await until('the stop is recorded', () => at.snapshot().state === 'interrupted');
    process.kill(run.pid, 'SIGINT');
    expect((await run.ended).code).toBe(130);
    expect(pids(at).some(isAlive)).toBe(false);
  });
});

describe('kill -9 of oneshot', () => {
  it('leaves the agent at work, and resume attaches to it', async () => {
    const { at, run } = waitingRun();
    await hasBegun(at);
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    const resumed = at.start(['resume']);
    await until('it is attached', () => at.snapshot().history.length === 4);
    at.write('go', '');
    expect((await resumed.ended).code).toBe(0);
    expect(pids(at)).toHaveLength(1);
    expect(at.snapshot().history.map(({ state }) => state)).toEqual([
      'created',
      'workerExecuting',
      'recoveryPending',
      'workerExecuting',
      'auditPending',
      'auditorExecuting',
      'completed',
    ]);
    expect(log(at).match(/begun/g)).toHaveLength(1);
  });

  it('does not lose the end of an agent that ended meanwhile', async () => {
    const { at, run } = waitingRun();
    await hasBegun(at);
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    at.write('go', '');
    const [pid = 0] = pids(at);
    await until('the agent has ended', () => !isAlive(pid));
    expect((await at.oneshot(['resume'])).code).toBe(0);
    expect(pids(at)).toHaveLength(1);
    expect((await at.show()).attempts).toHaveLength(2);
  });

  it('and of the agent starts the worker again without using up one of its attempts', async () => {
    const { at, run } = waitingRun(
      'cat >/dev/null; echo $$ >>pids; while [ ! -e go ]; do sleep 0.02; done; echo did it',
    );
    await until('the agent has begun', () => at.exists('pids') && at.snapshot().seq >= 2);
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    process.kill(pids(at)[0] ?? 0, 'SIGKILL');
    at.write('go', '');
    const resumed = await at.oneshot(['resume']);
    expect(resumed.code).toBe(0);
    expect(at.snapshot()).toMatchObject({ state: 'completed', iteration: 1 });
  });

  it('is said by list, and stop ends what it left', async () => {
    const { at, run } = waitingRun();
    await hasBegun(at);
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    expect((await at.oneshot(['list'])).out).toContain('workerExecuting (lost)');
    expect((await at.oneshot(['stop'])).code).toBe(0);
    expect(at.snapshot().state).toBe('interrupted');
    expect(pids(at).some(isAlive)).toBe(false);
  });
});

describe('The record', () => {
  it('is rebuilt from the journal when oneshot.json is torn', async () => {
    const { at, run } = waitingRun();
    await hasBegun(at);
    process.kill(run.pid, 'SIGINT');
    await run.ended;
    const [folder = ''] = at.runs();
    writeFileSync(join(folder, 'oneshot.json'), '{"version":1,"id":');
    at.write('go', '');
    expect((await at.oneshot(['resume'])).code).toBe(0);
  });

  it('with a torn last line goes on without it', async () => {
    const { at, run } = waitingRun();
    await hasBegun(at);
    process.kill(run.pid, 'SIGINT');
    await run.ended;
    const journal = join(at.runs()[0] ?? '', 'journal.ndjson');
    writeFileSync(journal, `${readFileSync(journal, 'utf8')}{"version":1,"seq":`);
    at.write('go', '');
    expect((await at.oneshot(['resume'])).code).toBe(0);
    expect((await at.show()).state).toBe('completed');
  });

  it('that was changed in the middle is refused with file and line, and left as it is', async () => {
    const { at, run } = waitingRun();
    await hasBegun(at);
    process.kill(run.pid, 'SIGINT');
    await run.ended;
    const journal = join(at.runs()[0] ?? '', 'journal.ndjson');
    const doctored = readFileSync(journal, 'utf8').replace('"run.start"', '"run.smart"');
    writeFileSync(journal, doctored);
    const { code, err } = await at.oneshot(['resume']);
    expect(code).toBe(2);
    expect(err).toContain('journal.ndjson:2');
    expect(readFileSync(journal, 'utf8')).toBe(doctored);
  });
});

describe('Two oneshots', () => {
  it('on one run: the second is refused with the pid of the first', async () => {
    const { at, run } = waitingRun();
    await hasBegun(at);
    const { code, err } = await at.oneshot(['resume', '--share']);
    expect(code).toBe(2);
    expect(err).toContain(String(run.pid));
    at.write('go', '');
    expect((await run.ended).code).toBe(0);
  });

  it('in one folder: the second is refused and names the run, wherever its runs folder is', async () => {
    const { at, run } = waitingRun();
    await hasBegun(at);
    const id = at.runs()[0]?.split('/').at(-1) ?? '?';
    const other = await at.oneshot([
      'other',
      '--runs-dir',
      'elsewhere',
      ...scriptAgent(at, 'echo did it'),
    ]);
    expect(other.code).toBe(2);
    expect(other.err).toContain(id);
    expect(at.exists('elsewhere')).toBe(false);
    at.write('go', '');
    await run.ended;
  });

  it('in one folder: the second waits with --wait, and runs beside with --share', async () => {
    const { at, run } = waitingRun();
    await hasBegun(at);
    const quick = [
      '--agent',
      'command',
      '--agent-command',
      at.write(
        'quick.sh',
        `#!/bin/sh\nif [ $ONESHOT_ATTEMPT = 0001-worker ]; then echo quick; else ${SAY_DONE}; fi`,
      ),
    ];
    expect((await at.oneshot(['other', '--share', ...quick])).code).toBe(0);
    const waiting = at.start(['third', '--wait', ...quick]);
    await until('it waits', () => waiting.err().includes('Waiting'));
    at.write('go', '');
    expect((await run.ended).code).toBe(0);
    expect((await waiting.ended).code).toBe(0);
  });

  it('in one folder, after the first was killed: the lock does not outlive its process', async () => {
    const { at, run } = waitingRun();
    await hasBegun(at);
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    const quick = at.write(
      'quick.sh',
      `#!/bin/sh\nif [ $ONESHOT_ATTEMPT = 0001-worker ]; then echo quick; else ${SAY_DONE}; fi`,
    );
    expect((await at.oneshot(['other', '--agent-command', quick])).code).toBe(0);
  });
});
