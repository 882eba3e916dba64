import { describe, expect, it } from '@jest/globals';
import { planKill } from './kill-plan.ts';
import { randomOf } from './random.ts';

const plans = (seed: number, run: number) => {
  const random = randomOf(seed, run);
  return Array.from({ length: 2_000 }, () => planKill(random));
};

describe('What a run is killed by', () => {
  it('follows from the seed and the number of the run', () => {
    expect(plans(7, 3)).toEqual(plans(7, 3));
    expect(plans(7, 3)).not.toEqual(plans(7, 4));
    expect(plans(7, 3)).not.toEqual(plans(8, 3));
  });

  it('is an instant, or a failpoint of every kind, before it and after it', () => {
    const kinds = plans(1, 1).map(({ failpoint, afterMs }) =>
      failpoint === null ? typeof afterMs : failpoint.replace(/:\d+:/, ' '),
    );
    const failpoints = 'open write transition fsync rename link remove mkdir truncate spawn signal';
    const both = failpoints.split(' ').flatMap((kind) => [`${kind} before`, `${kind} after`]);
    expect(new Set(kinds)).toEqual(new Set(['number', ...both, 'write torn', 'transition torn']));
  });
});
