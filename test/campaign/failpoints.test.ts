import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';

const FAILPOINTS = resolve('test/fixtures/campaign/failpoints.cjs');
const SCRIPT = `
const fs = require('node:fs');
fs.writeFileSync('a.tmp', 'abcdef');
fs.renameSync('a.tmp', 'a');
const journal = fs.openSync('journal.ndjson', 'a');
fs.writeSync(journal, Buffer.from('abcdef'));
fs.fsyncSync(journal);
fs.writeFileSync('failpoint', String(process.env.ONESHOT_FAILPOINT));
`;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** What a program leaves that is killed there: each file with its content. */
function killedAt(failpoint: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'oneshot-failpoints-'));
  folders.push(cwd);
  const env = { ...process.env, ONESHOT_FAILPOINT: failpoint };
  const { signal } = spawnSync(process.execPath, ['--require', FAILPOINTS, '-e', SCRIPT], {
    cwd,
    env,
  });
  const files = readdirSync(cwd).map((name) => [name, readFileSync(join(cwd, name), 'utf8')]);
  return { signal, files: Object.fromEntries(files) };
}

describe('A failpoint', () => {
  it.each<[string, Record<string, string>]>([
    ['write:1:before', {}],
    ['write:1:torn', { 'a.tmp': 'abc' }],
    ['write:1:after', { 'a.tmp': 'abcdef' }],
    ['rename:1:after', { a: 'abcdef' }],
    ['open:1:before', { a: 'abcdef' }],
    ['transition:1:torn', { a: 'abcdef', 'journal.ndjson': 'abc' }],
    ['fsync:1:after', { a: 'abcdef', 'journal.ndjson': 'abcdef' }],
  ])('%s kills the process right there', (failpoint, files) => {
    expect(killedAt(failpoint)).toEqual({ signal: 'SIGKILL', files });
  });

  it('that is never reached kills nobody, and is not inherited', () => {
    const { signal, files } = killedAt('fsync:2:before');
    expect(signal).toBe(null);
    expect(files.failpoint).toBe('undefined');
  });
});
