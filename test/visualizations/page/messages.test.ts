import { describe, expect, it } from '@jest/globals';
import { messagesOf, PARTIES } from '../../../visualizations/page/messages.js';
import * as on from '../../machines/lifecycle-events.ts';
import { DEMO_STEPS, KEPT, keptRun, madeRun } from './runs.ts';

const told = (steps: readonly on.Step[], input = on.input()) =>
  messagesOf(madeRun(steps, input)).map(({ from, to, text }) => `${from} → ${to}: ${text}`);

describe('The sequence', () => {
  it('says who told whom what', () => {
    expect(told(DEMO_STEPS)).toEqual([
      'you → machine: start',
      'machine → worker: work · attempt 1',
      'worker → machine: I wrote it.',
      'machine → auditor: judge · attempt 2',
      'auditor → machine: retry: feedback of retry',
      'machine → worker: work · attempt 3',
      'worker → machine: fell silent',
      'machine → recovery: examine attempt 3',
      'recovery → machine: success',
      'machine → auditor: judge · attempt 4',
      'auditor → machine: done: feedback of done',
      'machine → you: completed: done',
    ]);
  });

  it('shows silence as what it is: nothing was said', () => {
    const silent = messagesOf(madeRun(DEMO_STEPS)).filter(({ isSilent }) => isSilent);
    expect(silent.map(({ from, tone }) => [from, tone])).toEqual([['worker', 'bad']]);
  });

  it.each<[string, readonly on.Step[], string[]]>([
    [
      'a pause before another start',
      [on.start, on.ended(on.end()), on.dead()],
      ['recovery → machine: dead', 'machine → machine: pauses for 0.1s'],
    ],
    [
      'a loss of oneshot itself',
      [on.start, on.restarted],
      [
        'machine → machine: oneshot was lost, and started again',
        'machine → recovery: examine attempt 1',
      ],
    ],
    [
      'a usage limit',
      [on.start, on.ended(on.end({ class: 'limited' })), on.limited(4_102_444_800_000)],
      ['recovery → machine: limited', 'machine → machine: waits for the usage limit'],
    ],
    [
      'an interruption',
      [on.start, on.interrupt(), on.resume],
      ['you → machine: interrupt (SIGINT)', 'machine → you: interrupted: SIGINT'],
    ],
  ])('tells of %s', (_, steps, messages) => {
    expect(told(steps)).toEqual(expect.arrayContaining(messages));
  });

  it('tells of checks', () => {
    const steps = [on.start, on.ended(on.cleanEnd()), on.checksFail];
    expect(told(steps, on.input({ hasChecks: true })).slice(-2)).toEqual([
      'machine → checks: run',
      'checks → machine: failed',
    ]);
  });

  it.each(KEPT)('has only those who take part, and steps that there are: %s', (name) => {
    const run = keptRun(name);
    for (const { from, to, text, seq } of messagesOf(run)) {
      expect(PARTIES).toEqual(expect.arrayContaining([from, to]));
      expect(text).not.toMatch(/undefined|null|xstate|\[object/);
      expect(run.some((transition) => transition.seq === seq)).toBe(true);
    }
  });

  it.each(KEPT)('grows without being told anew: %s', (name) => {
    const run = keptRun(name);
    for (let first = 0; first <= run.length; first += 1) {
      const pieces = [...messagesOf(run.slice(0, first)), ...messagesOf(run, first)];
      expect(pieces).toEqual(messagesOf(run));
    }
  });
});
