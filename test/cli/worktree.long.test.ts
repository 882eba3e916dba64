import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { scriptAgent, until } from '../oneshot-process.ts';
import { git } from '../repository-place.ts';
import { repository, run } from './worktree-runs.ts';

describe('A run with --worktree', () => {
  it('works in the folder that answers to the one where it was started', async () => {
    const at = repository();
    mkdirSync(join(at.path, 'part'));
    const agent = scriptAgent(at, 'cat >/dev/null; pwd >here.txt; echo did it');
    const { code } = await at.oneshot(['do it', '--worktree', '--cwd', 'part', ...agent]);
    expect(code).toBe(0);
    const [id = ''] = readdirSync(join(at.path, 'part/.oneshot')).filter((name) =>
      /^\d/.test(name),
    );
    expect(git(at, 'show', `oneshot/${id}:part/here.txt`)).toMatch(/worktree\/part$/);
  });

  it('goes on beside another one in the same repository', async () => {
    const at = repository();
    const slow =
      'cat >/dev/null; echo $ONESHOT_RUN >which.txt; while [ ! -e ../../../go ]; do sleep 0.02; done; echo did it';
    const agent = scriptAgent(at, slow);
    const runs = [1, 2].map((n) => at.start([`task ${n}`, '--worktree', ...agent]));
    await until(
      'both have begun',
      () => at.runs().filter((path) => existsSync(join(path, 'worktree/which.txt'))).length === 2,
    );
    at.write('go', '');
    expect((await Promise.all(runs.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([
      0, 0,
    ]);
    for (const path of at.runs()) {
      const id = path.split('/').at(-1) ?? '';
      expect(git(at, 'show', `oneshot/${id}:which.txt`)).toBe(id);
    }
  });

  it.each([
    [
      'on another branch',
      'git checkout -q -b elsewhere; echo more >more.txt; git add .; git -c user.name=a -c user.email=a@b commit -qm x',
    ],
    ['on no branch', 'git checkout -q --detach; echo more >more.txt'],
    [
      'beside its own branch',
      'echo more >more.txt; git add .; git -c user.name=a -c user.email=a@b commit -qm x; git checkout -q --detach HEAD~; echo late >late.txt',
    ],
  ])('keeps the work of an agent that left HEAD %s', async (_, deed) => {
    const at = repository();
    const { code, err, id } = await run(
      at,
      `cat >/dev/null; ${deed}; echo last >last.txt; echo did it`,
    );
    expect(code).toBe(0);
    expect(err).toContain('An agent had left the branch');
    expect(git(at, 'show', `oneshot/${id}:last.txt`)).toBe('last');
    expect(git(at, 'log', '--format=%s', `main..oneshot/${id}`)).toContain('oneshot: do it');
    if (deed.includes('late'))
      expect(git(at, 'log', '--format=%s', `oneshot/${id}`)).toContain('x');
  });

  it('names repositories within it, which no branch can hold', async () => {
    const at = repository();
    const worker = 'cat >/dev/null; mkdir inner; cd inner; git init -q; echo x >x.txt; echo did it';
    const { code, err, id } = await run(at, worker);
    expect(code).toBe(0);
    expect(err).toContain('since they are repositories of their own: inner/');
    expect(git(at, 'ls-tree', '-r', '--name-only', `oneshot/${id}`)).not.toContain('inner');
  });

  it('runs no hook of the user, and goes by their filters', async () => {
    const at = repository();
    at.write('.gitattributes', '*.dat filter=upper\n');
    git(at, 'config', 'filter.upper.clean', 'tr a-z A-Z');
    git(at, 'config', 'filter.upper.smudge', 'tr A-Z a-z');
    at.write('x.dat', 'text');
    git(at, 'add', '.');
    git(at, 'commit', '-q', '-m', 'filtered');
    for (const hook of [
      'post-checkout',
      'pre-commit',
      'commit-msg',
      'post-commit',
      'post-merge',
      'reference-transaction',
    ])
      at.write(`.git/hooks/${hook}`, `#!/bin/sh\necho ${hook} >>'${at.path}/hooks-run'; exit 1\n`);
    const { code, id } = await run(at, 'cat >/dev/null; cat x.dat >y.dat; echo did it');
    expect(code).toBe(0);
    expect(git(at, 'show', `oneshot/${id}:y.dat`)).toBe('TEXT');
    expect((await at.oneshot(['apply'])).code).toBe(0);
    expect([at.read('y.dat'), at.exists('hooks-run')]).toEqual(['text', false]);
  });
});
