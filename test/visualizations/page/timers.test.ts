import { describe, expect, it } from '@jest/globals';
import type { SentTransition } from '../../../services/inspect-api.ts';
import { timersOf } from '../../../visualizations/page/timers.js';
import * as on from '../../machines/lifecycle-events.ts';
import { type LiveRun, liveRun } from '../../machines/live-run.ts';
import { BEGUN_AT, DEMO_STEPS, madeRun } from './runs.ts';

/** The state of a live machine as the page would have received it. */
function seen({ run, clock }: LiveRun): SentTransition {
  const { value, context } = JSON.parse(JSON.stringify(run()));
  const state = typeof value === 'string' ? value : Object.keys(value)[0];
  return { seq: 0, at: clock.now(), event: { type: 'run.start' }, value, state, context } as never;
}

describe('The timers', () => {
  it.each([
    ['inactivity', [on.start]],
    ['retryPause', [on.start, on.ended(on.end()), on.dead()]],
  ] as const)('are those of the machine: %s ends when the page says', (delay, steps) => {
    const live = liveRun({ input: on.input() });
    live.send(...steps);
    const timer = timersOf([seen(live)], 0, null).find((each) => each.delay === delay);
    const before = JSON.stringify(live.run().value);
    live.clock.increment((timer?.endsAt ?? 0) - live.clock.now() - 1);
    expect(JSON.stringify(live.run().value)).toBe(before);
    live.clock.increment(1);
    expect(JSON.stringify(live.run().value)).not.toBe(before);
  });

  it('count silence from the last sign of life, and the attempt from its start', () => {
    const run = madeRun(DEMO_STEPS);
    const begun = BEGUN_AT + 1_000;
    const [inactivity, ceiling] = timersOf(run, 2, begun + 700);
    expect(inactivity).toMatchObject({ from: begun + 700, endsAt: begun + 1_700, isPutOff: true });
    expect(ceiling).toMatchObject({ delay: 'attemptCeiling', from: begun, endsAt: begun + 10_000 });
  });

  it('leave an attempt that was attached to only the rest of its time', () => {
    const run = madeRun([on.start, on.restarted, on.aliveFor(4_000)]);
    expect(timersOf(run, 3, null)[1]).toMatchObject({ endsAt: BEGUN_AT + 3_000 + 6_000 });
  });

  it('know when a usage limit ends', () => {
    const end = on.end({ class: 'limited' });
    const run = madeRun([on.start, on.ended(end), on.limited(4_102_444_800_000)]);
    expect(timersOf(run, 3, null)).toMatchObject([
      { delay: 'quotaReset', endsAt: run[3]?.context.resumeAt },
    ]);
  });

  it('are none where the machine rests', () => {
    const run = madeRun(DEMO_STEPS);
    expect(timersOf(run, 0, null)).toEqual([]);
    expect(timersOf(run, run.length - 1, null)).toEqual([]);
    expect(timersOf([], -1, null)).toEqual([]);
  });
});
