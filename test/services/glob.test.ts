import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { expandGlob } from '../../services/glob.ts';
import { temporaryFolder } from './recorded-run.ts';

const FILES = [
  'a.txt',
  'b.txt',
  'c.md',
  '.hidden.txt',
  'x/a.txt',
  'x/y/a.txt',
  'x/y/[1].txt',
  '.z/a.txt',
];

describe('A pattern', () => {
  it.each([
    ['*.txt', ['a.txt', 'b.txt']],
    ['?.txt', ['a.txt', 'b.txt']],
    ['.*.txt', ['.hidden.txt']],
    ['*/a.txt', ['x/a.txt']],
    ['.z/*', ['.z/a.txt']],
    ['**/a.txt', ['a.txt', 'x/a.txt', 'x/y/a.txt']],
    ['x/**', ['x', 'x/a.txt', 'x/y', 'x/y/[1].txt', 'x/y/a.txt']],
    ['x/y/[1].txt', ['x/y/[1].txt']],
    ['x/y/[?].txt', ['x/y/[1].txt']],
    ['a.txt', ['a.txt']],
    ['a.txt/*', []],
    ['nothing', []],
    ['no*', []],
  ])('%s means %j', (pattern, wanted) => {
    const root = temporaryFolder();
    for (const file of FILES) {
      mkdirSync(join(root, file, '..'), { recursive: true });
      writeFileSync(join(root, file), '');
    }
    const found = expandGlob(pattern, root).map((path) => relative(root, path));
    expect(found).toEqual(wanted);
  });
});
