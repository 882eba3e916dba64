import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { isAlive, place, scriptAgent } from '../oneshot-process.ts';

/** A small file system can be mounted by root on Linux only; elsewhere this shows as skipped. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0;
const onSmallDisk = canMount ? it : it.skip;

onSmallDisk(
  'A full disk stops the run and its agents, names the path, and resume goes on when there is room',
  async () => {
    const at = place();
    const disk = join(at.path, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
    try {
      const fill = 'head -c 400000 /dev/zero >disk/fill 2>/dev/null';
      const worker = `cat >/dev/null; if [ ! -e go ]; then echo $$ >pid; echo begun; ${fill}; echo more; sleep 60; fi; echo did it`;
      const args = [
        'do it',
        '--runs-dir',
        'disk/runs',
        '--inactivity-timeout',
        '1s',
        ...scriptAgent(at, worker),
      ];
      const { code, err } = await at.oneshot(args);
      expect(code).toBe(1);
      expect(err).toContain(join(disk, 'runs'));
      expect(err).toContain('ONESHOT_STORAGE');
      expect(isAlive(Number(at.read('pid')))).toBe(false);
      rmSync(join(disk, 'fill'));
      at.write('go', '');
      expect((await at.oneshot(['resume', '--runs-dir', 'disk/runs'])).code).toBe(0);
    } finally {
      execFileSync('umount', [disk]);
    }
  },
);
