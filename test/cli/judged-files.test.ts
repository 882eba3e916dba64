import { describe, expect, it } from '@jest/globals';
import { isAlive, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';
import { git, repositoryPlace } from '../repository-place.ts';

const WORKER = 'cat >/dev/null; echo 1 >value; echo worked';

/** Passes while the value is 1; notes each time that it runs where git does not look. */
const CHECK = 'echo x >>.git/checked; test "$(cat value)" = 1';

const roles = (attempts: readonly { role: string }[]) => attempts.map(({ role }) => role);

describe('The verdict done', () => {
  it('does not count for files that somebody changed while they were judged: they are checked and judged anew', async () => {
    const at = repositoryPlace();
    const auditor = `[ -e .git/judged ] || { touch .git/judged; echo note >note; }; ${SAY_DONE}`;
    const { code } = await at.oneshot([
      'do it',
      '--check',
      CHECK,
      ...scriptAgent(at, WORKER, auditor),
    ]);
    expect(code).toBe(0);
    expect(roles((await at.show()).attempts)).toEqual(['worker', 'auditor', 'auditor']);
    expect(at.read('.git/checked')).toBe('x\nx\n');
  });

  it('does not count for files that no longer pass: the worker is told, and no auditor is paid', async () => {
    const at = repositoryPlace();
    const worker = 'cat >.git/prompt-$ONESHOT_ATTEMPT; echo 1 >value; echo worked';
    const auditor = `[ -e .git/judged ] || { touch .git/judged; echo 2 >value; }; ${SAY_DONE}`;
    const { code } = await at.oneshot([
      'do it',
      '--check',
      CHECK,
      ...scriptAgent(at, worker, auditor),
    ]);
    expect(code).toBe(0);
    const { attempts } = await at.show();
    expect(roles(attempts)).toEqual(['worker', 'auditor', 'worker', 'auditor']);
    expect(at.read('.git/prompt-0003-worker')).toContain('exit code 1');
    expect(at.read('value')).toBe('1\n');
  });

  it('of files that were changed since does not count either when oneshot is killed while the checks run anew', async () => {
    const at = repositoryPlace();
    const auditor = `[ -e .git/judged ] || { touch .git/judged; echo note >note; }; ${SAY_DONE}`;
    const check = `${CHECK} && if [ "$(cat .git/checked | wc -l)" = 2 ]; then echo $$ >.git/pid; sleep 60; fi`;
    const run = at.start(['do it', '--check', check, ...scriptAgent(at, WORKER, auditor)]);
    await until('the checks run anew', () => at.exists('.git/pid') && at.read('.git/pid') !== '');
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    const { code } = await at.oneshot(['resume']);
    expect(code).toBe(0);
    expect(isAlive(Number(at.read('.git/pid')))).toBe(false);
    const { attempts, verified } = await at.show();
    expect([roles(attempts), verified]).toEqual([['worker', 'auditor', 'auditor'], true]);
    expect(at.read('.git/checked')).toBe('x\nx\nx\n');
  });

  it('fails the run when the files change whenever they are judged; resume goes on with the checks', async () => {
    const at = repositoryPlace();
    const auditor = `[ -e .git/calm ] || date +%N >>note; ${SAY_DONE}`;
    const flags = ['--check', CHECK, '--auditor-attempts', '2'];
    const { code, err } = await at.oneshot([
      'do it',
      ...flags,
      ...scriptAgent(at, WORKER, auditor),
    ]);
    expect(code).toBe(1);
    const { reason, attempts } = await at.show();
    expect([reason, roles(attempts)]).toEqual(['treeChanged', ['worker', 'auditor', 'auditor']]);
    expect(err).toContain('oneshot diff --attempt 3');
    at.write('.git/calm', '');
    expect((await at.oneshot(['resume'])).code).toBe(0);
    expect(at.read('.git/checked')).toBe('x\nx\nx\n');
    expect(git(at, 'status', '--short')).toContain('?? value');
  });
});
