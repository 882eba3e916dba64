import { describe, expect, it } from '@jest/globals';
import { implementations } from '../../machines/implementations.ts';
import { lifecycle } from '../../machines/lifecycle.ts';
import type { CoverageReport } from './lifecycle-coverage.ts';
import { watchCoverage } from './lifecycle-coverage.ts';
import { input } from './lifecycle-events.ts';
import { eventOf, play, playOn, stateOf } from './lifecycle-runs.ts';
import { auditorRows } from './rows/auditor-rows.ts';
import { budgetRows } from './rows/budget-rows.ts';
import { convergenceRows } from './rows/convergence-rows.ts';
import { endedRows } from './rows/ended-rows.ts';
import { evidenceRows } from './rows/evidence-rows.ts';
import { recoveryRows } from './rows/recovery-rows.ts';
import type { Row } from './rows/row.ts';
import { workerRows } from './rows/worker-rows.ts';

const rows: readonly Row[] = [
  ...workerRows,
  ...auditorRows,
  ...recoveryRows,
  ...endedRows,
  ...evidenceRows,
  ...convergenceRows,
  ...budgetRows,
];

describe('the lifecycle', () => {
  it.each(rows)('$rule', (row) => {
    const before = play(row.given, row.input ?? input());
    expect(stateOf(before)).toBe(row.from);
    const next = playOn(before, [row.when]);
    expect(stateOf(next)).toBe(row.leads);
    expect(next.context).toMatchObject(row.context ?? {});
  });
});

describe('the table of the lifecycle', () => {
  it('has a row for every state, transition, delay and answer of a guard', () => {
    const report = coverageOfRows(lifecycle);
    console.log(summary(report));
    expect(missingIn(report)).toEqual([]);
  });

  it('misses a row for a transition, a state or a guard that someone adds', () => {
    const { states } = lifecycle.config;
    const extra = { 'run.resume': { guard: 'hasChecks', target: 'new' } };
    const created = { ...states?.created, on: { ...states?.created?.on, ...extra } };
    const config = { ...lifecycle.config, states: { ...states, created, new: {} } };
    // The changed definition is as valid as the one that it is made from; its type is not worth spelling out.
    const changed = implementations.createMachine(config as never) as unknown as typeof lifecycle;
    expect(missingIn(coverageOfRows(changed))).toEqual([
      'oneshot.new',
      'oneshot.created on run.resume [0] to oneshot.new',
    ]);
  });

  it('states each rule once', () => {
    const rules = rows.map(({ rule }) => rule);
    expect(new Set(rules).size).toBe(rules.length);
  });
});

function coverageOfRows(machine: typeof lifecycle): CoverageReport {
  const coverage = watchCoverage(machine);
  for (const row of rows) {
    const before = play(row.given, row.input ?? input(), coverage.machine);
    coverage.taken(before, eventOf(row.when, before));
    coverage.seen(playOn(before, [row.when], coverage.machine));
  }
  return coverage.report();
}

function missingIn(report: CoverageReport): string[] {
  return Object.values(report).flatMap(({ missing }) => missing);
}

function summary(report: CoverageReport): string {
  const counts = Object.entries(report).map(
    ([what, { covered, total }]) => `${what} ${covered}/${total}`,
  );
  return `Covered by ${rows.length} rows: ${counts.join(', ')}`;
}
