import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { everythingOf } from '../actors/git-places.ts';
import { type Place, place, scriptAgent, until } from '../oneshot-process.ts';
import { prepared } from '../prepared-place.ts';
import { git } from '../repository-place.ts';
import { committedIn, idOf, repository, run, WORKER, worktree } from './worktree-runs.ts';

describe('A run with --worktree', () => {
  it("leaves the user's tree as it is, and its work committed on a branch of its own", async () => {
    const at = repository();
    at.write('mine.txt', 'not committed');
    const before = withoutRuns(at);
    const { code, err, id } = await run(at, WORKER);
    expect(code).toBe(0);
    expect(err).toContain(`What is not committed in ${at.path} is not in it.`);
    expect(err).toContain(`To bring it here: oneshot apply ${id}`);
    expect(withoutRuns(at)).toEqual(before);
    expect(git(at, 'show', `oneshot/${id}:new/made.txt`)).toBe('new');
    expect(git(at, 'log', '--format=%s', `main..oneshot/${id}`)).toBe('oneshot: do it');
    expect(git(worktree(at), 'status', '--porcelain')).toBe('');
  });

  it('is shown, compared and restored like any other', async () => {
    const { at, id } = await ran();
    const { path } = worktree(at);
    expect((await at.show()).worktree).toEqual({ path, branch: `oneshot/${id}` });
    expect((await at.oneshot(['show'])).out).toContain(`branch     oneshot/${id}`);
    expect((await at.oneshot(['diff', '--stat'])).out).toContain('new/made.txt');
    const { code } = await at.oneshot([
      'restore',
      '--attempt',
      '1',
      '--to',
      join(at.path, '.oneshot/x'),
    ]);
    expect([code, at.read('.oneshot/x/tracked.txt')]).toEqual([0, 'changed\n']);
  });

  it('that is interrupted commits nothing, goes on there, and commits at its end', async () => {
    const at = repository();
    const worker =
      'cat >/dev/null; echo half >>made.txt; echo begun; while [ ! -e ../../../go ]; do sleep 0.02; done; echo did it';
    const started = at.start(['do it', '--worktree', ...scriptAgent(at, worker)]);
    await until('it has written', () =>
      at.runs().some((path) => existsSync(join(path, 'worktree/made.txt'))),
    );
    process.kill(started.pid, 'SIGINT');
    expect((await started.ended).code).toBe(130);
    const id = idOf(at);
    expect(git(at, 'log', '--format=%s', `main..oneshot/${id}`)).toBe('');
    at.write('go', '');
    expect((await at.oneshot(['resume'])).code).toBe(0);
    expect(git(at, 'show', `oneshot/${id}:made.txt`)).toBe('half\nhalf');
  });

  it.each([
    [
      'where there is no commit yet',
      (at: Place) => git(at, 'init', '-q'),
      'has no commit to begin at',
    ],
    ['outside of git', () => undefined, 'is in none'],
    ['with an agent that is not in it', (at: Place) => committedIn(at), 'not-there'],
  ])('is refused %s, and leaves nothing behind', async (_, make, said) => {
    const at = place();
    make(at);
    const agent = [
      '--agent',
      'command',
      '--agent-command',
      said === 'not-there' ? './not-there.sh' : 'cat',
    ];
    if (said === 'not-there') at.write('not-there.sh', '#!/bin/sh\n');
    const { code, err } = await at.oneshot(['do it', '--worktree', ...agent]);
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
    expect(at.runs()).toEqual([]);
    if (existsSync(join(at.path, '.git'))) {
      expect(git(at, 'worktree', 'list', '--porcelain').match(/^worktree/gm)).toHaveLength(1);
      expect(git(at, 'branch', '--list', 'oneshot/*')).toBe('');
    }
  });
});

describe('oneshot apply', () => {
  it('moves the branch forward where nothing else happened', async () => {
    const { at } = await ran();
    const { code, out } = await at.oneshot(['apply']);
    expect([code, out]).toEqual([0, expect.stringContaining('is merged into')]);
    expect([at.read('tracked.txt'), at.read('new/made.txt')]).toEqual(['changed\n', 'new\n']);
    expect(git(at, 'status', '--porcelain', '--untracked-files=no')).toBe('');
    expect((await at.oneshot(['apply'])).out).toContain('There is nothing in');
  });

  it('merges with what was committed meanwhile, and keeps what is not committed', async () => {
    const { at } = await ran();
    commit(at, 'other.txt', 'mine');
    at.write('untouched.txt', 'dirty');
    const { code } = await at.oneshot(['apply']);
    expect(code).toBe(0);
    expect([at.read('tracked.txt'), at.read('other.txt'), at.read('untouched.txt')]).toEqual([
      'changed\n',
      'mine',
      'dirty',
    ]);
    expect(git(at, 'log', '-1', '--format=%P').split(' ')).toHaveLength(2);
    expect(git(at, 'diff', '--name-only', 'HEAD')).toBe('untouched.txt');
  });

  it.each([
    [
      'both sides changed the same lines',
      (at: Place) => commit(at, 'tracked.txt', 'otherwise'),
      [],
    ],
    ['a file that would change has changes', (at: Place) => at.write('tracked.txt', 'dirty'), []],
    [
      'a file that would be made is there',
      (at: Place) => {
        mkdirSync(join(at.path, 'new'));
        at.write('new/made.txt', 'mine');
      },
      [],
    ],
    ['a rebase is not finished', (at: Place) => rebasing(at), []],
    [
      'both sides changed the same lines',
      (at: Place) => commit(at, 'tracked.txt', 'otherwise'),
      ['--patch'],
    ],
    [
      'a file that would change has changes',
      (at: Place) => at.write('tracked.txt', 'dirty'),
      ['--patch'],
    ],
    [
      'a file that would be made is there',
      (at: Place) => {
        mkdirSync(join(at.path, 'new'));
        at.write('new/made.txt', 'mine');
      },
      ['--patch'],
    ],
  ])('changes nothing when %s', async (_, hinder, how) => {
    const { at, id } = await ran();
    hinder(at);
    const before = withoutRuns(at);
    const { code, err } = await at.oneshot(['apply', ...how]);
    expect([code, err]).toEqual([1, expect.stringContaining('Nothing was changed.')]);
    expect(err).toContain(`oneshot/${id}`);
    expect(withoutRuns(at)).toEqual(before);
  });

  it('--patch changes the files and commits nothing', async () => {
    const { at } = await ran();
    commit(at, 'other.txt', 'mine');
    const head = git(at, 'rev-parse', 'HEAD');
    const { code, out } = await at.oneshot(['apply', '--patch']);
    expect([code, out]).toEqual([0, expect.stringContaining('2 files of')]);
    expect([at.read('tracked.txt'), at.read('new/made.txt')]).toEqual(['changed\n', 'new\n']);
    expect(git(at, 'rev-parse', 'HEAD')).toBe(head);
    expect(git(at, 'diff', '--cached', '--name-only')).toBe('');
  });

  it('brings also what an interrupted run left uncommitted', async () => {
    const at = repository();
    const worker = 'cat >/dev/null; echo half >made.txt; sleep 60';
    const started = at.start(['do it', '--worktree', ...scriptAgent(at, worker)]);
    await until('it has written', () =>
      at.runs().some((path) => existsSync(join(path, 'worktree/made.txt'))),
    );
    const early = await at.oneshot(['apply']);
    expect([early.code, early.err]).toEqual([2, expect.stringContaining('goes on (pid')]);
    process.kill(started.pid, 'SIGINT');
    await started.ended;
    expect((await at.oneshot(['apply'])).code).toBe(0);
    expect(at.read('made.txt')).toBe('half\n');
  });

  it('has nothing to do for a run that worked here', async () => {
    const at = repository();
    await at.oneshot(['do it', ...scriptAgent(at, WORKER)]);
    const { code, err } = await at.oneshot(['apply']);
    expect([code, err]).toEqual([2, expect.stringContaining('its work is in')]);
  });
});

const ranPlace = prepared(async () => {
  const at = repository();
  expect((await run(at, WORKER)).code).toBe(0);
  return at;
});

async function ran() {
  const at = await ranPlace();
  return { at, id: idOf(at) };
}

function commit(at: Place, name: string, text: string): void {
  at.write(name, text);
  git(at, 'add', name);
  git(at, 'commit', '-q', '-m', `change ${name}`);
}

/** A person's own rebase, stopped in the middle, with nothing in the way of a merge. */
function rebasing(at: Place): void {
  commit(at, 'untouched.txt', 'main');
  expect(() => git(at, 'rebase', '-q', '--exec', 'false', 'HEAD~1')).toThrow();
}

/** Everything but what a run with a worktree may add: its branch, its objects, its runs. */
function withoutRuns(at: Place): Record<string, string> {
  const added =
    /\.git\/(refs\/heads\/oneshot|logs\/refs\/heads\/oneshot|worktrees|FETCH_HEAD)|\/(refs|logs|heads)$|^(agent\.sh)$|ORIG_HEAD/;
  const entries = Object.entries(everythingOf(at.path)).filter(([path]) => !added.test(path));
  return Object.fromEntries(entries);
}
