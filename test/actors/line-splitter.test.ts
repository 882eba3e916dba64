import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLineSplitter } from '../../actors/line-splitter.ts';
import { feed, pieceSizes } from './byte-pieces.ts';

const MIB = 1024 * 1024;

function splitter(limit?: number) {
  const lines: string[] = [];
  const ends: number[] = [];
  const oversize: number[] = [];
  const split = createLineSplitter(
    {
      onLine(line, end) {
        lines.push(line);
        ends.push(end);
      },
      onOversize(size, end) {
        oversize.push(size);
        ends.push(end);
      },
    },
    limit,
  );
  return { ...split, lines, ends, oversize };
}

const splitAll = (bytes: Buffer, sizes: readonly number[], limit?: number) => {
  const split = splitter(limit);
  feed(split, bytes, sizes);
  split.end();
  return split;
};

/** Milliseconds to split one line of so many bytes that comes in pieces of 64 KiB. */
const timeOf = (bytes: number): number => {
  const line = Buffer.alloc(bytes, 'x');
  const start = performance.now();
  expect(splitAll(line, [64 * 1024]).lines[0]?.length).toBe(bytes);
  return performance.now() - start;
};

describe('Lines', () => {
  it('end at newlines only, whatever the pieces, and none is lost', () => {
    const unit = fc.constantFrom('a', 'ü', '€', '😀', '\u2028', '\u2029', '\u0085', '\f', ' ');
    fc.assert(
      fc.property(fc.array(fc.string({ unit })), pieceSizes, (lines, sizes) => {
        const text = lines.map((line) => `${line}\n`).join('');
        const split = splitAll(Buffer.from(text), sizes);
        expect(split.lines).toEqual(lines);
        expect(split.ends.at(-1) ?? 0).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it.each([
    ['a\r\nb\rc\n', ['a', 'b\rc']],
    ['\n\n', ['', '']],
    ['no end', ['no end']],
    ['', []],
    ['\ufeffa\n', ['\ufeffa']],
  ])('of %j are %j', (text, lines) => {
    expect(splitAll(Buffer.from(text), [1]).lines).toEqual(lines);
    expect(splitAll(Buffer.from(text), [100]).lines).toEqual(lines);
  });

  it('with bytes that are no UTF-8 have U+FFFD for them', () => {
    expect(splitAll(Buffer.from([0x61, 0xff, 0x0a, 0xc3]), [1]).lines).toEqual([
      'a\ufffd',
      '\ufffd',
    ]);
  });

  it('that are too long are dropped as a whole, with their size, and the next is read', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 })), pieceSizes, (lengths, sizes) => {
        const text = lengths.map((length) => `${'x'.repeat(length)}\n`).join('');
        const split = splitAll(Buffer.from(text), sizes, 20);
        expect(split.lines.map(({ length }) => length)).toEqual(
          lengths.filter((each) => each <= 20),
        );
        expect(split.oversize).toEqual(lengths.filter((each) => each > 20));
      }),
    );
  });

  it('that are too long take no memory', () => {
    const before = process.memoryUsage().arrayBuffers;
    const split = splitter();
    const piece = Buffer.alloc(MIB, 'x');
    for (let at = 0; at < 64 * MIB; at += MIB) split.push(piece, at);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 * MIB);
    split.push(Buffer.from('\nnext\n'), 64 * MIB);
    expect(split).toMatchObject({ oversize: [64 * MIB], lines: ['next'] });
  });

  it('of 20 MB cost time in proportion to their length', () => {
    timeOf(20_000_000);
    // Quadratic would be 16 times as much as linear; a busy machine is allowed a lot.
    expect(timeOf(20_000_000)).toBeLessThan(16 * 8 * Math.max(timeOf(1_250_000), 1));
    expect(timeOf(20_000_000)).toBeLessThan(2_000);
  });

  it('that are unfinished where the file was cut shorter end there', () => {
    const split = splitter();
    split.push(Buffer.from('one\nhalf'), 0);
    split.push(Buffer.from('new\n'), 0);
    expect(split.lines).toEqual(['one', 'half', 'new']);
    expect(split.ends).toEqual([4, 8, 4]);
  });
});
