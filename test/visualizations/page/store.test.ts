import { describe, expect, it } from '@jest/globals';
import { createStore, restOn } from '../../../visualizations/page/store.js';
import { DEMO_STEPS, madeRun } from './runs.ts';

const run = madeRun(DEMO_STEPS);

function filled(count = run.length) {
  const store = createStore();
  for (const transition of run.slice(0, count)) store.add(transition);
  return store;
}

describe('The run that is looked at', () => {
  it('shows the newest transition as it comes, until somebody looks back', () => {
    const store = filled(3);
    expect(store.current?.seq).toBe(2);
    store.step(-1);
    for (const transition of run.slice(3)) store.add(transition);
    expect([store.current?.seq, store.isFollowing]).toEqual([1, false]);
    store.follow();
    expect([store.current?.seq, store.isFollowing]).toEqual([run.length - 1, true]);
  });

  it('takes a transition once, since a stream may begin again', () => {
    const store = filled();
    for (const transition of run) store.add(transition);
    expect(store.transitions.map(({ seq }) => seq)).toEqual(run.map(({ seq }) => seq));
  });

  it.each([
    ['the first', 0, 0],
    ['before the first', -5, 0],
    ['behind the last', 999, run.length - 1],
  ])('goes to %s', (_, wanted, index) => {
    const store = filled();
    store.goTo(wanted);
    expect(store.index).toBe(index);
  });

  it('goes to a seq, and stays where it is for one that there is not', () => {
    const store = filled();
    store.goToSeq(4);
    expect(store.current?.seq).toBe(4);
    store.goToSeq(4_000);
    expect(store.current?.seq).toBe(4);
  });

  it('goes to what held at a moment', () => {
    const store = filled();
    const [second, third] = [run[1]?.at ?? 0, run[2]?.at ?? 0];
    store.goToTime(third - 1);
    expect(store.current?.at).toBe(second);
    store.goToTime(0);
    expect(store.index).toBe(0);
  });

  it('tells those who draw of each change, until they do not want to know', () => {
    const store = filled();
    let told = 0;
    const end = store.subscribe(() => {
      told += 1;
    });
    store.step(-1);
    store.follow();
    end();
    store.step(-1);
    expect(told).toBe(2);
  });
});

describe('A run that is played', () => {
  it('rests on each transition for a time that one can follow', () => {
    for (let index = 0; index < run.length; index += 1) {
      expect(restOn(run, index)).toBeGreaterThanOrEqual(180);
      expect(restOn(run, index)).toBeLessThanOrEqual(1_400);
    }
  });
});
