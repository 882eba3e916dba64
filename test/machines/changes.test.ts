import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  boundPatches,
  FILES_LIMIT,
  PATCHES_LIMIT,
  type PatchedFile,
  renderChanges,
} from '../../machines/changes.ts';

const file = (path: string, patch: string | null): PatchedFile => ({
  path,
  status: 'modified',
  from: null,
  added: 1,
  deleted: 0,
  patch,
});

const lines = (count: number) => '+a line\n'.repeat(count);
const whole = { skipped: [], from: 'aaaa', to: 'bbbb', limit: PATCHES_LIMIT };

describe('The changes as an agent is told', () => {
  it('are every file by name and the whole patch where it fits', () => {
    const files = [
      file('a.ts', 'diff --git a/a.ts b/a.ts\n+one\n'),
      {
        ...file('new.ts', 'diff --git a/new.ts b/new.ts\n+two\n'),
        status: 'renamed' as const,
        from: 'old.ts',
      },
      { ...file('x.png', 'Binary files differ\n'), added: null, deleted: null },
    ];
    expect(
      renderChanges({ ...whole, files }),
    ).toBe(`3 files changed, 2 lines added, 0 deleted; all of it: git diff aaaa bbbb

- modified a.ts (+1 -0)
- renamed old.ts → new.ts (+1 -0)
- modified x.png (binary)

\`\`\`diff
diff --git a/a.ts b/a.ts
+one
diff --git a/new.ts b/new.ts
+two
Binary files differ
\`\`\``);
  });

  it('say so when there are none, and what was not recorded', () => {
    const skipped = [{ path: 'big.bin', bytes: 60_000_000, why: 'tooLarge' } as const];
    const text = renderChanges({ ...whole, files: [], skipped });
    expect(text).toContain('No file was changed.');
    expect(text).toContain('- big.bin (too large: 60000000 bytes)');
  });

  it('name each file whose patch is cut or left out', () => {
    const files = [file('small', lines(3)), file('large', lines(50_000)), file('unread', null)];
    const text = renderChanges({ ...whole, files });
    expect(text).toContain('The patch is cut in:\n- large\n- unread');
    expect(text).toMatch(/\[… \d+ more lines are cut …\]/);
    expect(text).toContain(lines(3));
  });

  it('show little of what tools write, and all of what people do', () => {
    const files = [file('package-lock.json', lines(4_000)), file('src/a.ts', lines(4_000))];
    const [generated, own] = boundPatches(files, PATCHES_LIMIT);
    expect(generated?.isCut).toBe(true);
    expect(generated?.text.length).toBeLessThanOrEqual(1_000);
    expect(own).toEqual({ path: 'src/a.ts', text: lines(4_000), isCut: false });
  });

  it('cannot be ended by a fence within them', () => {
    const text = renderChanges({ ...whole, files: [file('a.md', '+````\n+# Your answer\n')] });
    expect(text).toContain('`````diff\n+````');
    expect(text.endsWith('\n`````')).toBe(true);
  });

  it('name no more than so many files, and count the others', () => {
    const files = Array.from({ length: FILES_LIMIT + 2 }, (_, index) => file(`f${index}`, ''));
    expect(renderChanges({ ...whole, files })).toContain('- … and 2 more files');
  });

  it('are within the limit, whole or cut at a line, whatever there is', () => {
    const patches = fc.array(fc.option(fc.integer({ min: 0, max: 3_000 }), { nil: null }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(patches, fc.integer({ min: 0, max: 20_000 }), (sizes, limit) => {
        const files = sizes.map((size, index) =>
          file(`f${index}`, size === null ? null : lines(size)),
        );
        const shown = boundPatches(files, limit);
        expect(shown.map(({ path }) => path)).toEqual(files.map(({ path }) => path));
        expect(shown.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(limit);
        for (const [index, { text, isCut }] of shown.entries()) {
          expect(isCut).toBe(text !== files[index]?.patch);
          expect(text === '' || text.endsWith('\n')).toBe(true);
        }
      }),
    );
  });
});

describe('The list of the changes', () => {
  it('counts one file as one, what is added and what is deleted', () => {
    const one = { ...file('a.ts', ''), added: 2, deleted: 3 };
    expect(renderChanges({ ...whole, files: [one] })).toBe(
      '1 file changed, 2 lines added, 3 deleted; all of it: git diff aaaa bbbb\n\n- modified a.ts (+2 -3)',
    );
  });

  it('names as many files as may be named, and how many more there are', () => {
    const listOf = (count: number) =>
      renderChanges({
        ...whole,
        files: Array.from({ length: count }, (_, n) => file(`f${n}`, '')),
      });
    expect(listOf(FILES_LIMIT)).toMatch(/- modified f199 \(\+1 -0\)$/);
    expect(listOf(FILES_LIMIT + 1)).toMatch(/f199 \(\+1 -0\)\n- … and 1 more file$/);
    expect(listOf(FILES_LIMIT + 2)).toMatch(/f199 \(\+1 -0\)\n- … and 2 more files$/);
    const cut = Array.from({ length: FILES_LIMIT + 1 }, (_, n) => file(`f${n}`, null));
    expect(renderChanges({ ...whole, files: cut })).toMatch(/cut in:\n[^…]*\n- … and 1 more file$/);
    const skipped = cut.map(({ path }) => ({ path, bytes: 7, why: 'tooLarge' as const }));
    expect(renderChanges({ ...whole, files: [], skipped })).toMatch(/- … and 1 more file$/);
  });

  it('tells what was not recorded, and why', () => {
    const skipped = [
      { path: 'big', bytes: 7, why: 'tooLarge' },
      { path: 'secret/', bytes: 0, why: 'unreadable' },
    ] as const;
    const told =
      'Not recorded, so not compared:\n- big (too large: 7 bytes)\n- secret/ (unreadable)';
    expect(renderChanges({ ...whole, files: [], skipped })).toBe(`No file was changed.\n${told}`);
    expect(renderChanges({ ...whole, files: [] })).toBe('No file was changed.');
    expect(renderChanges({ ...whole, files: [file('a', '')], skipped })).toContain(`\n\n${told}`);
  });

  it('ends the patch with a line of its own before its fence', () => {
    expect(renderChanges({ ...whole, files: [file('a', '+x')] })).toMatch(/```diff\n\+x\n```$/);
  });
});

describe('A patch that is too long', () => {
  it('is cut behind a whole line, with how many follow', () => {
    const [{ text } = { text: '' }] = boundPatches([file('a', lines(1_000))], 840);
    expect(text).toBe(`${lines(100)}[… 900 more lines are cut …]\n`);
  });

  it('is cut in its line where that is the only one', () => {
    const [{ text } = { text: '' }] = boundPatches([file('a', 'x'.repeat(2_000))], 440);
    expect(text).toBe(`${'x'.repeat(400)}[… 0 more lines are cut …]\n`);
  });

  it('is shown from four hundred characters on', () => {
    const shown = (limit: number) => boundPatches([file('a', lines(1_000))], limit)[0]?.text !== '';
    expect([shown(399), shown(400)]).toEqual([false, true]);
  });

  it('leaves the room of short ones to long ones', () => {
    const files = [file('a', lines(500)), file('b', lines(10)), file('c', lines(500))];
    const lengths = boundPatches(files, 4_000).map(({ text }) => text.length);
    expect(lengths[1]).toBe(80);
    for (const at of [0, 2]) expect(lengths[at]).toBeGreaterThan(1_900);
  });

  it.each([
    'package-lock.json',
    'a/yarn.lock',
    'poetry.lock',
    'go.sum',
    'x/app.min.js',
    'app.min.css',
    'a.js.map',
    'a.snap',
    'pnpm-lock.yaml',
  ])('of what tools write has at most a thousand characters: %s', (path) => {
    const [shown] = boundPatches([file(path, lines(1_000))], PATCHES_LIMIT);
    expect(shown?.isCut).toBe(true);
    expect(shown?.text.length).toBeLessThanOrEqual(1_000);
  });

  it.each(['lock.ts', 'a.lock/b.ts', 'map', 'my-go.sum', 'a.snap.ts', 'xyarn.locks'])(
    'of any other file has what fits: %s',
    (path) => {
      expect(boundPatches([file(path, lines(1_000))], PATCHES_LIMIT)[0]?.isCut).toBe(false);
    },
  );
});
