import { describe, expect, it } from '@jest/globals';
import { forkPoint } from '../../services/fork-point.ts';
import type { Step } from '../machines/lifecycle-events.ts';
import * as on from '../machines/lifecycle-events.ts';
import { toBudgetFailure, toCompleted, toReiteration } from '../machines/lifecycle-runs.ts';
import { doctorJournal } from './journals.ts';
import { recordRun, temporaryFolder } from './recorded-run.ts';

const recorded = (steps: readonly Step[], maxIterations = 3) =>
  recordRun(temporaryFolder(), steps, undefined, {
    input: on.input({ limits: { maxIterations } }),
  });

/** 0 created, 1 worker, 2 auditPending, 3 auditor, 4 reiterationPending, 5 worker, 6 recovery. */
const STEPS = [...toReiteration, on.reiterate, on.ended(on.end())];

describe('A run forks', () => {
  it.each([
    [0, 0, 'created', 'created'],
    [1, 0, 'created', 'workerExecuting'],
    [2, 2, 'auditPending', 'auditPending'],
    [3, 2, 'auditPending', 'auditorExecuting'],
    [4, 4, 'reiterationPending', 'reiterationPending'],
    [5, 4, 'reiterationPending', 'workerExecuting'],
    [6, 4, 'reiterationPending', 'recoveryPending'],
    ['last-checkpoint', 4, 'reiterationPending', 'recoveryPending'],
  ] as const)('at %s from seq %i, %s, when it was %s', (at, seq, state, asked) => {
    const point = forkPoint(recorded(STEPS), at);
    expect([point.entry.seq, point.entry.value, point.asked]).toEqual([seq, state, asked]);
  });

  it.each([
    ['completed', toCompleted, 2],
    ['out of its budget', toBudgetFailure, 4],
    ['interrupted', [...toReiteration, on.reiterate, on.interrupt()], 4],
    ['restarted at a checkpoint', [...toReiteration, on.restarted], 5],
  ] satisfies [string, Step[] | readonly Step[], number][])(
    'also when it is %s',
    (_, steps, seq) => {
      expect(forkPoint(recorded(steps, 1), 'last-checkpoint').entry.seq).toBe(seq);
    },
  );

  it('at no step that there is not, and not when another statechart made it', () => {
    const folder = recorded(STEPS);
    expect(() => forkPoint(folder, 7)).toThrow('it has 0 to 6');
    doctorJournal(folder.journal, ([first, ...rest]) => {
      const machine = { ...first?.run.machine, version: '0' };
      return [{ ...first, run: { ...first?.run, machine } }, ...rest];
    });
    expect(() => forkPoint(folder, 4)).toThrow('use the oneshot that made it');
  });
});
