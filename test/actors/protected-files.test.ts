import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { attemptFiles } from '../../actors/attempt-files.ts';
import {
  changesBetween,
  createProtectedFiles,
  protectedChangesOf,
} from '../../actors/protected-files.ts';
import { PROTECTED_NAMED } from '../../machines/contracts.ts';

let cwd = '';
let folder = '';
const told: string[] = [];

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'oneshot-protected-'));
  folder = join(cwd, '.oneshot', 'run');
  mkdirSync(folder, { recursive: true });
  told.length = 0;
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function write(path: string, text = path): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), text);
}

const protection = (...patterns: readonly string[]) =>
  createProtectedFiles({ folder, cwd, patterns, tell: (message) => told.push(message) });

function attempt(number: number, role: 'worker' | 'auditor' = 'worker') {
  const files = attemptFiles(folder, { number, role });
  mkdirSync(files.folder, { recursive: true });
  return files;
}

const watched = (): string[] =>
  Object.keys(JSON.parse(readFileSync(join(folder, 'protected.json'), 'utf8')).files);

describe('Protected are', () => {
  it.each([
    ['test/**', ['test/.snap/b', 'test/a.ts', 'test/deep/c.ts']],
    ['test', ['test/.snap/b', 'test/a.ts', 'test/deep/c.ts']],
    ['test/*.ts', ['test/a.ts']],
    ['**/*.ts', ['src/d.ts', 'test/a.ts', 'test/deep/c.ts']],
    ['**', ['package.json', 'src/d.ts', 'test/.snap/b', 'test/a.ts', 'test/deep/c.ts']],
    ['{package,other}.json', ['package.json']],
    ['./package.json', ['package.json']],
  ])('by %j: %j, and never what git, npm or oneshot keep', async (pattern, paths) => {
    for (const path of ['test/a.ts', 'test/deep/c.ts', 'test/.snap/b', 'src/d.ts', 'package.json'])
      write(path);
    for (const path of [
      '.git/x.ts',
      'node_modules/m/y.ts',
      'src/node_modules/z.ts',
      '.oneshot/run/w.ts',
    ])
      write(path);
    await protection(pattern).begin();
    expect(watched()).toEqual(paths);
    expect(told).toEqual([]);
  });

  it('files behind links too', async () => {
    write('real/a.ts');
    symlinkSync('real', join(cwd, 'linked'));
    symlinkSync('..', join(cwd, 'real', 'loop'));
    await protection('linked/*.ts').begin();
    expect(watched()).toEqual(['linked/a.ts']);
  });

  it('nothing where nothing matches, and that is said', async () => {
    await protection('tests/**', 'spec').begin();
    expect(watched()).toEqual([]);
    expect(told).toEqual([
      `No file in ${cwd} matches the protected tests/**.`,
      `No file in ${cwd} matches the protected spec.`,
    ]);
  });
});

describe('What a worker did to protected files', () => {
  it('is told as added, changed and deleted', async () => {
    for (const path of ['test/a', 'test/b', 'test/c']) write(path);
    const watch = protection('test');
    await watch.begin();
    write('test/a', 'other');
    rmSync(join(cwd, 'test/b'));
    write('test/d');
    write('src/e');
    await watch.after(attempt(1));
    expect(protectedChangesOf(attempt(1))).toEqual({
      count: 3,
      named: [
        { path: 'test/a', change: 'changed' },
        { path: 'test/b', change: 'deleted' },
        { path: 'test/d', change: 'added' },
      ],
    });
  });

  it('is told by how they were when the run began, not when it went on', async () => {
    write('test/a');
    await protection('test').begin();
    write('test/a', 'weaker');
    const resumed = protection('test');
    await resumed.begin();
    await resumed.after(attempt(2));
    expect(protectedChangesOf(attempt(2))?.named).toEqual([{ path: 'test/a', change: 'changed' }]);
  });

  it('is nothing when it put them back, changed others, or there are none', async () => {
    write('test/a');
    const watch = protection('test');
    await watch.begin();
    write('src/b', 'other');
    await watch.after(attempt(1));
    expect(protectedChangesOf(attempt(1))).toBeNull();
    await protection().after(attempt(2));
    expect(protectedChangesOf(attempt(2))).toBeNull();
  });

  it('is not looked for after an auditor', async () => {
    write('test/a');
    const watch = protection('test');
    await watch.begin();
    write('test/a', 'other');
    await watch.after(attempt(2, 'auditor'));
    expect(protectedChangesOf(attempt(2, 'auditor'))).toBeNull();
  });

  it('is also told of a file with a name that every object knows', () => {
    expect(changesBetween({}, { constructor: 'x' }).named).toEqual([
      { path: 'constructor', change: 'added' },
    ]);
  });

  it('is named up to a bound, and counted', () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, 'x']));
    const { count, named } = changesBetween({}, many);
    expect([count, named.length]).toEqual([50, PROTECTED_NAMED]);
  });

  it('is a change when a file can no longer be read', () => {
    expect(changesBetween({ a: 'x', b: null }, { a: null, b: null }).named).toEqual([
      { path: 'a', change: 'changed' },
    ]);
  });
});
