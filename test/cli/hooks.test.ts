import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { HookInput, HookRecord } from '../../services/hooks.ts';
import { isAlive, type Place, place, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';

const DO_IT = 'cat >/dev/null; echo did it';

describe('Hooks', () => {
  it('are told on standard input what has happened, each when it has', async () => {
    const at = place();
    const { code } = await run(at, {
      completed: 'cat >>completed',
      failed: 'cat >>failed',
      transition: ['cat >>all', { command: 'echo x >>more', timeout: '5s' }],
    });
    expect(code).toBe(0);
    expect(seen(at, 'completed')).toEqual([
      expect.objectContaining({
        event: 'completed',
        state: 'completed',
        from: 'auditorExecuting',
        exitCode: 0,
        evidence: 'unverified: no required check was configured',
        protectedChanges: null,
        task: 'do it',
        cwd: at.path,
        folder: at.runs()[0],
      }),
    ]);
    expect(at.exists('failed')).toBe(false);
    expect(seen(at, 'all').map(({ state }) => state)).toEqual([
      'created',
      'workerExecuting',
      'auditPending',
      'auditorExecuting',
      'completed',
    ]);
    expect(at.read('more').split('\n')).toHaveLength(6);
    expect(logged(at).every(({ exitCode }) => exitCode === 0)).toBe(true);
  });

  it.each([
    [
      'failed',
      ['--max-iterations', '1'],
      `cat >/dev/null; echo '{"verdict":"retry","feedback":"x"}'`,
      4,
    ],
    ['rejected', [], `cat >/dev/null; echo '{"verdict":"impossible","feedback":"no"}'`, 3],
  ] as const)('tell that a run is %s', async (event, args, auditor, exitCode) => {
    const at = place();
    await run(at, { [event]: 'cat >seen', completed: 'touch wrong' }, DO_IT, auditor, args);
    expect(seen(at, 'seen')).toEqual([expect.objectContaining({ event, state: event, exitCode })]);
    expect(at.exists('wrong')).toBe(false);
  });

  it('tell that a run is interrupted, and go on with those of its resume', async () => {
    const at = place();
    const worker =
      'cat >/dev/null; touch begun; while [ ! -e go ]; do sleep 0.02; done; echo did it';
    const started = at.start([
      'do it',
      ...configured(at, { interrupted: 'cat >seen', completed: 'cat >done' }),
      ...scriptAgent(at, worker),
    ]);
    await until('it has begun', () => at.exists('begun'));
    process.kill(started.pid, 'SIGINT');
    expect((await started.ended).code).toBe(130);
    expect(seen(at, 'seen')).toEqual([
      expect.objectContaining({ reason: 'SIGINT', exitCode: 130 }),
    ]);
    at.write('go', '');
    expect((await at.oneshot(['resume', '--config', 'hooks.json'])).code).toBe(0);
    expect(seen(at, 'done')).toHaveLength(1);
  });

  it('tell that a run waits for a usage limit, and until when', async () => {
    const at = place();
    const scenario = {
      worker: [[{ result: 'too much', failure: 'limited', resumeAt: 4_102_444_800_000 }]],
    };
    at.write('scenario.json', JSON.stringify(scenario));
    const args = configured(at, { waitingForQuota: 'cat >seen' });
    const started = at.start(['do it', ...args, '--agent', 'scripted', '--', 'scenario.json']);
    await until('the hook has read it', () => at.exists('seen') && at.read('seen').endsWith('\n'));
    process.kill(started.pid, 'SIGTERM');
    expect((await started.ended).code).toBe(143);
    expect(seen(at, 'seen')).toEqual([
      expect.objectContaining({
        state: 'waitingForQuota',
        resumeAt: 4_102_444_800_000,
        exitCode: null,
      }),
    ]);
  });

  it('that fail, hang or cannot be are logged and said, and change nothing', async () => {
    const at = place();
    const hang = 'sh -c "echo \\$\\$ >pid; sleep 60" & wait';
    const { code, err } = await run(at, {
      completed: [
        'echo broken >&2; exit 7',
        { command: hang, timeout: '300ms' },
        'kill -9 $$',
        'cat >after',
      ],
    });
    expect(code).toBe(0);
    expect(err).toContain(
      'The hook for completed (echo broken >&2; exit 7) failed: it exited with code 7.',
    );
    expect(err).toContain('failed: it took longer than its limit of 300 ms.');
    const pid = Number(at.read('pid'));
    expect([pid > 1, isAlive(pid)]).toEqual([true, false]);
    expect(logged(at)).toEqual([
      expect.objectContaining({ exitCode: 7, output: 'broken\n' }),
      expect.objectContaining({ failure: expect.stringContaining('300 ms') }),
      expect.objectContaining({ signal: 'SIGKILL' }),
      expect.objectContaining({ exitCode: 0, failure: null }),
    ]);
    expect(seen(at, 'after')).toHaveLength(1);
  });

  it('are not waited for by the run, and outlive the end of an attempt', async () => {
    const at = place();
    const waits = 'while [ ! -e judged ]; do sleep 0.02; done; cat >seen';
    const auditor = `cat >/dev/null; touch judged; echo '{"verdict":"done"}'`;
    await run(at, { transition: { command: waits, timeout: '30s' } }, DO_IT, auditor);
    expect(logged(at).map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
  });

  it('are ended at once by a second signal', async () => {
    const at = place();
    const args = configured(at, {
      interrupted: { command: 'touch hooked; sleep 60', timeout: '50s' },
    });
    const worker = 'cat >/dev/null; touch begun; sleep 60';
    const started = at.start(['do it', ...args, ...scriptAgent(at, worker)]);
    await until('it has begun', () => at.exists('begun'));
    process.kill(started.pid, 'SIGINT');
    await until('the hook runs', () => at.exists('hooked'));
    process.kill(started.pid, 'SIGINT');
    expect((await started.ended).code).toBe(130);
    expect(logged(at)).toEqual([expect.objectContaining({ failure: 'it was ended with the run' })]);
  });

  it('can be a notification of the desktop, whose program may be missing', async () => {
    const at = place();
    at.write(
      'notify-send',
      `#!/bin/sh\nfor word; do echo "[$word]"; done >>'${at.path}/notified'\n`,
    );
    const env = { PATH: `${at.path}:${process.env.PATH}` };
    const args = configured(at, { completed: ['notify', 'bell'] });
    const task = 'mend <b>this</b> & that';
    const there = await at.oneshot([task, ...args, ...scriptAgent(at, DO_IT)], { env });
    expect([there.code, at.read('notified')]).toEqual([
      0,
      '[--app-name=oneshot]\n[--]\n[oneshot: completed (unverified: no required check was configured)]\n[mend &#60;b&#62;this&#60;/b&#62; &#38; that]\n',
    ]);
    at.write('notify-send', '');
    const missing = await at.oneshot([task, ...args, ...scriptAgent(at, DO_IT)], {
      env: { PATH: `${process.env.PATH}` },
    });
    expect(missing.code).toBe(0);
    expect(logged(at)[0]?.failure).toContain('could not be started');
  });

  it('have their secrets kept out of the log and the screen', async () => {
    const at = place();
    const args = configured(at, { completed: 'echo $MY_TOKEN; echo canary-77aa12bb; exit 1' });
    const env = { MY_TOKEN: 'canary-77aa12bb' };
    const { err } = await at.oneshot(['do it', ...args, ...scriptAgent(at, DO_IT)], { env });
    expect(err).toContain('The hook for completed');
    expect(err + JSON.stringify(logged(at))).not.toContain('canary');
  });

  it.each([
    [{ complete: 'x' }, 'an object of `completed`'],
    [{ completed: 7 }, 'an object of `completed`'],
    [{ completed: { command: 'x', timeout: 'soon' } }, 'an object of `completed`'],
    [{ completed: { command: 'x', when: 'now' } }, 'an object of `completed`'],
  ])('are refused when they are wrong: %j', async (on, said) => {
    const at = place();
    const { code, err } = await at.oneshot([
      'do it',
      ...configured(at, on),
      ...scriptAgent(at, DO_IT),
    ]);
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
  });
});

function configured(at: Place, on: object): string[] {
  at.write('hooks.json', JSON.stringify({ on, killGrace: '300ms', retryPause: '50ms' }));
  return ['--config', 'hooks.json'];
}

function run(
  at: Place,
  on: object,
  worker = DO_IT,
  auditor = SAY_DONE,
  args: readonly string[] = [],
) {
  return at.oneshot(['do it', ...configured(at, on), ...args, ...scriptAgent(at, worker, auditor)]);
}

function seen(at: Place, name: string): HookInput[] {
  return at
    .read(name)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** The log of the newest run. */
function logged(at: Place): HookRecord[] {
  const log = readFileSync(join(at.runs().at(-1) ?? '', 'hooks.ndjson'), 'utf8');
  return log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
