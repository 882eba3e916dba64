import { describe, expect, it } from '@jest/globals';
import { formatByteSize, parseByteSize } from '../../services/byte-sizes.ts';

describe('parseByteSize', () => {
  it.each([
    ['0', 0],
    ['1048576', 1_048_576],
    ['900B', 900],
    ['1kB', 1000],
    ['1KiB', 1024],
    ['1.5 MiB', 1_572_864],
    ['500MB', 500_000_000],
    ['4GiB', 4_294_967_296],
  ])('reads %s as %d bytes', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  it.each(['', '-1', '4 gib', '4G', 'GiB', '1e9', '4  GiB', '1,5MB', 'NaN', '1\n'])(
    'refuses %j and says how to write one',
    (text) => {
      expect(() => parseByteSize(text)).toThrow(/is no amount of bytes; write it as `4GiB`/);
    },
  );

  it('refuses more than can be counted exactly', () => {
    expect(() => parseByteSize('9000TiB')).toThrow(/more than the limit of 9007199254740991 bytes/);
  });
});

describe('formatByteSize', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [4_294_967_296, '4 GiB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(formatByteSize(bytes)).toBe(text);
  });
});
