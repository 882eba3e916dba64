import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Place, place, scriptAgent, until } from '../oneshot-process.ts';
import { git, repositoryPlace } from '../repository-place.ts';

const DO_IT = 'cat >/dev/null; echo new >>made.txt; echo did it';
const ALL = ['clean', '--older-than', '0d'];

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

  it('removes a worktree and a branch that is merged, and keeps a branch that is not', async () => {
    const at = repository();
    const first = await worktreeRun(at);
    await at.oneshot(['apply']);
    const second = await worktreeRun(at);
    const { code, out } = await at.oneshot([...ALL, '--yes']);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining(`its branch oneshot/${second} stays: it is merged nowhere`),
    ]);
    expect(out).not.toContain(`oneshot/${first}`);
    expect(at.runs()).toEqual([]);
    expect(git(at, 'branch', '--format=%(refname:short)').split('\n')).toEqual([
      'main',
      `oneshot/${second}`,
    ]);
    expect(git(at, 'worktree', 'list', '--porcelain').match(/^worktree/gm)).toHaveLength(1);
    expect(git(at, 'show', `oneshot/${second}:made.txt`)).toBe('new\nnew');
  });

  it.each([
    ['has what nobody has committed', 'echo x >late.txt', 'has 1 change that nobody has committed'],
    [
      'has a repository in it',
      'mkdir inner; cd inner; git init -q; touch x',
      'that nobody has committed',
    ],
    [
      'is at a commit on no branch',
      'git checkout -q --detach; git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x',
      'is at a commit that is on no branch',
    ],
    ['is none any more', 'rm .git', 'is no git worktree any more'],
  ])('never removes a worktree that %s', async (_, deed, why) => {
    const at = repository();
    const id = await worktreeRun(at);
    await at.oneshot(['apply']);
    const path = join(at.path, '.oneshot', id, 'worktree');
    execFileSync('sh', ['-c', deed], { cwd: path });
    for (const how of [ALL, ['clean', '--run', id]]) {
      const { out } = await at.oneshot([...how, '--yes']);
      expect(out).toContain(`kept: ${path} ${why.startsWith('that') ? '' : why}`);
      expect(out).toContain(why);
    }
    expect(existsSync(join(path, 'made.txt'))).toBe(true);
    expect(at.runs()).toHaveLength(1);
    expect(git(at, 'for-each-ref', `refs/oneshot/${id}`)).not.toBe('');
  });

  it('keeps a run whose worktree a fork works in', async () => {
    const at = repository();
    const id = await worktreeRun(at);
    await at.oneshot(['fork', id, '--no-start']);
    const { out } = await at.oneshot(['clean', '--run', id, '--yes']);
    expect(out).toMatch(/kept: the run \S+ works in its worktree/);
  });

  it('removes a run that cannot be read when it is named, and cleans outside of git', async () => {
    const at = place();
    await at.oneshot(['do it', ...scriptAgent(at, DO_IT)]);
    tear(at);
    expect((await at.oneshot(['clean', '--run', 'latest'])).out).toContain('unreadable');
    expect((await at.oneshot(['clean', '--run', 'latest', '--yes'])).code).toBe(0);
    expect(at.runs()).toEqual([]);
  });

  it('never removes the worktree of a run that cannot be read', async () => {
    const at = repository();
    const id = await worktreeRun(at);
    tear(at);
    const { code, out } = await at.oneshot(['clean', '--run', id, '--yes']);
    expect([code, out]).toEqual([1, expect.stringContaining('cannot be looked into with git')]);
    expect(existsSync(join(at.path, '.oneshot', id, 'worktree/made.txt'))).toBe(true);
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

function tear(at: Place): void {
  writeFileSync(join(at.runs().at(-1) ?? '', 'journal.ndjson'), 'torn\n');
}

const RETRY = `cat >/dev/null; echo '{"verdict":"retry","feedback":"more"}'`;

const repository = () => repositoryPlace({ excluded: ['agent.sh', 'begun', 'go'] });

async function worktreeRun(at: Place): Promise<string> {
  const { code } = await at.oneshot(['do it', '--worktree', ...scriptAgent(at, DO_IT)]);
  expect(code).toBe(0);
  return at.runs().at(-1)?.split('/').at(-1) ?? '';
}
