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
