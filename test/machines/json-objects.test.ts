import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scanJsonObjects } from '../../machines/json-objects.ts';
import { readJsonObject } from '../../machines/json-reader.ts';

const KEYS = new Set(['verdict', 'findings']);

const read = (text: string) => readJsonObject(text, 0, text.length, KEYS);

/** Why a text is no JSON object, and where. */
function problemOf(text: string) {
  const reading = read(text);
  return reading.ok ? null : { rest: text.slice(reading.at), problem: reading.problem };
}

describe('Reading one JSON object', () => {
  it('finds the wanted members at every depth, in the order in which their values end', () => {
    const text = '{"Verdict": [1, {"verdict": "in"}], "other": 1, "findings" : {"x": {}}} rest';
    const reading = read(text);
    expect(reading).toMatchObject({ ok: true, to: text.length - 5 });
    const members = reading.ok ? reading.members : [];
    expect(members.map(({ key, depth, from, to }) => [key, depth, text.slice(from, to)])).toEqual([
      ['verdict', 3, '"in"'],
      ['verdict', 1, '[1, {"verdict": "in"}]'],
      ['findings', 1, '{"x": {}}'],
    ]);
  });

  it.each([
    ['numbers', '{"a":[0,-1,1.25,1e5,2E+10,3e-12,10]}'],
    ['words', '{"a":[true,false,null]}'],
    ['escapes', String.raw`{"a":"\" \\ \/ \b \f \n \r \t \u00e9 \uABCD"}`],
    ['blanks of every kind', ' \t\r\n{ \t\r\n"a" \t\r\n: \t\r\n[ ] , "b":{ } }'.trim()],
    ['nothing', '{}'],
  ])('takes %s as JSON does', (_, text) => {
    expect(read(text)).toMatchObject({ ok: true, to: text.length });
    expect(() => JSON.parse(text)).not.toThrow();
  });

  it('agrees with JSON.parse on any JSON, whole, cut off, or with one character changed', () => {
    const change = fc.tuple(fc.jsonValue(), fc.nat(), fc.constantFrom(...'{}[]",:0a\\ \n'));
    const holds = ([value, at, character]: [unknown, number, string]) => {
      const text = JSON.stringify({ value });
      const place = at % text.length;
      const changed = text.slice(0, place) + character + text.slice(place + 1);
      for (const each of [text, text.slice(0, place), changed].filter((one) => one[0] === '{'))
        expect(isWhole(each)).toBe(parses(each));
    };
    fc.assert(fc.property(change, holds));
  });

  it.each([
    ["{'a':1}", "'a':1}", "found a single quote (') where a key in double quotes is expected"],
    ['{a:1}', 'a:1}', 'found "a" where a key in double quotes is expected'],
    ['{~', '~', 'found "~" where a key in double quotes is expected'],
    [
      '{"a":1,}',
      '}',
      'found "}" (after a comma too much?) where a key in double quotes is expected',
    ],
    ['{"a":[1,]}', ']}', 'found "]" (after a comma too much?) where a value is expected'],
    ['{"a":[,', ',', 'found "," where a value is expected'],
    ['{"a" 1}', '1}', 'found "1" where ":" is expected'],
    ['{"a":1 "b"', '"b"', 'found a double quote where "," or "}" is expected'],
    ['{"a":[1 2]}', '2]}', 'found "2" where "," or "]" is expected'],
    [
      '{"a":"x"y"}',
      'y"}',
      'found "y" where "," or "}" is expected (a quote inside a string is written \\")',
    ],
    [
      '{"a":"x\ny"}',
      '\ny"}',
      'found a line break inside a string (write it as an escape, such as \\n)',
    ],
    ['{"a":"\t"}', '\t"}', 'found a tab inside a string (write it as an escape, such as \\n)'],
    ['{"a":1 // x', '// x', 'found a comment (/) where "," or "}" is expected'],
    ['{"a":1 # x', '# x', 'found a comment (#) where "," or "}" is expected'],
    ['{"a":é}', 'é}', 'found the character U+00E9 where a value is expected'],
    ['{"a":😀}', '😀}', 'found the character U+1F600 where a value is expected'],
    ['{\u0007', '\u0007', 'found the character U+0007 where a key in double quotes is expected'],
    ['{"a":"\\x"}', '\\x"}', 'an escape that JSON does not know'],
    ['{"a":"\\u00g0"}', '\\u00g0"}', 'an escape that JSON does not know'],
    ['{"a":"x', '', 'it ends in the middle of a string'],
    ['{"a', '', 'it ends in the middle of a string'],
    ['{"a":1', '', 'it ends in the middle'],
    ['{', '', 'it ends in the middle'],
    ['{"a":01}', '1}', 'found "1" where "," or "}" is expected'],
  ])('says what is wrong with %j, and where', (text, rest, problem) => {
    expect(problemOf(text)).toEqual({ rest, problem });
  });

  it('stops at the end that it is given', () => {
    expect(readJsonObject('{"a":1}', 0, 6, KEYS)).toMatchObject({ ok: false, at: 6 });
    expect(readJsonObject('x{"a":1}y', 1, 8, KEYS)).toMatchObject({ ok: true, to: 8 });
  });

  it('compares a wanted key of 80 characters as it is written, and no longer one', () => {
    const wanted = (length: number) => {
      const key = 'k'.repeat(length - 2);
      const reading = readJsonObject(`{"${key}":1}`, 0, length + 4, new Set([key]));
      return reading.ok && reading.members.length;
    };
    expect([wanted(80), wanted(81)]).toEqual([1, 0]);
  });

  it('counts the braces that are open where it fails, not the brackets', () => {
    expect(read('{"a":[{"b":[x')).toMatchObject({ ok: false, braces: 2 });
  });
});

/** The objects of a text as `valid` and `broken` pieces of it. */
function scan(text: string, from = 0, end = text.length) {
  const { objects, broken } = scanJsonObjects(text, from, end, KEYS);
  return {
    valid: objects.map((object) => text.slice(object.from, object.to)),
    enclosed: objects.map((object) => object.enclosed),
    spans: objects.map((object) => object.inCodeSpan),
    broken: broken.map((object) => text.slice(object.from, object.to)),
  };
}

describe('The JSON objects of a text', () => {
  it('are found in order, with what is broken beside them', () => {
    expect(scan('a {"a":1} { b } {"c":{}}')).toMatchObject({
      valid: ['{"a":1}', '{"c":{}}'],
      broken: ['{ b }'],
      enclosed: [false, false],
    });
  });

  it('are searched in the given stretch only', () => {
    expect(scan('{"a":1} {"b":2} {"c":3}', 7, 16).valid).toEqual(['{"b":2}']);
    expect(scan('{"a":1}{', 0, 7)).toMatchObject({ valid: ['{"a":1}'], broken: [] });
  });

  it('are enclosed where the braces of something else are open around them, and only there', () => {
    const text = '{"a":0} f() { {"b":1} if (x) { {"c":2} } {"d":3} } {"e":4}';
    expect(scan(text)).toMatchObject({
      valid: ['{"a":0}', '{"b":1}', '{"c":2}', '{"d":3}', '{"e":4}'],
      enclosed: [false, true, true, true, false],
      broken: ['{ {"b":1} if (x) { {"c":2} } {"d":3} }', '{ {"c":2} }'],
    });
  });

  it('are not enclosed by a brace that nothing closes', () => {
    expect(scan('{ a {"b":1}').enclosed).toEqual([false]);
    expect(scan('} {"b":1} }').enclosed).toEqual([false]);
  });

  it('end, where they are broken and never closed, with the paragraph', () => {
    expect(scan('{a {"b":1}\nc\n \t\nd').broken).toEqual(['{a {"b":1}\nc']);
    expect(scan('{a\nx\n\n{b\ny\n\nz').broken).toEqual(['{a\nx', '{b\ny']);
    expect(scan('{a\nx {b\ny\n\nz').broken).toEqual(['{a\nx {b\ny', '{b\ny']);
    expect(scan('{a\n-\nb').broken).toEqual(['{a\n-\nb']);
    expect(scan('{a b\n\nc', 0, 3).broken).toEqual(['{a ']);
  });

  it('end, where they are broken and closed, behind their own brace', () => {
    expect(scan('{"a":{"b":[{x}]}}, {"c":1}')).toMatchObject({
      broken: ['{"a":{"b":[{x}]}}'],
      valid: ['{"c":1}'],
    });
  });

  it('know where the one before them ends', () => {
    const text = 'x {"a":1} y {"b":2} {z';
    const { objects, broken } = scanJsonObjects(text, 1, text.length, KEYS);
    expect(objects.map(({ since }) => since)).toEqual([1, 9]);
    expect(broken.map(({ since }) => since)).toEqual([19]);
  });

  it.each([
    ['`{"a":1}`', [true]],
    ['`a` {"a":1}', [false]],
    ['`a {"a":1}', [true]],
    ['`a\n{"a":1}', [false]],
    ['``{"a":1}``', [true]],
    ['```{"a":1}', [true]],
    ['`a` ``b {"a":1}', [true]],
    ['`a {"a":"`"} {"b":1} ` {"c":1}', [true, true, false]],
    ['{"a":"`"} {"b":1}', [false, false]],
  ])('are in a code span where a backtick is open on their line: %s', (text, spans) => {
    expect(scan(text).spans).toEqual(spans);
  });
});

function isWhole(text: string): boolean {
  const reading = read(text);
  return reading.ok && text.slice(reading.to).trim() === '';
}

function parses(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
