import { describe, expect, it } from '@jest/globals';
import { place, scriptAgent, until } from '../oneshot-process.ts';
import { git } from '../repository-place.ts';
import { ALL, DO_IT, RETRY, repository, tear } from './clean-runs.ts';

describe('oneshot clean', () => {
  it('shows what it would remove, and removes it only with --yes: the folder and the refs', async () => {
    const at = repository();
    await at.oneshot(['do it', ...scriptAgent(at, DO_IT)]);
    const before = git(at, 'for-each-ref');
    const dry = await at.oneshot(ALL);
    expect([dry.code, dry.out]).toEqual([
      0,
      expect.stringMatching(/completed, \S+ old, 4 refs\nWould remove 1 run, /),
    ]);
    expect([at.runs().length, git(at, 'for-each-ref')]).toEqual([1, before]);
    const { code, out } = await at.oneshot([...ALL, '--yes']);
    expect([code, out]).toEqual([0, expect.stringContaining('Removed 1 run, ')]);
    expect([at.runs(), git(at, 'for-each-ref', 'refs/oneshot')]).toEqual([[], '']);
    expect(at.read('made.txt')).toBe('new\n');
    expect(git(at, 'log', '--format=%s')).toBe('first');
  });

  it('leaves alone what is not old, what can still be resumed, and the states that are not meant', async () => {
    const at = repository();
    await at.oneshot(['do it', ...scriptAgent(at, DO_IT)]);
    await at.oneshot(['fail', '--max-iterations', '1', ...scriptAgent(at, DO_IT, RETRY)]);
    expect((await at.oneshot(['clean', '--yes'])).out).toContain('Removed 0 runs');
    expect((await at.oneshot([...ALL, '--state', 'rejected', '--yes'])).out).toContain(
      'Removed 0 runs',
    );
    expect((await at.oneshot([...ALL, '--yes'])).out).toContain('Removed 1 run,');
    expect(at.runs()).toHaveLength(1);
    const failed = await at.oneshot([...ALL, '--state', 'failed', '--yes']);
    expect([failed.code, failed.err]).toEqual([
      2,
      expect.stringContaining('only when it is named: --run ID'),
    ]);
    const named = await at.oneshot(['clean', '--run', 'latest', '--yes']);
    expect([named.code, at.runs()]).toEqual([0, []]);
  });

  it('removes nothing of a run that goes on, nor of one whose agent does', async () => {
    const at = repository();
    const slow = 'cat >/dev/null; touch begun; while [ ! -e go ]; do sleep 0.02; done; echo did it';
    const run = at.start(['do it', ...scriptAgent(at, slow)]);
    await until('it has begun', () => at.exists('begun'));
    const hosted = await at.oneshot(['clean', '--run', 'latest', '--yes']);
    expect([hosted.code, hosted.out]).toEqual([
      1,
      expect.stringContaining('kept: it goes on (pid'),
    ]);
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    const lost = await at.oneshot(['clean', '--run', 'latest', '--yes']);
    expect([lost.code, lost.out]).toEqual([
      1,
      expect.stringContaining('kept: its agent is at work (pid'),
    ]);
    at.write('go', '');
    expect((await at.oneshot(['resume'])).code).toBe(0);
  });

  it('removes a run that cannot be read when it is named, and cleans outside of git', async () => {
    const at = place();
    await at.oneshot(['do it', ...scriptAgent(at, DO_IT)]);
    tear(at);
    expect((await at.oneshot(['clean', '--run', 'latest'])).out).toContain('unreadable');
    expect((await at.oneshot(['clean', '--run', 'latest', '--yes'])).code).toBe(0);
    expect(at.runs()).toEqual([]);
  });

  it.each([
    [['--older-than', 'soon'], '--older-than is "soon"'],
    [['--run', 'nope'], 'begins with "nope"'],
  ])('says what is wrong with %j', async (args, said) => {
    const at = place();
    const { code, err } = await at.oneshot(['clean', ...args]);
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
  });
});
