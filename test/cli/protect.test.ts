import { describe, expect, it } from '@jest/globals';
import { place, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';

/** A check that a worker can get by with, when it may change it. */
function checkedPlace() {
  const at = place();
  at.write('check.sh', '#!/bin/sh\ntest -e feature\n');
  return at;
}

const FLAGS = ['--check', './check.sh', '--protect', '*.sh'];
const CHEAT = 'cat >prompt; printf "#!/bin/sh\\n" >check.sh; echo "All is done."';
const JUDGE = `cat >judged; ${SAY_DONE}`;

describe('A worker that makes the check pass by changing it', () => {
  it('was told to leave it alone; the auditor is told, and the run is marked', async () => {
    const at = checkedPlace();
    const { code, err } = await at.oneshot(['do it', ...FLAGS, ...scriptAgent(at, CHEAT, JUDGE)]);
    expect(code).toBe(0);
    expect(at.read('prompt')).toMatch(/# Files that you must not change\n[^#]*\n- \*\.sh\n/);
    expect(at.read('judged')).toMatch(
      /# Protected files were changed\n[^#]*\n- changed check\.sh\n/,
    );
    expect(err).toContain('completed (verified, but 1 protected file was changed)');
    expect(err).toContain('Protected: changed check.sh');
    const named = [{ path: 'check.sh', change: 'changed' }];
    expect(await at.show()).toMatchObject({
      verified: true,
      protectedChanges: { count: 1, named },
    });
    expect((await at.oneshot(['show'])).out).toContain('protected  changed check.sh');
  });

  it('does not get by with it when oneshot is killed meanwhile', async () => {
    const at = checkedPlace();
    const worker =
      'cat >/dev/null; printf "#!/bin/sh\\n" >check.sh; touch changed; while [ ! -e go ]; do sleep 0.02; done; echo done';
    const run = at.start(['do it', ...FLAGS, ...scriptAgent(at, worker, JUDGE)]);
    await until('the check is changed', () => at.exists('changed'));
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    at.write('go', '');
    expect((await at.oneshot(['resume'])).code).toBe(0);
    expect(at.read('judged')).toContain('- changed check.sh\n');
    expect((await at.show()).protectedChanges?.count).toBe(1);
  });
});

it('A worker that leaves protected files alone has nothing said of them', async () => {
  const at = checkedPlace();
  const worker = 'cat >/dev/null; touch feature; echo done';
  // The script of the agent is a protected file too: it is there before the run begins.
  const { code, err } = await at.oneshot(['do it', ...FLAGS, ...scriptAgent(at, worker, JUDGE)]);
  expect(code).toBe(0);
  expect(err).not.toContain('rotected');
  expect(at.read('judged')).not.toContain('rotected');
  expect((await at.show()).protectedChanges).toBeNull();
});
