import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { TreesRecord } from '../../actors/attempt-files.ts';
import type { AttemptEnd } from '../../machines/contracts.ts';
import { type Place, place, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';

const CONFIG = JSON.stringify({ retryPause: '50ms', killGrace: '300ms', resultGrace: '300ms' });

describe('A run in a git work tree', () => {
  it('records the files before and after every attempt, and tells the trees in the journal', async () => {
    const at = repository();
    const { code, err } = await at.oneshot([
      'do it',
      ...scriptAgent(at, 'cat >/dev/null; echo new >made.txt; echo did it'),
    ]);
    expect(code).toBe(0);
    expect(err).not.toContain('recorded');
    const [worker, auditor] = endsOf(at);
    expect(git(at, 'diff', '--name-only', tree(worker, 'before'), tree(worker, 'after'))).toBe(
      'made.txt',
    );
    expect(auditor?.tree).toEqual({
      before: tree(worker, 'after'),
      after: tree(worker, 'after'),
      skipped: [],
    });
    expect(refsOf(at)).toEqual([
      '0001-worker',
      '0001-worker-before',
      '0002-auditor',
      '0002-auditor-before',
    ]);
    expect(existsSync(join(at.runs()[0] ?? '', 'git'))).toBe(false);
  });

  it('records what an interrupted attempt left at once, not what a person did before the resume', async () => {
    const at = repository();
    const agent = scriptAgent(at, 'cat >/dev/null; echo half >made.txt; sleep 60', SAY_DONE);
    const run = at.start(['do it', '--config', 'quick.json', ...agent]);
    await until(
      'the worker has written',
      () => at.exists('made.txt') && at.read('made.txt') !== '',
    );
    process.kill(run.pid, 'SIGINT');
    expect((await run.ended).code).toBe(130);
    const after = treesOf(at, '0001-worker')?.after?.tree ?? '';
    expect(git(at, 'show', `${after}:made.txt`)).toBe('half');
    at.write('mine.txt', 'mine');
    at.write('agent.sh', `#!/bin/sh\n${AUDITED('echo more >more.txt; echo did it')}`);
    expect((await at.oneshot(['resume'])).code).toBe(0);
    const [first, second] = endsOf(at);
    expect(tree(first, 'after')).toBe(after);
    expect(git(at, 'show', `${tree(second, 'before')}:mine.txt`)).toBe('mine');
    const names = git(at, 'diff', '--name-only', tree(second, 'before'), tree(second, 'after'));
    expect(names).toBe('more.txt');
  });

  it('records what an attempt left that ended while oneshot was gone', async () => {
    const at = repository();
    const agent = scriptAgent(
      at,
      'cat >/dev/null; echo half >made.txt; while [ ! -e go ]; do sleep 0.02; done; echo whole >made.txt; echo did it',
    );
    const run = at.start(['do it', '--config', 'quick.json', ...agent]);
    await until('the worker has written', () => at.exists('made.txt'));
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    at.write('go', '');
    const exit = join(at.runs()[0] ?? '', 'attempts/0001-worker/exit.json');
    await until('the worker has ended', () => existsSync(exit));
    expect((await at.oneshot(['resume'])).code).toBe(0);
    expect(git(at, 'show', `${tree(endsOf(at)[0], 'after')}:made.txt`)).toBe('whole');
    expect(existsSync(join(at.runs()[0] ?? '', 'git'))).toBe(false);
  });

  it('counts changed files as work, and names them to the next worker, though their times are old', async () => {
    const at = repository();
    const worker = `if [ -e made.txt ]; then cat >prompt; echo did it; else
cat >/dev/null; echo half >made.txt; touch -d 2001-01-01 made.txt; exit 3; fi`;
    const { code } = await at.oneshot([
      'do it',
      '--config',
      'quick.json',
      ...scriptAgent(at, worker),
    ]);
    expect(code).toBe(0);
    expect(at.read('prompt')).toContain('Files changed since it began:\n- made.txt');
  });

  it('names what it left out for its size', async () => {
    const at = repository();
    at.write('small.json', '{"treeFileLimit":"1kB"}');
    const worker = 'cat >/dev/null; truncate -s 2000 large; echo did it';
    await at.oneshot(['do it', '--config', 'small.json', ...scriptAgent(at, worker)]);
    expect(endsOf(at)[0]?.tree?.skipped).toEqual([{ path: 'large', bytes: 2000, why: 'tooLarge' }]);
  });

  it('records nothing when it is told so', async () => {
    const at = repository();
    const agent = scriptAgent(at, 'cat >/dev/null; echo did it');
    const { err } = await at.oneshot(['do it', '--record-trees', 'off', ...agent]);
    expect(err).not.toContain('recorded');
    expect(endsOf(at).map((end) => end.tree)).toEqual([null, null]);
    expect(git(at, 'for-each-ref')).toBe('');
  });
});

describe('A run outside of a git work tree', () => {
  it('says once that nothing is recorded, and goes on', async () => {
    const at = place();
    const { code, err } = await at.oneshot([
      'do it',
      ...scriptAgent(at, 'cat >/dev/null; echo did it'),
    ]);
    expect(code).toBe(0);
    expect(err.match(/is in no git work tree/g)).toHaveLength(1);
    expect(endsOf(at).map((end) => end.tree)).toEqual([null, null]);
  });

  it('without git installed says once that nothing is recorded, and goes on', async () => {
    const at = repository();
    at.write('node', `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
    for (const program of ['sh', 'cat', 'sleep', 'kill', 'mv', 'ps']) {
      execFileSync('ln', ['-s', execFileSync('which', [program]).toString().trim(), program], {
        cwd: at.path,
      });
    }
    const agent = scriptAgent(at, 'cat >/dev/null; echo did it');
    const { code, err } = await at.oneshot(['do it', ...agent], { env: { PATH: at.path } });
    expect(code).toBe(0);
    expect(err.match(/The work tree is not recorded: git cannot be started/g)).toHaveLength(1);
  });
});

const AUDITED = (worker: string) =>
  `case $ONESHOT_ATTEMPT in *-worker) cat >/dev/null; ${worker};; *) ${SAY_DONE};; esac`;

function repository(): Place {
  const at = place();
  at.write('quick.json', CONFIG);
  git(at, 'init', '-q');
  return at;
}

function git(at: Place, ...args: string[]): string {
  return execFileSync('git', args, { cwd: at.path, encoding: 'utf8' }).trim();
}

function refsOf(at: Place): string[] {
  const refs = git(at, 'for-each-ref', '--format=%(refname)', 'refs/oneshot').split('\n');
  return refs.map((ref) => ref.split('/').at(-1) ?? '');
}

function tree(end: AttemptEnd | undefined, when: 'before' | 'after'): string {
  return end?.tree?.[when] ?? `no tree ${when}`;
}

function treesOf(at: Place, attempt: string): TreesRecord | null {
  const path = join(at.runs()[0] ?? '', 'attempts', attempt, 'trees.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

/** The ends of the attempts as the journal of the newest run tells them. */
function endsOf(at: Place): AttemptEnd[] {
  const journal = readFileSync(join(at.runs().at(-1) ?? '', 'journal.ndjson'), 'utf8');
  return journal
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event)
    .flatMap((event) => event.end ?? event.output?.findings?.end ?? []);
}
