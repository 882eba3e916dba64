/** A disk that is full or read-only: the run stops with the path named, no agent goes on unrecorded, and resume can go on. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isAlive, type Place, place, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';

/** File systems can be mounted by root only. */
const canMount = process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0;

/** Runs `work` with a small file system of its own for the runs, and takes it away whatever happens. */
async function withDisk(work: (at: Place, disk: string) => Promise<void>): Promise<void> {
  const at = place();
  const disk = join(at.path, 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'oneshot-test', disk]);
  try {
    await work(at, disk);
  } finally {
    // What was mounted over it comes first. Lazily, so that a failing test cannot leave it behind.
    while (spawnSync('umount', ['--lazy', disk]).status === 0);
  }
}

const RUNS = ['--runs-dir', 'disk/runs'];
const WAITING = 'cat >/dev/null; echo $$ >pid; while [ ! -e go ]; do sleep 0.02; done; echo did it';

(canMount ? describe : describe.skip)('A disk (tests need root to mount one)', () => {
  it('that fills up under a run stops it and its agent, names the path, and is resumed when there is room', async () => {
    await withDisk(async (at, disk) => {
      const run = at.start(['do it', ...RUNS, ...scriptAgent(at, WAITING, SAY_DONE)]);
      await until('the worker has begun', () => at.exists('pid') && at.read('pid') !== '');
      fill(disk);
      at.write('go', '');
      const { code, err } = await run.ended;
      expect(code).toBe(1);
      expect(err).toContain('disk/runs');
      expect(isAlive(Number(at.read('pid')))).toBe(false);
      rmSync(join(disk, 'ballast'));
      expect((await at.oneshot(['resume', ...RUNS])).code).toBe(0);
    });
  });

  it('that becomes read-only under a run stops it and its agent, names the path, and is resumed when it can be written', async () => {
    await withDisk(async (at, disk) => {
      const agent = scriptAgent(at, WAITING, SAY_DONE);
      const run = at.start(['do it', ...RUNS, '--inactivity-timeout', '1s', ...agent]);
      await until('the worker has begun', () => at.exists('pid') && at.read('pid') !== '');
      // Files that are open for writing forbid the remount; a mount over it does not ask.
      execFileSync('mount', ['--bind', disk, disk]);
      execFileSync('mount', ['-o', 'remount,bind,ro', disk]);
      const { code, err } = await run.ended;
      expect(code).toBe(1);
      expect(err).toContain('disk/runs');
      expect(isAlive(Number(at.read('pid')))).toBe(false);
      execFileSync('umount', [disk]);
      at.write('go', '');
      expect((await at.oneshot(['resume', ...RUNS])).code).toBe(0);
    });
  });

  it('that vanishes under a run stops it and its agent, and nothing is made anew in its place', async () => {
    await withDisk(async (at, disk) => {
      const agent = scriptAgent(at, WAITING, SAY_DONE);
      const run = at.start(['do it', ...RUNS, ...agent]);
      await until('the worker has begun', () => at.exists('pid') && at.read('pid') !== '');
      execFileSync('umount', ['--lazy', disk]);
      at.write('go', '');
      const { code, err } = await run.ended;
      expect(code).toBe(1);
      expect(err).toContain('disk/runs');
      expect(isAlive(Number(at.read('pid')))).toBe(false);
      expect(readdirSync(disk)).toEqual([]);
    });
  });

  it('that is read-only from the start is refused with its path, and nothing is started', async () => {
    await withDisk(async (at, disk) => {
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      const { code, err } = await at.oneshot(['x', ...RUNS, ...scriptAgent(at, 'touch started')]);
      expect(code).toBe(2);
      expect(err).toContain('disk/runs');
      expect(at.exists('started')).toBe(false);
    });
  });
});

function fill(disk: string): void {
  for (let size = 512 * 1024; size >= 1; size = Math.floor(size / 2)) {
    try {
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Less fits in.
    }
  }
}

describe('A runs folder', () => {
  it('that is removed under a run stops it and its agent, and is not made anew', async () => {
    const at = place();
    const run = at.start(['do it', ...scriptAgent(at, WAITING, SAY_DONE)]);
    await until('the worker has begun', () => at.exists('pid') && at.read('pid') !== '');
    rmSync(join(at.path, '.oneshot'), { recursive: true });
    at.write('go', '');
    const { code, err } = await run.ended;
    expect(code).toBe(1);
    expect(err).toContain('.oneshot');
    expect(isAlive(Number(at.read('pid')))).toBe(false);
    expect(at.exists('.oneshot')).toBe(false);
  });
});
