/** Forks that take the files along: what was then comes back, what is there is kept, the first run stays as it is. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Place, place, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';
import { prepared } from '../prepared-place.ts';
import { git, repositoryPlace } from '../repository-place.ts';
import { doctoredYetTaken, linesOf, problemsOf } from '../services/stored-records.ts';

/** Each attempt leaves its own text in one file, and a file of its own. */
const WORKER = `cat >/dev/null; echo "of $ONESHOT_ATTEMPT" >same.txt; echo x >"$ONESHOT_ATTEMPT.txt"; echo did it`;

const AUDITOR = `cat >/dev/null; case $ONESHOT_ATTEMPT in
0002-*) echo '{"verdict":"retry","feedback":"more"}';;
*) ${SAY_DONE};; esac`;

/** 0 created, 1-3 worker 1, 4-6 auditor 2: retry, 7-9 worker 3, 10-12 auditor 4: done. */
const ranPlace = prepared(async () => {
  const at = repositoryPlace({ files: { 'tracked.txt': 'tracked\n' } });
  expect((await at.oneshot(['do it', ...scriptAgent(at, WORKER, AUDITOR)])).code).toBe(0);
  return at;
});

async function withRun(): Promise<Place & { first: string; id: string }> {
  const at = await ranPlace();
  const first = at.runs()[0] ?? '';
  return { ...at, first, id: idOf(first) };
}

describe('oneshot fork --restore-files', () => {
  it('puts the files back as they were at the checkpoint, parks what is there, and leaves the first run as it is', async () => {
    const at = await withRun();
    at.write('mine.txt', 'written after the run');
    const before = { folder: fingerprint(at.first), refs: refsOf(at, at.id), head: headOf(at) };
    const { code, out, err } = await at.oneshot([
      'fork',
      '--at',
      '6',
      '--restore-files',
      '--no-start',
    ]);
    expect([code, err]).toEqual([0, expect.stringContaining('as they were after attempt 2')]);
    expect(at.read('same.txt')).toBe('of 0001-worker\n');
    expect([at.exists('0001-worker.txt'), at.exists('0003-worker.txt')]).toEqual([true, false]);
    expect(at.exists('mine.txt')).toBe(false);
    expect(fingerprint(at.first)).toEqual(before.folder);
    expect([refsOf(at, at.id), headOf(at)]).toEqual([before.refs, before.head]);
    const fork = out.trim();
    const [, parked = ''] = /--parked (\S+)/.exec(err) ?? [];
    expect(refsOf(at, fork)).toEqual([expect.stringContaining(`refs/oneshot/${fork}/${parked}`)]);
    expect((await at.oneshot(['restore', fork, '--parked', parked])).code).toBe(0);
    expect(at.read('mine.txt')).toBe('written after the run');
    expect(at.read('same.txt')).toBe('of 0003-worker\n');
  });

  it('lets the agents of the fork work on those files', async () => {
    const at = await withRun();
    const worker = 'sh -c "cat >/dev/null; cat same.txt >seen.txt; echo did it"';
    const flags = ['--at', '6', '--restore-files', '--worker-agent-command', worker];
    expect((await at.oneshot(['fork', ...flags])).code).toBe(0);
    expect(at.read('seen.txt')).toBe('of 0001-worker\n');
  });

  it('keeps a fork that is refused after it has changed the files', async () => {
    const at = await withRun();
    const late = at.write('late.sh', '#!/bin/sh\necho did it\n');
    const flags = ['--at', '6', '--restore-files', '--worker-agent-command', late];
    const { code, err } = await at.oneshot(['fork', ...flags]);
    const fork = idOf(at.runs()[1] ?? '');
    expect([code, err]).toEqual([2, expect.stringContaining(`oneshot resume ${fork}`)]);
    expect(refsOf(at, fork)).toHaveLength(1);
  });

  it('goes back to how the run found them', async () => {
    const at = await withRun();
    const { code } = await at.oneshot(['fork', '--at', '0', '--restore-files', '--no-start']);
    expect([code, at.exists('same.txt'), at.read('tracked.txt')]).toEqual([0, false, 'tracked\n']);
  });

  it('finds what the run recorded that the forked one was itself forked from', async () => {
    const at = await withRun();
    const first = await at.oneshot(['fork', '--at', '6', '--no-start']);
    const fork = first.out.trim();
    const { code } = await at.oneshot(['fork', fork, '--restore-files', '--no-start']);
    expect([code, at.read('same.txt')]).toEqual([0, 'of 0001-worker\n']);
  });

  it('says to a program what became of the files', async () => {
    const at = await withRun();
    const flags = ['--at', '6', '--no-start', '--json'];
    const restored = await at.oneshot(['fork', at.id, ...flags, '--restore-files']);
    const plain = await at.oneshot(['fork', at.id, ...flags]);
    const lines = [restored, plain].flatMap(({ out }) => linesOf('fork', 'fork', out));
    expect(lines.map(({ value }) => value)).toMatchObject([
      { restored: { written: 1, removed: 1, parked: expect.stringContaining('refs/oneshot/') } },
      { restored: null },
    ]);
    expect(lines.flatMap(problemsOf)).toEqual([]);
    expect(lines.slice(0, 1).flatMap(doctoredYetTaken)).toEqual([]);
  });

  it('is refused when HEAD has moved since, but for --force, and leaves nothing behind', async () => {
    const at = await withRun();
    git(at, 'commit', '-q', '--allow-empty', '-m', 'made by a person');
    const args = ['fork', '--at', '6', '--restore-files', '--no-start'];
    const { code, err } = await at.oneshot(args);
    expect([code, err]).toEqual([1, expect.stringMatching(/HEAD was at \w+ and is now at \w+/)]);
    expect(err).toContain(`oneshot restore ${at.id} --attempt 2 --to DIR`);
    expect([at.runs().length, at.read('same.txt')]).toEqual([1, 'of 0003-worker\n']);
    expect((await at.oneshot([...args, '--force'])).code).toBe(0);
    expect(at.read('same.txt')).toBe('of 0001-worker\n');
  });

  it.each([[[]], [['--share']]])(
    'is refused while a run works there, with %j too',
    async (sharing) => {
      const at = await withRun();
      const waits =
        'cat >/dev/null; touch begun; while [ ! -e go ]; do sleep 0.02; done; echo did it';
      const run = at.start(['do more', ...scriptAgent(at, waits)]);
      await until('the worker works', () => at.exists('begun'));
      const args = ['fork', at.id, '--at', '6', '--restore-files', '--no-start', ...sharing];
      expect(await at.oneshot(args)).toMatchObject({
        code: 2,
        err: expect.stringContaining('ONESHOT_FOLDER_BUSY'),
      });
      expect([at.runs().length, at.read('same.txt')]).toEqual([2, 'of 0003-worker\n']);
      at.write('go', '');
      expect((await run.ended).code).toBe(0);
    },
  );

  it('is refused where nothing is recorded, and says that only the state can be forked', async () => {
    const at = await withRun();
    rmSync(join(at.first, 'attempts/0002-auditor/trees.json'));
    const { code, err } = await at.oneshot(['fork', '--at', '6', '--restore-files']);
    expect([code, err]).toEqual([2, expect.stringContaining('only the state can be forked')]);
    expect(at.runs()).toHaveLength(1);
  });
});

describe('oneshot fork without it', () => {
  it('says that only the state is forked, and how to have the files', async () => {
    const at = await withRun();
    const { err } = await at.oneshot(['fork', '--at', '6', '--no-start']);
    expect(err).toContain('Only the state is forked');
    expect(err).toContain('oneshot fork --restore-files');
    expect(at.read('same.txt')).toBe('of 0003-worker\n');
  });

  it('says where nothing is recorded that there is nothing to have', async () => {
    const at = place();
    await at.oneshot(['do it', ...scriptAgent(at, WORKER)]);
    const { err } = await at.oneshot(['fork', '--no-start']);
    expect(err).toContain('Only the state is forked');
    expect(err).toContain('is not recorded');
    expect(err).not.toContain('--restore-files');
  });
});

function refsOf(at: Place, run: string): string[] {
  return git(at, 'for-each-ref', `refs/oneshot/${run}`).split('\n').filter(Boolean);
}

function headOf(at: Place): string {
  return git(at, 'rev-parse', 'HEAD', 'HEAD^{tree}');
}

function idOf(folder: string): string {
  return folder.split('/').at(-1) ?? '';
}

/** Every byte of a folder. */
function fingerprint(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
    .map((path) => `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`);
}
