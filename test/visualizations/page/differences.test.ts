import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { differences } from '../../../visualizations/page/differences.js';

describe('A difference', () => {
  it('names each path that changed, and nothing else', () => {
    const before = { a: 1, b: { c: [1, 2], d: null } };
    expect(differences(before, { a: 1, b: { c: [1, 3], d: null }, e: 5 })).toEqual([
      { path: 'b.c.1', before: 2, after: 3 },
      { path: 'e', before: undefined, after: 5 },
    ]);
  });

  it('is told as a whole where something takes the place of nothing', () => {
    expect(differences({ attempt: null }, { attempt: { number: 1 } })).toEqual([
      { path: 'attempt', before: null, after: { number: 1 } },
    ]);
  });

  it('is none between equal values, and some between others', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(differences(a, JSON.parse(JSON.stringify(a)))).toEqual([]);
        const isSame = JSON.stringify(a) === JSON.stringify(b);
        if (isSame) expect(differences(a, b)).toEqual([]);
      }),
    );
  });
});
