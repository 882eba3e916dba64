/** What the page makes of a run's transitions, without a browser. */
import { describe, expect, it } from '@jest/globals';
import {
  barsOf,
  differences,
  durationText,
  messagesOf,
  timersOf,
  wayTo,
} from '../../visualizations/page/model.js';

const context = (number: number, attach = false) => ({
  attempt: { number, attach },
  resumeAt: null,
});
const at = (seq: number, state: string, type: string, more: object = {}) => ({
  seq,
  at: seq * 1_000,
  state,
  event: { type, ...more },
  context: context(1),
  moves: [`${state}/move`],
});

const run = [
  at(0, 'created', 'xstate.init'),
  at(1, 'workerExecuting', 'run.start'),
  at(2, 'workerExecuting', 'agent.started'),
  at(3, 'recoveryPending', 'xstate.after.inactivity.oneshot.workerExecuting.live'),
  at(4, 'auditPending', 'xstate.done.actor.recovery', {
    output: { findings: { kind: 'success' } },
  }),
  at(5, 'auditorExecuting', 'xstate.after.0.oneshot.auditPending'),
  at(6, 'completed', 'agent.ended', { end: { verdict: { kind: 'done' } } }),
];

describe('The timeline', () => {
  it('has one bar for each stay in a state that does something', () => {
    const bars = barsOf(run, 99_000);
    expect(bars.map(({ lane, from, to }) => [lane, from, to])).toEqual([
      ['worker', 1_000, 3_000],
      ['recovery', 3_000, 4_000],
      ['auditor', 5_000, 6_000],
    ]);
  });

  it('lets the last bar of a run that goes on grow', () => {
    expect(barsOf(run.slice(0, 3), 9_000)).toMatchObject([{ to: 9_000, isOpen: true }]);
  });
});

describe('The way to a transition', () => {
  it('counts the moves up to it and knows nothing of what comes later', () => {
    const { moves, states } = wayTo(run, 3);
    expect(moves.get('workerExecuting/move')).toBe(2);
    expect([...states]).toEqual(['created', 'workerExecuting', 'recoveryPending']);
  });
});

describe('The sequence', () => {
  it('says who told whom what', () => {
    expect(messagesOf(run).map(({ from, to, text }) => `${from} → ${to}: ${text}`)).toEqual([
      'you → machine: start',
      'machine → worker: attempt 1',
      'worker → machine: (silence)',
      'machine → recovery: examine 1',
      'recovery → machine: success',
      'machine → auditor: judge (1)',
      'worker → machine: done',
      'machine → you: completed',
    ]);
  });
});

describe('The timers', () => {
  it('count from the last sign of life, the ceiling from the start', () => {
    const machine = { delays: { inactivity: 300, attemptCeiling: 5_000 } };
    expect(timersOf(run[1], machine, 1_500)).toEqual([
      { name: 'inactivity', endsAt: 1_800 },
      { name: 'attempt timeout', endsAt: 6_000 },
    ]);
    expect(timersOf(run[6], machine, null)).toEqual([]);
  });
});

describe('A difference', () => {
  it('names each path that changed, and nothing else', () => {
    const before = { a: 1, b: { c: [1, 2], d: null } };
    expect(differences(before, { a: 1, b: { c: [1, 3], d: null }, e: 5 })).toEqual([
      { path: 'b.c.1', before: 2, after: 3 },
      { path: 'e', before: undefined, after: 5 },
    ]);
  });
});

it.each([
  [5_600, '5.6s'],
  [184_000, '3m 4s'],
  [3_720_000, '1h 2m'],
])('%i ms is %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
