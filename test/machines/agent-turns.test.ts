import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstTurns, nextTurn, sameTurn } from '../../machines/agent-turns.ts';

describe('The turn after a usage limit', () => {
  const first = firstTurns({ worker: 3, auditor: 1 });

  it('begins with the own agent of each role', () => {
    expect(first).toEqual({
      worker: { current: 0, limitedUntil: [0, 0, 0] },
      auditor: { current: 0, limitedUntil: [0] },
    });
  });

  it('is that of the same agent where it is waited for', () => {
    expect(sameTurn(first.worker, 50)).toEqual({
      turn: { current: 0, limitedUntil: [50, 0, 0] },
      resumeAt: 50,
    });
  });

  it.each([
    [0, [0, 0, 0], 50, 1, null],
    [1, [90, 0, 0], 50, 2, null],
    [2, [90, 80, 0], 50, 2, 50],
    [2, [90, 40, 0], 50, 1, 40],
    [2, [10, 80, 0], 50, 0, null],
    [0, [0, 10, 0], 50, 1, null],
    [0, [0], 50, 0, 50],
  ])(
    'of agent %i among %j, limited until %i, is that of %i at %s (now 20)',
    (current, limitedUntil, until, agent, resumeAt) => {
      const next = nextTurn({ current, limitedUntil }, until, 20);
      expect([next.turn.current, next.resumeAt]).toEqual([agent, resumeAt]);
    },
  );

  it('is at once only for another agent that is at no limit, and else at the first end of all', () => {
    const ends = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 5 });
    const holds = (limitedUntil: readonly number[], seed: number, wait: number, now: number) => {
      const current = seed % limitedUntil.length;
      const { turn, resumeAt } = nextTurn({ current, limitedUntil }, now + wait, now);
      const { limitedUntil: after } = turn;
      expect(after).toEqual(limitedUntil.with(current, now + wait));
      if (resumeAt === null) {
        expect(turn.current).not.toBe(current);
        expect(after[turn.current]).toBeLessThanOrEqual(now);
      } else {
        expect(resumeAt).toBe(Math.min(...after));
        expect(after[turn.current]).toBe(resumeAt);
        expect(resumeAt).toBeGreaterThan(now);
      }
    };
    const nat = fc.nat({ max: 100 });
    fc.assert(fc.property(ends, nat, fc.integer({ min: 1, max: 100 }), nat, holds));
  });
});
