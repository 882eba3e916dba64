import { describe, expect, it } from '@jest/globals';
import { isIn, nextWhere, wayTo } from '../../../visualizations/page/way.js';
import * as on from '../../machines/lifecycle-events.ts';
import { arrivalIn, madeRun } from './runs.ts';

const run = madeRun(
  [
    on.start,
    on.ended(on.cleanEnd()),
    on.checksFail,
    on.reiterate,
    on.ended(on.cleanEnd()),
    on.checksPass,
    on.audit,
    on.ended(on.answer('done')),
  ],
  on.input({ hasChecks: true }),
);

describe('The way to a transition', () => {
  it('counts the moves and the visits up to it', () => {
    const { moves, visits } = wayTo(run, run.length - 1);
    expect(moves.get('created/run.start/0')).toBe(1);
    expect(moves.get('checksExecuting/checks.ended/0')).toBe(1);
    expect(moves.get('checksExecuting/checks.ended/1')).toBe(1);
    expect(visits.get('workerExecuting')).toBe(2);
    expect(visits.get('completed')).toBe(1);
  });

  it('knows nothing of what comes later', () => {
    const { moves, visits } = wayTo(run, arrivalIn(run, 'workerExecuting'));
    expect([...visits.keys()]).toEqual(['created', 'workerExecuting']);
    expect([...moves.keys()]).toEqual(['created/run.start/0']);
  });
});

describe('A state value', () => {
  it.each([
    ['created', 'created', true],
    ['created', 'completed', false],
    [{ recoveryPending: 'examining' }, 'recoveryPending', true],
    [{ recoveryPending: 'examining' }, 'recoveryPending.examining', true],
    [{ recoveryPending: 'examining' }, 'recoveryPending.pausing', false],
    [{ workerExecuting: 'live' }, 'auditorExecuting.live', false],
  ])('%j is in %s: %s', (value, id, isInside) => {
    expect(isIn(value, id)).toBe(isInside);
  });
});

describe('The next transition of a kind', () => {
  const isArrival = nextWhere.bind(null, run);

  it('is looked for behind the one at hand, and then from the beginning', () => {
    const first = arrivalIn(run, 'workerExecuting');
    const holds = ({ state }: { state: string }, before?: { state: string }) =>
      state === 'workerExecuting' && before?.state !== state;
    const second = isArrival(first, holds);
    expect(second).toBeGreaterThan(first);
    expect(isArrival(second, holds)).toBe(first);
    expect(isArrival(0, () => false)).toBe(-1);
  });
});
