import { describe, expect, it } from '@jest/globals';
import { isAlive, place, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';

const roles = (attempts: readonly { role: string }[]) => attempts.map(({ role }) => role);

describe('A check', () => {
  it("that fails is the next worker's feedback, and no auditor is asked for it", async () => {
    const at = place();
    const worker =
      'cat >prompt-$ONESHOT_ATTEMPT; [ -e first ] && touch fixed; touch first; echo worked';
    const check = 'test -e fixed || { echo "fixed is missing"; exit 7; }';
    const { code } = await at.oneshot(['do it', '--check', check, ...scriptAgent(at, worker)]);
    expect(code).toBe(0);
    const { attempts, verified } = await at.show();
    expect(roles(attempts)).toEqual(['worker', 'worker', 'auditor']);
    expect(at.read('prompt-0002-worker')).toContain('fixed is missing');
    expect(verified).toBe(true);
  });

  it('that never passes is never overruled by an auditor', async () => {
    const at = place();
    const args = ['do it', '--check', 'false', '--max-iterations', '2'];
    const { code } = await at.oneshot([
      ...args,
      ...scriptAgent(at, 'cat >/dev/null; echo "all done"', SAY_DONE),
    ]);
    expect(code).toBe(4);
    expect(roles((await at.show()).attempts)).toEqual(['worker', 'worker']);
  });

  it('is ended by an interruption, and runs again after resume without the worker', async () => {
    const at = place();
    const check = 'echo $$ >checking; while [ ! -e go ]; do sleep 0.02; done';
    const agent = scriptAgent(at, 'cat >/dev/null; echo x >>starts; echo worked');
    const run = at.start(['do it', '--check', check, ...agent]);
    await until('the check runs', () => at.exists('checking') && at.read('checking') !== '');
    const pid = Number(at.read('checking'));
    process.kill(run.pid, 'SIGINT');
    expect((await run.ended).code).toBe(130);
    expect(isAlive(pid)).toBe(false);
    at.write('go', '');
    expect((await at.oneshot(['resume'])).code).toBe(0);
    expect(at.read('starts')).toBe('x\n');
  });
});

describe('A signal', () => {
  it('in the pause before a role is started again interrupts at once, and resume looks again', async () => {
    const at = place();
    at.write('slow.json', '{"retryPause":"60s"}');
    const worker = 'cat >/dev/null; if [ -e go ]; then echo worked; else exit 3; fi';
    const run = at.start(['do it', '--config', 'slow.json', ...scriptAgent(at, worker)]);
    await until(
      'it pauses',
      () => run.err().includes('recoveryPending') && at.snapshot().reason === 'dead',
    );
    process.kill(run.pid, 'SIGTERM');
    expect((await run.ended).code).toBe(143);
    expect(at.snapshot().state).toBe('interrupted');
  });
});

describe('A check that oneshot ends', () => {
  it.each([
    [
      'takes too long',
      { timeout: '300ms' },
      'trap "exit 0" TERM; sleep 60 & wait',
      'took longer than 0.3 s',
    ],
    ['prints too much', {}, 'trap "exit 0" TERM; yes & wait', 'printed more than 1000000 bytes'],
  ])(
    'since it %s has failed, also when it leaves with exit code 0',
    async (_, set, command, why) => {
      const at = place();
      const check = { name: 'endless', command, ...set };
      at.write(
        'endless.json',
        JSON.stringify({ checks: [check], outputLimit: '1MB', maxIterations: 2 }),
      );
      const worker = 'cat >prompt-$ONESHOT_ATTEMPT; echo worked';
      const { code } = await at.oneshot([
        'do it',
        '--config',
        'endless.json',
        ...scriptAgent(at, worker),
      ]);
      expect(code).toBe(4);
      expect(at.read('prompt-0002-worker')).toContain(
        `The check "endless" (${command}) ${why} and was stopped`,
      );
    },
  );
});

describe('What a check printed', () => {
  it('is evidence for the auditor, its beginning and its end', async () => {
    const at = place();
    const command = 'echo first; seq 1 1000; echo "3 passed" >&2';
    const auditor = `cat >judged; ${SAY_DONE}`;
    await at.oneshot(['do it', '--check', command, ...scriptAgent(at, 'cat', auditor)]);
    expect(at.read('judged')).toMatch(/: passed \(exit code 0, \d+ ms\), printed:\n> first\n> 1\n/);
    expect(at.read('judged')).toMatch(/\n> \[…\]\n(?:> \d*\n)+> 3 passed\n/);
  });
});

describe('oneshot show', () => {
  it('tells how the checks ended, those that failed too', async () => {
    const at = place();
    const checks = [
      { name: 'slow', command: 'sleep 60', timeout: '200ms', required: false },
      { name: 'tests', command: 'exit 3' },
    ];
    at.write('checks.json', JSON.stringify({ checks, maxIterations: 1 }));
    await at.oneshot(['do it', '--config', 'checks.json', ...scriptAgent(at, 'cat')]);
    const { out } = await at.oneshot(['show']);
    expect(out).toMatch(/\ncheck {6}slow: FAILED \(stopped: timeout, \d+ms\), not required\n/);
    expect(out).toMatch(/\ncheck {6}tests: FAILED \(exit 3, \d+ms\)\n/);
    const { checks: shown } = await at.show();
    expect(shown.map(({ name, passed, end }) => [name, passed, end])).toEqual([
      ['slow', false, 'timeout'],
      ['tests', false, 'exited'],
    ]);
  });
});
