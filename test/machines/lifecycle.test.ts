import { describe, expect, it } from '@jest/globals';
import { watchCoverage } from './lifecycle-coverage.ts';
import { input } from './lifecycle-events.ts';
import { eventOf, play, playOn, stateOf } from './lifecycle-runs.ts';
import { auditorRows } from './rows/auditor-rows.ts';
import { endedRows } from './rows/ended-rows.ts';
import { recoveryRows } from './rows/recovery-rows.ts';
import type { Row } from './rows/row.ts';
import { workerRows } from './rows/worker-rows.ts';

const rows: readonly Row[] = [...workerRows, ...auditorRows, ...recoveryRows, ...endedRows];

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
    const coverage = watchCoverage();
    for (const row of rows) {
      const before = play(row.given, row.input ?? input(), coverage.machine);
      coverage.taken(before, eventOf(row.when, before));
      coverage.seen(playOn(before, [row.when], coverage.machine));
    }
    const report = coverage.report();
    console.log(summary(report));
    expect(Object.values(report).flatMap(({ missing }) => missing)).toEqual([]);
  });

  it('states each rule once', () => {
    const rules = rows.map(({ rule }) => rule);
    expect(new Set(rules).size).toBe(rules.length);
  });
});

function summary(report: ReturnType<ReturnType<typeof watchCoverage>['report']>): string {
  const counts = Object.entries(report).map(
    ([what, { covered, total }]) => `${what} ${covered}/${total}`,
  );
  return `Covered by ${rows.length} rows: ${counts.join(', ')}`;
}
