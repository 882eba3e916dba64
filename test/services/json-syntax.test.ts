import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonErrorPlace, repeatedJsonKey } from '../../services/json-syntax.ts';

describe('jsonErrorPlace', () => {
  it.each([
    ['', 1, 1],
    ['{', 1, 2],
    ['{"a": 1,}', 1, 9],
    ['{"a" 1}', 1, 6],
    ['{"a": x}', 1, 7],
    ['{a: 1}', 1, 2],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ['{\r\n"a": [1 2]}', 2, 9],
    ['[1, 2', 1, 6],
    ['{} {}', 1, 4],
    ['{"a": "open', 1, 7],
    ['// no\n{}', 1, 1],
    ['[01]', 1, 3],
  ])('finds the mistake in %j at %d:%d', (text, line, column) => {
    expect(jsonErrorPlace(text)).toEqual({ line, column });
  });

  it('finds none in what is JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(4), (text, indent) => {
        expect(jsonErrorPlace(text)).toBeNull();
        expect(jsonErrorPlace(JSON.stringify(JSON.parse(text), null, indent))).toBeNull();
      }),
    );
  });

  it('finds one exactly where JSON.parse refuses', () => {
    const damaged = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ',', '}', '"', 'x', '\\', '\n', '0'),
    );
    fc.assert(
      fc.property(damaged, ([text, seed, character]) => {
        const at = seed % (text.length + 1);
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        expect(jsonErrorPlace(changed) === null).toBe(isJson(changed));
      }),
      { numRuns: 500 },
    );
  });
});

describe('repeatedJsonKey', () => {
  it.each([
    ['{"a": 1, "b": 2, "a": 3}', 'a', 1, 18],
    ['{"a": {"b": 1,\n"b" : 2}}', 'b', 2, 1],
    ['[{"x": 1}, {"y": {}, "y": []}]', 'y', 1, 22],
    ['{"a": 1, "\\u0061": 2}', 'a', 1, 10],
    ['{"a": "\\"}{", "a": 2}', 'a', 1, 15],
  ])('finds the second one in %j', (text, key, line, column) => {
    expect(repeatedJsonKey(text)).toEqual({ key, line, column });
  });

  it.each(['{"a": {"a": "a"}, "b": ["a", "a"]}', '[{"a": 1}, {"a": 1}]', '"a"', '[]'])(
    'finds none in %s',
    (text) => {
      expect(repeatedJsonKey(text)).toBeNull();
    },
  );

  it('finds none in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(repeatedJsonKey(text)).toBeNull();
      }),
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
