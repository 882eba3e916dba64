import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { initialTransition, transition } from 'xstate';
import { effectless } from '../../machines/effectless.ts';
import { lifecycle } from '../../machines/lifecycle.ts';
import * as on from './lifecycle-events.ts';
import { input } from './lifecycle-events.ts';
import type { Run } from './lifecycle-runs.ts';
import * as to from './lifecycle-runs.ts';
import { recordOf } from './lifecycle-runs.ts';
import { walks } from './lifecycle-walk.ts';

const bare = effectless(lifecycle);

describe('The lifecycle without its effects', () => {
  it.each(walks)('goes the same way as the whole one, whatever happens (%#)', (walk) => {
    const choices = fc.array(fc.nat(), { maxLength: 60 });
    fc.assert(
      fc.property(choices, (numbers) => {
        let whole: Run = initialTransition(lifecycle, walk.input)[0];
        let lean: Run = initialTransition(bare, walk.input)[0];
        for (const number of numbers) {
          const events = walk.events(whole);
          const event = events[number % events.length];
          if (!event) break;
          whole = transition(lifecycle, whole, event)[0];
          lean = transition(bare, lean, event)[0];
          expect(recordOf(lean)).toEqual(recordOf(whole));
        }
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['worker', to.toWorker],
    ['recovery', to.toWorkerRecovery],
    ['auditor', to.toAuditor],
    ['quotaReset', to.toWorkerQuota],
  ] as const)('fails as the whole one when the actor %s breaks', (actor, way) => {
    const steps = [...way, on.broken(actor)];
    const lean = to.play(steps, input(), bare);
    expect(to.stateOf(lean)).toBe('failed');
    expect(recordOf(lean)).toEqual(recordOf(to.play(steps)));
  });

  it('invokes nothing and arms no timer', () => {
    const [first, actions] = initialTransition(bare, input());
    const [, further] = transition(bare, first, { type: 'run.start' });
    const types = [...actions, ...further].map(({ type }) => type);
    expect(types.filter((type) => !type.startsWith('xstate.assign'))).toEqual([]);
    const [, whole] = transition(lifecycle, initialTransition(lifecycle, input())[0], {
      type: 'run.start',
    });
    expect(whole.map(({ type }) => type)).toContain('xstate.spawnChild');
  });

  it('has the guards and actions that the whole one was provided with', () => {
    const refusing = effectless(lifecycle.provide({ guards: { iterationsLeft: () => false } }));
    const { context } = initialTransition(bare, input())[0];
    const at = { value: 'reiterationPending' as const, context };
    const event = { type: 'xstate.after.0.oneshot.reiterationPending' } as never;
    expect(transition(refusing, refusing.resolveState(at), event)[0].value).toBe('failed');
    expect(
      transition(
        bare,
        bare.resolveState({ ...at, context: { ...context, iteration: 0 } }),
        event,
      )[0].value,
    ).not.toBe('failed');
  });
});
