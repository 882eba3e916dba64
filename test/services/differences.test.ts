import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { differences } from '../../services/differences.ts';

describe('The differences of two values', () => {
  it.each([
    [{ a: 1 }, { a: 2 }, [{ path: 'a', before: 1, after: 2 }]],
    [{ a: { b: [1, 2] } }, { a: { b: [1, 3] } }, [{ path: 'a.b.1', before: 2, after: 3 }]],
    [{}, { a: null }, [{ path: 'a', before: undefined, after: null }]],
    [{ a: 1 }, {}, [{ path: 'a', before: 1, after: undefined }]],
    [{ a: undefined }, {}, []],
    [[1], { 0: 1 }, [{ path: '', before: [1], after: { 0: 1 } }]],
    [null, {}, [{ path: '', before: null, after: {} }]],
    ['a', 'b', [{ path: '', before: 'a', after: 'b' }]],
    [{}, { toString: 1 }, [{ path: 'toString', before: undefined, after: 1 }]],
  ])('%j and %j are %j', (before, after, wanted) => {
    expect(differences(before, after)).toEqual(wanted);
  });

  it('are none exactly when both are the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const [a, b] = [JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other))];
        expect(differences(a, JSON.parse(JSON.stringify(a)))).toEqual([]);
        expect(differences(a, b).length === 0).toBe(isSame(a, b));
      }),
    );
  });

  it('are not more than are wanted', () => {
    expect(differences([1, 2, 3], [4, 5, 6], 2)).toHaveLength(2);
  });
});

function isSame(one: unknown, other: unknown): boolean {
  try {
    expect(one).toEqual(other);
    return true;
  } catch {
    return false;
  }
}
