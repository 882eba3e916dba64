import { describe, expect, it } from '@jest/globals';
import { initialContext } from '../../machines/context.ts';
import { isStalled, stalledMessage, standstillWith } from '../../machines/standstill.ts';
import { input } from './lifecycle-events.ts';

const begun = initialContext(input({ limits: { stallAfter: 2 } }));
const once = { tree: 't', found: ['a', 'b'], rounds: 1 };

describe('A standstill', () => {
  it.each([
    ['begins with the first round', null, 't', ['b', 'a'], once],
    [
      'goes on when the same is found in the same files',
      once,
      't',
      ['b', 'a'],
      { ...once, rounds: 2 },
    ],
    ['begins anew with other files', once, 'u', ['a', 'b'], { ...once, tree: 'u' }],
    ['begins anew when other things are found', once, 't', ['a'], { ...once, found: ['a'] }],
    ['is not known where nobody recorded the files', once, null, ['a', 'b'], null],
  ])('%s', (_, standstill, tree, found, expected) => {
    expect(standstillWith({ ...begun, standstill }, tree, found)).toEqual(expected);
  });

  it.each([
    [2, 1, false],
    [2, 2, true],
    [2, 3, true],
    [1, 1, true],
    [0, 99, false],
  ])('that may last %d rounds and lasts %d ends the run: %s', (stallAfter, rounds, expected) => {
    const { limits } = input({ limits: { stallAfter } });
    expect(isStalled({ ...begun, limits, standstill: { ...once, rounds } })).toBe(expected);
    expect(isStalled({ ...begun, limits })).toBe(false);
  });

  it('is told with what was found, and what to do', () => {
    expect(stalledMessage({ ...begun, standstill: { ...once, rounds: 2 } })).toBe(
      '2 rounds in a row found the same in unchanged files: a, b (oneshot show run-1 tells more). ' +
        'Change the task, the files or the check; then: oneshot resume. With --stall-after 0 such a run goes on.',
    );
  });
});
