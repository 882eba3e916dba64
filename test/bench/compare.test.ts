import { describe, expect, it } from '@jest/globals';
import { changes } from './compare.ts';
import { readFigures, writeFigures } from './figures.ts';
import { costs, keepsLimit, median, noise, type Row, ratioAtMost, valueAtMost } from './row.ts';

const row = (values: readonly number[], more: Partial<Row> = {}): Row => ({
  name: 'a row',
  unit: 'ms',
  values,
  against: null,
  limit: null,
  ...more,
});
const kindOf = (before: Row, after: Row) => changes([before], [after])[0]?.kind;

describe('A row of the benchmark', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[7], 7],
  ])('has the median of %j', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('costs the ratio of each repetition to the reference beside it', () => {
    const against = { name: 'bare', values: [1, 2, 4] };
    expect(costs(row([2, 6, 4], { against }))).toEqual([2, 3, 1]);
    expect(costs(row([2, 6, 4]))).toEqual([2, 6, 4]);
  });

  it('has no noise when all repetitions agree, and the less the more there are', () => {
    expect(noise([5, 5, 5])).toBe(0);
    expect(noise([4, 5, 6, 4, 5, 6, 4, 5, 6])).toBeLessThan(noise([4, 5, 6]));
  });

  it('keeps a limit of its ratio or of its value', () => {
    const against = { name: 'bare', values: [10] };
    expect(keepsLimit(row([20], { against, limit: ratioAtMost(2) }))).toBe(true);
    expect(keepsLimit(row([21], { against, limit: ratioAtMost(2) }))).toBe(false);
    expect(keepsLimit(row([21], { against, limit: valueAtMost(30) }))).toBe(true);
    expect(keepsLimit(row([21]))).toBeNull();
  });
});

describe('The comparison of two measurements', () => {
  it('tells what is better and what is worse by more than the repetitions scatter', () => {
    const before = row([100, 101, 99]);
    expect(kindOf(before, row([80, 81, 79]))).toBe('better');
    expect(kindOf(before, row([125, 126, 124]))).toBe('worse');
    expect(kindOf(before, row([103, 104, 102]))).toBe('same');
    expect(kindOf(row([60, 100, 140]), row([125, 80, 160]))).toBe('same');
  });

  it('looks at the ratio to the reference, so that a slower machine changes nothing', () => {
    const before = row([10, 10, 10], { against: { name: 'bare', values: [5, 5, 5] } });
    const slower = row([30, 30, 30], { against: { name: 'bare', values: [15, 15, 15] } });
    const worse = row([30, 30, 30], { against: { name: 'bare', values: [5, 5, 5] } });
    expect(kindOf(before, slower)).toBe('same');
    expect(kindOf(before, worse)).toBe('worse');
  });

  it('trusts a figure that was taken once less', () => {
    expect(kindOf(row([100]), row([112]))).toBe('same');
    expect(kindOf(row([100]), row([130]))).toBe('worse');
  });

  it('leaves out what only one of them has', () => {
    expect(changes([row([1])], [row([1], { name: 'another' })])).toEqual([]);
  });
});

describe('The file of figures', () => {
  it('gives back the rows that were written, and refuses what is no such file', () => {
    const rows = [row([1, 2], { limit: ratioAtMost(2), against: { name: 'b', values: [1, 1] } })];
    expect(readFigures(writeFigures(rows))).toEqual(rows);
    expect(() => readFigures('{"version":2}')).toThrow();
  });
});
