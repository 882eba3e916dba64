/** The context depends on events only: what a journal of events gives, it gives every time and after any restart. */
import { describe, expect, it } from '@jest/globals';
import { PREVIEW_LENGTH } from '../../machines/contracts.ts';
import { lifecycle } from '../../machines/lifecycle.ts';
import type { Step } from './lifecycle-events.ts';
import * as on from './lifecycle-events.ts';
import type { Run } from './lifecycle-runs.ts';
import { play, playOn, recordOf } from './lifecycle-runs.ts';

/** A run that goes through every kind of trouble. */
const eventful: readonly Step[] = [
  on.start,
  on.started(4711),
  on.activity,
  on.silence('worker'),
  on.partial(),
  on.reiterate,
  on.ended(on.end()),
  on.dead(),
  on.pauseOver,
  on.restarted,
  on.alive,
  on.ended(on.cleanEnd({ usage: on.usage(10, 0.1) })),
  on.checksFail,
  on.reiterate,
  on.ended(on.end({ class: 'limited' })),
  on.limited(null),
  on.interrupt('SIGTERM'),
  on.restarted,
  on.resume,
  on.quotaReset,
  on.ended(on.cleanEnd()),
  on.checksPass,
  on.audit,
  on.ended(on.answer('unreadable')),
  on.audit,
  on.ended(on.answer('retry')),
  on.reiterate,
  on.extend(9),
  on.reiterate,
  on.ended(on.cleanEnd()),
  on.checksPass,
  on.audit,
  on.ended(on.answer('done')),
];

const withChecks = on.input({ hasChecks: true });

describe('the lifecycle as a pure function', () => {
  it('gives the same run for the same events', () => {
    const [one, other] = [play(eventful, withChecks), play(eventful, withChecks)];
    expect(recordOf(one)).toEqual(recordOf(other));
    expect(one.value).toBe('completed');
  });

  it.each(eventful.map((_, index) => index))(
    'goes on from its record after %i events as if nothing had been',
    (index) => {
      const restored = fromDisk(play(eventful.slice(0, index), withChecks));
      const end = playOn(restored, eventful.slice(index));
      expect(recordOf(end)).toEqual(recordOf(play(eventful, withChecks)));
    },
  );

  it.each(eventful.map((_, index) => index))(
    'has a context after %i events that JSON does not change',
    (index) => {
      const { context } = play(eventful.slice(0, index), withChecks);
      expect(JSON.parse(JSON.stringify(context))).toStrictEqual(context);
    },
  );

  it('keeps its context below 32 KiB however long it runs and whatever it is told', () => {
    const preview = 'ü'.repeat(PREVIEW_LENGTH);
    const retry = on.answer('retry', { feedback: on.text(preview), message: preview });
    const round = [
      on.silence('worker'),
      on.partial(),
      on.reiterate,
      on.ended(on.cleanEnd({ result: on.text(preview) })),
      on.checksPass,
      on.audit,
      on.ended(retry),
      on.reiterate,
    ];
    const long = on.input({ hasChecks: true, limits: { maxIterations: 10_000 } });
    const rounds = Array.from({ length: 500 }, () => round).flat();
    const { context } = play([on.start, ...rounds], long);
    expect(context.iteration).toBe(1_001);
    expect(Buffer.byteLength(JSON.stringify(context))).toBeLessThan(32 * 1024);
  });
});

/** As a host reads a run back: plain JSON, without the actors that died with the process before. */
function fromDisk(run: Run): Run {
  const { value, context } = recordOf(run);
  // A journal keeps the value as JSON; the type of a machine's state value is lost there.
  return lifecycle.resolveState({ value: value as Run['value'], context });
}
