import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { git } from '../repository-place.ts';
import { ALL, repository, tear, worktreeRun } from './clean-runs.ts';

describe('oneshot clean', () => {
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

  it('never removes the worktree of a run that cannot be read', async () => {
    const at = repository();
    const id = await worktreeRun(at);
    tear(at);
    const { code, out } = await at.oneshot(['clean', '--run', id, '--yes']);
    expect([code, out]).toEqual([1, expect.stringContaining('cannot be looked into with git')]);
    expect(existsSync(join(at.path, '.oneshot', id, 'worktree/made.txt'))).toBe(true);
  });
});
