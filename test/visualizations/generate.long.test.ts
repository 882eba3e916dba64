import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('the generator of the pictures', () => {
  let copy = '';

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'oneshot-pictures-'));
    for (const folder of ['machines', 'visualizations', 'package.json', 'tsconfig.json']) {
      cpSync(join(ROOT, folder), join(copy, folder), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  function generate(...args: string[]) {
    const command = ['--import', 'tsx', 'visualizations/generate.ts', ...args];
    return spawnSync(process.execPath, command, { cwd: copy, encoding: 'utf8' });
  }

  it('checks that the pictures are fresh, names those that are not, and makes them fresh', () => {
    expect(generate('--check')).toMatchObject({ status: 0, stderr: '' });
    appendFileSync(join(copy, 'visualizations', 'statechart.mmd'), '%% by hand\n');
    const stale = generate('--check');
    expect(stale.status).toBe(1);
    expect(stale.stderr).toContain('statechart.mmd');
    expect(stale.stderr).not.toContain('statechart.svg');
    expect(generate()).toMatchObject({ status: 0 });
    expect(generate('--check')).toMatchObject({ status: 0 });
  });
});
