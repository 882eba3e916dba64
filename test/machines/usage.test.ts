import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Usage } from '../../machines/contracts.ts';
import { UNKNOWN_USAGE } from '../../machines/contracts.ts';
import { addUsage, subtractUsage } from '../../machines/usage.ts';
import * as on from './lifecycle-events.ts';

const figure = fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: null });
const anyUsage: fc.Arbitrary<Usage> = fc.record({
  inputTokens: figure,
  outputTokens: figure,
  costUsd: figure,
});

describe('usage', () => {
  it('adds what is known', () => {
    expect(addUsage(on.usage(1, null), on.usage(2, 3))).toEqual(on.usage(3, 3));
  });

  it('stays unknown where both are unknown, and is never 0 for that', () => {
    expect(addUsage(UNKNOWN_USAGE, UNKNOWN_USAGE)).toEqual(UNKNOWN_USAGE);
  });

  it('keeps a known 0 apart from unknown', () => {
    expect(addUsage(on.usage(0), UNKNOWN_USAGE).inputTokens).toBe(0);
  });

  it('gives the same sum in any order', () => {
    fc.assert(
      fc.property(anyUsage, anyUsage, anyUsage, (a, b, c) => {
        expect(addUsage(a, b)).toEqual(addUsage(b, a));
        expect(addUsage(addUsage(a, b), c)).toEqual(addUsage(a, addUsage(b, c)));
      }),
    );
  });

  it('that is unknown changes nothing', () => {
    fc.assert(
      fc.property(anyUsage, (a) => {
        expect(addUsage(a, UNKNOWN_USAGE)).toEqual(a);
      }),
    );
  });

  it('of a resumed session is what the session used less what it had used before', () => {
    expect(subtractUsage(on.usage(5, 0.5), on.usage(2, 0.25))).toEqual(on.usage(3, 0.25));
  });

  it('loses nothing to an unknown part, stays unknown, and is never below 0', () => {
    expect(subtractUsage(on.usage(5, null), on.usage(null, 2))).toEqual(on.usage(5, null));
    expect(subtractUsage(on.usage(1), on.usage(2)).inputTokens).toBe(0);
  });
});
