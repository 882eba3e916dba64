import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { until } from '../oneshot-process.ts';
import {
  contentOf,
  everythingOf,
  filesOf,
  folder,
  type GitPlace,
  gitPlace,
  onDisk,
  recording,
  repository,
} from './git-places.ts';

/** States of a repository that a person may be in the middle of. */
const SITUATIONS: [name: string, make: () => GitPlace][] = [
  ['with a clean tree', () => committed()],
  ['with no commit', () => withFiles(repository())],
  ['with nothing at all', () => repository()],
  ['with staged, changed and untracked files', () => dirty(committed())],
  ['with a detached HEAD', () => dirty(detached(committed()))],
  ['with a stash', () => stashed(committed())],
  ['in the middle of a rebase', () => rebasing(committed())],
  ['with a merge conflict in the index', () => conflicting(committed())],
  ['in a linked work tree', () => dirty(linked(committed()))],
  ['with a submodule', () => dirty(withSubmodule(committed()))],
  ['with a sparse checkout', () => sparse(committed())],
  ['with a split index', () => splitIndex(committed())],
  ['with files that git was told to take for unchanged', () => assumed(committed())],
];

describe('Recording a work tree', () => {
  it.each(SITUATIONS)('%s leaves everything byte-identical', async (_, make) => {
    const at = make();
    const top = join(at.path, '..');
    const before = everythingOf(top);
    const { around, told, recorder } = recording(at, { runsDir: join(folder(), 'runs') });
    const trees = await around();
    await recorder.close();
    expect(told).toEqual([]);
    expect(trees?.after?.tree).toBe(trees?.before?.tree);
    expect(trees?.after?.commit).toBe(at.git('rev-parse', 'refs/oneshot/run-1/0001-worker'));
    expect(trees?.before?.commit).toBe(
      at.git('rev-parse', 'refs/oneshot/run-1/0001-worker-before'),
    );
    expect(everythingOf(top)).toEqual(before);
  });

  it.each(SITUATIONS)('%s records every file as it is on disk', async (_, make) => {
    const at = make();
    const trees = await recording(at).around(() => at.write('new/file.txt', 'made by an agent'));
    const tree = trees?.after?.tree ?? '';
    expect(filesOf(at, tree)).toEqual(onDisk(at));
    expect(Object.keys(filesOf(at, tree))).toContain('100644 new/file.txt');
  });

  it('records staged, changed, untracked, deleted, ignored and hidden files as what they are', async () => {
    const at = dirty(committed());
    at.write('.gitignore', 'ignored.txt\nforced.log\n');
    at.write('ignored.txt', 'ignored');
    at.write('forced.log', 'tracked though ignored');
    at.git('add', '-f', 'forced.log');
    at.write('forced.log', 'tracked though ignored, and changed');
    at.write('.hidden/deep/file', 'hidden');
    at.remove('b.txt');
    const trees = await recording(at).around();
    const tree = trees?.after?.tree ?? '';
    const names = Object.keys(filesOf(at, tree)).map((entry) => entry.slice(7));
    expect(names).toEqual(
      expect.arrayContaining(['.gitignore', '.hidden/deep/file', 'a.txt', 'forced.log']),
    );
    expect(names).not.toContain('ignored.txt');
    expect(names).not.toContain('b.txt');
    expect(`${contentOf(at, tree, 'forced.log')}`).toBe('tracked though ignored, and changed');
  });

  it('keeps executable bits, links (also broken ones) and empty files', async () => {
    const at = repository();
    at.write('run.sh', '#!/bin/sh\n', 0o755);
    at.write('empty', '');
    symlinkSync('run.sh', join(at.path, 'link'));
    symlinkSync('../nowhere', join(at.path, 'broken'));
    const trees = await recording(at).around();
    expect(Object.keys(filesOf(at, trees?.after?.tree ?? '')).sort()).toEqual([
      '100644 empty',
      '100755 run.sh',
      '120000 broken',
      '120000 link',
    ]);
  });

  it('keeps names with line ends, quotes, backslashes, leading dashes and bytes that are no UTF-8', async () => {
    const at = repository();
    const names = [
      'two\nlines',
      'a "quote"',
      'back\\slash',
      '-dash',
      ' blank ',
      'ü',
      '[glob]*?',
      'tab\t.txt',
    ];
    for (const name of names) at.write(name, name);
    writeFileSync(
      Buffer.concat([Buffer.from(`${at.path}/`), Buffer.from([0xff, 0xfe, 0x41])]),
      'x',
    );
    const trees = await recording(at).around();
    const entries = filesOf(at, trees?.after?.tree ?? '');
    expect(Object.keys(entries)).toHaveLength(names.length + 1);
    expect(entries).toEqual(onDisk(at));
    expect(entries).toHaveProperty(['100644 \xff\xfeA']);
  });

  it('leaves out what is larger than the limit, by name, and takes it when it has shrunk', async () => {
    const at = committed();
    at.write('huge.bin', '');
    truncateSync(join(at.path, 'huge.bin'), 200e6);
    const { around } = recording(at);
    const first = await around();
    const large = { path: 'huge.bin', bytes: 200e6, why: 'tooLarge' };
    expect(first?.before?.skipped).toEqual([large]);
    expect(first?.after?.skipped).toEqual([large]);
    expect(Object.keys(filesOf(at, first?.after?.tree ?? ''))).not.toContain('100644 huge.bin');
    const second = await around(() => truncateSync(join(at.path, 'huge.bin'), 2_000), 2);
    expect(second?.after?.skipped).toEqual([]);
    expect(Object.keys(filesOf(at, second?.after?.tree ?? ''))).toContain('100644 huge.bin');
  });

  it('leaves out a tracked file that has grown beyond the limit', async () => {
    const at = committed();
    const { around } = recording(at, { fileLimitBytes: 1_000 });
    const trees = await around(() => at.write('a.txt', 'x'.repeat(1_001)));
    expect(trees?.before?.skipped).toEqual([]);
    expect(trees?.after?.skipped).toEqual([{ path: 'a.txt', bytes: 1_001, why: 'tooLarge' }]);
  });

  const asOther = process.getuid?.() === 0 ? it.skip : it;
  asOther('names what it may not read, and records the rest', async () => {
    const at = committed();
    at.write('closed.txt', 'secret', 0o000);
    at.write('shut/inside.txt', 'secret');
    execFileSync('chmod', ['000', join(at.path, 'shut')]);
    const trees = await recording(at).around();
    expect(trees?.after?.skipped).toEqual([
      { path: 'closed.txt', bytes: 6, why: 'unreadable' },
      { path: 'shut/', bytes: 0, why: 'unreadable' },
    ]);
    expect(Object.keys(filesOf(at, trees?.after?.tree ?? ''))).toContain('100644 a.txt');
  });

  it('never records the runs, even when somebody tracks them or lifts their ignoring', async () => {
    const at = committed();
    at.write('.gitignore', '!.oneshot\n!.oneshot/**\n');
    at.write('.oneshot/.gitignore', '');
    at.write('.oneshot/tracked.txt', 'x');
    at.git('add', '-f', '.oneshot/tracked.txt');
    const { around } = recording(at);
    writeFileSync(join(at.path, '.oneshot/.gitignore'), '!*\n');
    const trees = await around();
    const names = Object.keys(filesOf(at, trees?.after?.tree ?? ''));
    expect(names.filter((name) => name.includes('.oneshot'))).toEqual([]);
  });

  it('records the files of repositories within it, and of those within them, without their own ignored ones', async () => {
    const at = withSubmodule(committed());
    const inner = repository(join(at.path, 'inner'));
    inner.write('.gitignore', 'built\n');
    inner.write('built', 'x');
    inner.write('inner.txt', 'inner');
    inner.commit('inner');
    inner.write('untracked.txt', 'an agent wrote this');
    const innermost = repository(join(at.path, 'inner/deep/innermost'));
    innermost.write('innermost.txt', 'no commit yet');
    const trees = await recording(at).around(() =>
      at.write('sub/sub.txt', 'changed in the submodule'),
    );
    const tree = trees?.after?.tree ?? '';
    expect(filesOf(at, tree)).toEqual(onDisk(at, ['inner/built']));
    expect(`${contentOf(at, tree, 'sub/sub.txt')}`).toBe('changed in the submodule');
    expect(Object.keys(filesOf(at, tree))).toEqual(
      expect.arrayContaining([
        '100644 inner/untracked.txt',
        '100644 inner/deep/innermost/innermost.txt',
      ]),
    );
  });

  it('follows a file that became a folder, and a folder that became a file', async () => {
    const at = committed();
    at.write('was-folder/one/two.txt', 'x');
    at.write('was-file', 'x');
    const trees = await recording(at).around(() => {
      at.remove('was-folder');
      at.write('was-folder', 'now a file');
      at.remove('was-file');
      at.write('was-file/now/deep.txt', 'now a folder');
    });
    expect(filesOf(at, trees?.after?.tree ?? '')).toEqual(onDisk(at));
  });

  it('sees a change that leaves size and second as they were', async () => {
    const at = committed();
    const { around } = recording(at);
    const trees = await around(() => at.write('a.txt', 'A'));
    expect(trees?.after?.tree).not.toBe(trees?.before?.tree);
  });

  it('runs no hook, no filter and no watcher of the configuration, and records the bytes on disk', async () => {
    const at = committed();
    at.write(
      '.gitattributes',
      '*.dat filter=spy\n*.txt text eol=lf ident\n*.u16 working-tree-encoding=UTF-16\n',
    );
    at.write('data.dat', 'raw');
    at.write('crlf.txt', 'one\r\n$Id$\r\n');
    const witness = join(at.home, 'witness');
    at.write('../spy', `#!/bin/sh\necho "$0 $@" >>'${witness}'\ncat\n`, 0o755);
    const spy = join(at.home, 'spy');
    for (const key of ['clean', 'smudge', 'process']) at.git('config', `filter.spy.${key}`, spy);
    at.git('config', 'filter.spy.required', 'true');
    at.git('config', 'core.fsmonitor', spy);
    at.git('config', 'core.autocrlf', 'true');
    at.git('config', 'core.hooksPath', at.home);
    for (const hook of [
      'reference-transaction',
      'post-index-change',
      'pre-commit',
      'post-checkout',
    ]) {
      at.write(`../${hook}`, `#!/bin/sh\necho ${hook} >>'${witness}'\n`, 0o755);
    }
    gitPlace(at.home).remove('witness');
    const trees = await recording(at, { runsDir: join(folder(), 'runs') }).around(() =>
      at.write('more.dat', 'raw'),
    );
    const tree = trees?.after?.tree ?? '';
    expect(gitPlace(at.home).exists('witness')).toBe(false);
    expect(`${contentOf(at, tree, 'crlf.txt')}`).toBe('one\r\n$Id$\r\n');
    expect(`${contentOf(at, tree, 'more.dat')}`).toBe('raw');
  });

  it('heeds what the user ignores everywhere and in this repository only', async () => {
    const at = committed();
    at.write('../everywhere', '*.swp\n');
    at.git('config', '--file', join(at.home, '.gitconfig'), 'core.excludesFile', '~/everywhere');
    writeFileSync(join(at.path, '.git/info/exclude'), 'mine\n');
    at.write('x.swp', 'x');
    at.write('mine', 'x');
    const trees = await recording(at).around();
    const names = Object.keys(filesOf(at, trees?.after?.tree ?? ''));
    expect(names.filter((name) => /swp|mine/.test(name))).toEqual([]);
  });

  it('keeps the commits that HEAD was at, and what was staged, alive', async () => {
    const at = dirty(committed());
    const head = at.git('rev-parse', 'HEAD');
    const trees = await recording(at).around(() => at.git('reset', '-q', '--hard', 'HEAD'));
    const { commit = '' } = trees?.before ?? {};
    expect(trees?.before?.head).toBe(head);
    expect(at.git('rev-parse', `${commit}^1`)).toBe(head);
    expect(at.git('show', `${commit}^2:staged.txt`)).toBe('staged');
  });

  it('is not led astray by the variables of a hook that oneshot runs in', async () => {
    const at = committed();
    const other = committed();
    const environment = { GIT_DIR: join(other.path, '.git'), GIT_INDEX_FILE: '/nowhere/index' };
    const trees = await recording(at, { environment }).around();
    expect(trees?.after?.commit).toBe(at.git('rev-parse', 'refs/oneshot/run-1/0001-worker'));
    expect(other.git('for-each-ref', 'refs/oneshot')).toBe('');
  });

  it('records the whole repository when the run works in a folder of it', async () => {
    const at = committed();
    at.write('packages/one/x.txt', 'x');
    const cwd = join(at.path, 'packages/one');
    const trees = await recording(at, { cwd, runsDir: join(cwd, '.oneshot') }).around();
    expect(filesOf(at, trees?.after?.tree ?? '')).toEqual(onDisk(at));
  });

  it('records in a repository whose objects are named by SHA-256', async () => {
    const at = gitPlace(folder());
    at.git('init', '-q', '--object-format=sha256');
    withFiles(at);
    at.commit('first');
    const trees = await recording(at).around();
    expect(trees?.after?.tree).toHaveLength(64);
    expect(filesOf(at, trees?.after?.tree ?? '')).toEqual(onDisk(at, [], 'sha256'));
  });

  it('goes on from the index of an earlier run, and does without one that is torn', async () => {
    const at = dirty(committed());
    const first = await recording(at).around();
    const cache = execFileSync('sh', ['-c', 'ls -d .oneshot/.index-*'], {
      cwd: at.path,
    }).toString();
    const second = await recording(at, { runId: 'run-2' }).around();
    expect(second?.before?.tree).toBe(first?.after?.tree);
    truncateSync(join(at.path, cache.trim()), 100);
    const { around, told } = recording(at, { runId: 'run-3' });
    expect((await around())?.before?.tree).toBe(first?.after?.tree);
    expect(told).toEqual([]);
  });

  it('reads everything again when objects that the kept index knows are gone', async () => {
    const at = withFiles(repository());
    const first = await recording(at).around();
    for (const ref of at.git('for-each-ref', '--format=%(refname)', 'refs/oneshot').split('\n'))
      at.git('update-ref', '-d', ref);
    at.git('prune', '--expire=now');
    const second = await recording(at, { runId: 'run-2' }).around();
    expect(second?.before?.tree).toBe(first?.after?.tree);
    expect(filesOf(at, second?.after?.tree ?? '')).toEqual(onDisk(at));
  });

  it('says once that a folder is in no git work tree, and goes on without', async () => {
    const at = gitPlace(folder());
    const { around, told } = recording(at);
    expect(await around()).toBeNull();
    expect(await around(undefined, 2)).toBeNull();
    expect(told).toEqual([
      `${at.path} is in no git work tree, so what the attempts change is not recorded.`,
    ]);
  });

  it('says once that git is not installed, and goes on without', async () => {
    const at = committed();
    const { around, told } = recording(at, { environment: { PATH: '/nowhere' } });
    await around();
    await around(undefined, 2);
    expect(told).toEqual([expect.stringContaining('git cannot be started')]);
  });

  it('says once that the folder of the run is ignored, and goes on without', async () => {
    const at = committed();
    at.write('.gitignore', 'scratch/\n');
    at.write('scratch/x.txt', 'x');
    const cwd = join(at.path, 'scratch');
    const { around, told } = recording(at, { cwd });
    expect(await around()).toBeNull();
    expect(told).toEqual([expect.stringContaining(`is ignored in ${at.path}`)]);
  });

  it('puts no masses of untracked files into the repository, and says what to do', async () => {
    const at = committed();
    for (let index = 0; index < 45; index += 1) {
      at.write(`data/${index}.bin`, '');
      truncateSync(join(at.path, `data/${index}.bin`), 49_000_000);
    }
    const { around, told } = recording(at);
    await around();
    await around(undefined, 2);
    expect(told).toEqual([
      expect.stringContaining(
        'there are 2205 MB of files that git does not track, and the limit is 2000 MB',
      ),
    ]);
    expect(at.git('count-objects')).toMatch(/^[56] objects/);
  });

  it('has nothing to record in a bare repository', async () => {
    const at = gitPlace(folder());
    at.git('init', '-q', '--bare');
    const { around, told } = recording(at);
    expect(await around()).toBeNull();
    expect(told).toHaveLength(1);
  });

  it('records again after a record that was ended in the middle', async () => {
    const at = committed();
    const slow = `#!/bin/sh\ncase "$*" in *update-index*) [ -e "$HOME/go" ] || {
      touch "$GIT_INDEX_FILE.lock" "$HOME/begun"; exec sleep 60; };; esac\nexec '${realGit()}' "$@"\n`;
    at.write('../bin/git', slow, 0o755);
    const environment = { PATH: `${at.home}/bin:${process.env.PATH}` };
    const { recorder, told, around } = recording(at, { environment });
    const left = new AbortController();
    const before = recorder.before(attempt(at), left.signal);
    await until('git has begun', () => gitPlace(at.home).exists('begun'));
    left.abort();
    await before;
    at.write('../go', '');
    expect((await around(undefined, 2))?.after?.tree).toBeDefined();
    expect(told).toEqual([]);
  });

  it('ends at once, and leaves no record, when it is aborted', async () => {
    const at = committed();
    const { recorder, told } = recording(at);
    await recorder.before(attempt(at), AbortSignal.abort());
    await recorder.close();
    expect(told).toEqual([]);
    expect(at.git('for-each-ref', 'refs/oneshot')).toBe('');
  });
});

function realGit(): string {
  return execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
}

function attempt(at: GitPlace) {
  const path = join(at.path, '.oneshot/run-1/attempts/0001-worker');
  return { name: '0001-worker', folder: path, path: '', file: (name: string) => join(path, name) };
}

function withFiles(at: GitPlace): GitPlace {
  at.write('a.txt', 'a');
  at.write('b.txt', 'b\n'.repeat(50));
  at.write('folder/c.txt', 'c');
  return at;
}

function committed(): GitPlace {
  const at = withFiles(repository());
  at.commit('first');
  return at;
}

function dirty(at: GitPlace): GitPlace {
  at.write('a.txt', 'changed');
  at.write('staged.txt', 'staged');
  at.git('add', 'staged.txt');
  at.write('staged.txt', 'staged and changed');
  at.write('untracked/deep/d.txt', 'untracked');
  at.remove('folder/c.txt');
  return at;
}

function detached(at: GitPlace): GitPlace {
  at.git('checkout', '-q', '--detach');
  return at;
}

function stashed(at: GitPlace): GitPlace {
  at.write('a.txt', 'to be stashed');
  at.git('stash', '-q');
  return at;
}

function diverged(at: GitPlace): GitPlace {
  at.git('checkout', '-q', '-b', 'other');
  at.write('a.txt', 'theirs');
  at.commit('theirs');
  at.git('checkout', '-q', 'main');
  at.write('a.txt', 'ours');
  at.commit('ours');
  return at;
}

function rebasing(at: GitPlace): GitPlace {
  expect(() => diverged(at).git('rebase', 'other')).toThrow();
  return at;
}

function conflicting(at: GitPlace): GitPlace {
  expect(() => diverged(at).git('merge', 'other')).toThrow();
  return at;
}

function linked(at: GitPlace): GitPlace {
  const path = join(at.home, 'linked');
  at.git('worktree', 'add', '-q', '-b', 'side', path);
  return gitPlace(path);
}

function withSubmodule(at: GitPlace): GitPlace {
  const source = repository(join(folder(), 'source'));
  source.write('sub.txt', 'sub');
  source.commit('sub');
  at.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', source.path, 'sub');
  at.commit('with a submodule');
  at.write('sub/sub.txt', 'dirty');
  return at;
}

function sparse(at: GitPlace): GitPlace {
  at.git('sparse-checkout', 'set', '--no-cone', '/*', '!/folder/');
  return at;
}

function splitIndex(at: GitPlace): GitPlace {
  at.git('update-index', '--split-index');
  return dirty(at);
}

function assumed(at: GitPlace): GitPlace {
  at.git('update-index', '--assume-unchanged', 'a.txt');
  at.git('update-index', '--skip-worktree', 'b.txt');
  at.write('a.txt', 'changed all the same');
  at.write('b.txt', 'changed all the same');
  mkdirSync(join(at.path, 'empty'));
  return at;
}
