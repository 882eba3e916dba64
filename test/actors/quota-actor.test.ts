import { describe, expect, it } from '@jest/globals';
import { createActor, toPromise } from 'xstate';
import { type QuotaClocks, quotaActor } from '../../actors/quota-actor.ts';

const HOURS = 36_000_000;

/** Milliseconds that a wait of 50 ms took. */
async function waited(clocks: QuotaClocks): Promise<number> {
  const begun = performance.now();
  const input = { resumeAt: clocks.now() + 50 };
  await toPromise(createActor(quotaActor(clocks), { input }).start());
  return performance.now() - begun;
}

describe('The wait for the end of a usage limit', () => {
  it('is no longer than it was to be when the clock is set back meanwhile', async () => {
    let looks = 0;
    // Set back behind the looks that begin the wait.
    const now = () => {
      looks += 1;
      return Date.now() - (looks > 3 ? 10 * HOURS : 0);
    };
    expect(await waited({ now })).toBeGreaterThanOrEqual(45);
    expect(looks).toBeGreaterThan(3);
  });

  it('is over at its time also when the machine slept, as the other clock did', async () => {
    expect(await waited({ now: Date.now, uptime: () => 0 })).toBeGreaterThanOrEqual(45);
  });

  it('is none when its time is over', async () => {
    const input = { resumeAt: Date.now() - 1 };
    await toPromise(createActor(quotaActor({ now: Date.now }), { input }).start());
  });
});
