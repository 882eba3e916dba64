/** Rows and changes as text for a terminal. */
import type { Change } from './compare.ts';
import { costs, keepsLimit, type Limit, median, noise, type Row, type Unit } from './row.ts';

export function rowTable(rows: readonly Row[]): string {
  const heads = ['what', 'measured', 'against', 'ratio', '±', 'limit', ''];
  return align([heads, ...rows.map(rowCells)]);
}

export function changeTable(changes: readonly Change[]): string {
  const heads = ['what changed', 'before', 'now', 'factor', 'by chance', ''];
  const cells = changes.map(({ name, before, after, factor, uncertainty, kind }) => [
    name,
    before.toFixed(2),
    after.toFixed(2),
    `${factor.toFixed(2)} ×`,
    `± ${percent(uncertainty)}`,
    kind === 'same' ? '' : kind,
  ]);
  return align([heads, ...cells]);
}

function rowCells(row: Row): string[] {
  const { name, unit, values, against, limit } = row;
  const beside = against ? `${quantity(median(against.values), unit)} ${against.name}` : '';
  const ratio = against ? `${median(costs(row)).toFixed(2)} ×` : '';
  const scatter = values.length > 1 ? percent(noise(costs(row))) : '';
  const isOver = keepsLimit(row) === false;
  const cells = [name, quantity(median(values), unit), beside, ratio, scatter];
  return [...cells, limit ? limitText(limit, unit) : '', isOver ? 'OVER' : ''];
}

function limitText({ of, atMost }: Limit, unit: Unit): string {
  return of === 'ratio' ? `${atMost.toFixed(2)} ×` : quantity(atMost, unit);
}

/** Three digits that count, and the unit. */
function quantity(value: number, unit: Unit): string {
  const decimals = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(decimals)} ${unit}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function align(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const padded = (line: readonly string[]) =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return lines.map((line) => padded(line).trimEnd()).join('\n');
}
