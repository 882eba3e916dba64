import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  OutsideWorkTreeError,
  readWithin,
  writeWithin,
} from '../../../../actors/agents/acp/work-tree-files.ts';

let folder = '';
let tree = '';

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'oneshot-acp-')));
  tree = join(folder, 'tree');
  mkdirSync(join(tree, 'sub'), { recursive: true });
  writeFileSync(join(tree, 'a.txt'), 'one\ntwo\nthree\n');
  writeFileSync(join(folder, 'secret'), 'outside');
  symlinkSync(join(folder, 'secret'), join(tree, 'link'));
  symlinkSync(folder, join(tree, 'up'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('A file of the work tree', () => {
  it.each([
    [{}, 'one\ntwo\nthree\n'],
    [{ line: 2 }, 'two\nthree\n'],
    [{ line: 2, limit: 1 }, 'two\n'],
    [{ limit: 2 }, 'one\ntwo\n'],
    [{ line: 9 }, ''],
    [{ line: null, limit: null }, 'one\ntwo\nthree\n'],
    [{ limit: 0 }, ''],
  ])('is read by %j', (range, text) => {
    expect(readWithin(tree, { path: join(tree, 'a.txt'), ...range })).toBe(text);
  });

  it('is written, with the folders that lead to it', () => {
    writeWithin(tree, join(tree, 'new', 'er', 'b.txt'), 'text');
    expect(readFileSync(join(tree, 'new/er/b.txt'), 'utf8')).toBe('text');
    writeWithin(tree, join(tree, 'a.txt'), 'over');
    expect(readFileSync(join(tree, 'a.txt'), 'utf8')).toBe('over');
  });

  const outside = ['../secret', 'link', 'up/secret', 'sub/../../secret', '.'];
  it.each(outside)('is not what lies outside of it: %s', (path) => {
    expect(() => readWithin(tree, { path: join(tree, path) })).toThrow(OutsideWorkTreeError);
  });

  it.each([...outside, '../new', 'up/new', 'up/new/er', '../tree-2/x'])(
    'is not written outside of it: %s',
    (path) => {
      expect(() => writeWithin(tree, join(tree, path), 'x')).toThrow(OutsideWorkTreeError);
      expect(readFileSync(join(folder, 'secret'), 'utf8')).toBe('outside');
    },
  );

  it('has an absolute path', () => {
    expect(() => readWithin(tree, { path: 'a.txt' })).toThrow(OutsideWorkTreeError);
    expect(() => writeWithin(tree, 'a.txt', '')).toThrow(OutsideWorkTreeError);
  });

  it('that is not there is said to be so', () => {
    expect(() => readWithin(tree, { path: join(tree, 'none') })).toThrow('ENOENT');
  });
});
