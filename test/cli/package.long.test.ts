import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

describe('The package', () => {
  it('installs and runs from an empty folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'oneshot-package-'));
    try {
      const [{ filename }] = JSON.parse(
        execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      );
      const quick = ['--no-save', '--prefer-offline', '--no-audit', '--no-fund'];
      execFileSync('npm', ['install', ...quick, '--prefix', folder, join(folder, filename)], {
        stdio: 'ignore',
      });
      const version = execFileSync(join(folder, 'node_modules/.bin/oneshot'), ['--version'], {
        encoding: 'utf8',
      });
      const env = { ...process.env, TMPDIR: folder };
      const demo = execFileSync(join(folder, 'node_modules/.bin/oneshot'), ['demo'], {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        env,
      });
      expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
      expect(demo).toBe('greeting.txt now says "Hello, world!".\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
