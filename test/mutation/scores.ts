import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';
import type { Survivor } from './survivors.ts';

/** Percent of the mutants that have to be noticed, in total. */
export const THRESHOLD = 85;

export interface Score {
  readonly name: string;
  readonly noticed: number;
  /** Survived, with a reason in survivors.ts. */
  readonly explained: number;
  readonly survived: number;
  /** Noticed, of all: an explanation makes no mutant noticed. */
  readonly percent: number;
}

export interface Scores {
  readonly files: readonly Score[];
  readonly total: Score;
}

/** The score of each file, and of all. A mutant that hangs the code is noticed; one that cannot be compiled is none. */
export function scoresOf(results: readonly MutantResult[], explained: readonly Survivor[]): Scores {
  const counted = results.filter(isMutant);
  const names = [...new Set(counted.map(fileOf))].sort();
  const files = names.map((name) =>
    scoreOf(
      name,
      counted.filter((each) => fileOf(each) === name),
      explained,
    ),
  );
  return { files, total: scoreOf('total', counted, explained) };
}

export function scoreTable({ files, total }: Scores): string {
  const row = ({ name, noticed, explained, survived, percent }: Score) =>
    name.padEnd(36) +
    [noticed, explained, survived, `${percent.toFixed(1)} %`]
      .map((cell) => `${cell}`.padStart(10))
      .join('');
  const head =
    'file'.padEnd(36) +
    ['noticed', 'explained', 'survived', 'score'].map((cell) => cell.padStart(10)).join('');
  return [head, ...files.map(row), row(total)].join('\n');
}

/** Every survivor without an explanation, and every explanation without a survivor. */
export function survivorList(
  results: readonly MutantResult[],
  explained: readonly Survivor[],
): string {
  const survivors = results.filter((each) => isMutant(each) && !isNoticed(each));
  const open = survivors.filter((each) => !explained.some((one) => explains(one, each)));
  const files = new Set(results.map(fileOf));
  const stale = explained.filter(
    (one) => files.has(one.file) && !survivors.some((each) => explains(one, each)),
  );
  return [
    ...open.map(describeMutant),
    ...stale.map(({ file, line }) => `${file}: explained and not there: ${line}`),
  ].join('\n');
}

function scoreOf(name: string, all: readonly MutantResult[], known: readonly Survivor[]): Score {
  const noticed = all.filter(isNoticed).length;
  const explained = all.filter(
    (each) => !isNoticed(each) && known.some((one) => explains(one, each)),
  ).length;
  const survived = all.length - noticed - explained;
  const percent = all.length === 0 ? 100 : (100 * noticed) / all.length;
  return { name, noticed, explained, survived, percent };
}

function isMutant({ status }: MutantResult): boolean {
  return ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status);
}

function isNoticed({ status }: MutantResult): boolean {
  return status === 'Killed' || status === 'Timeout';
}

function explains({ file, line, replacement }: Survivor, mutant: MutantResult): boolean {
  return (
    file === fileOf(mutant) &&
    sourceOf(mutant).includes(line) &&
    (mutant.replacement ?? '').includes(replacement)
  );
}

function describeMutant(mutant: MutantResult): string {
  const { location, mutatorName, replacement = '', status } = mutant;
  const { start, end } = location;
  const place = `${fileOf(mutant)}:${start.line}:${start.column}-${end.line}:${end.column}`;
  return `${place} ${status} ${mutatorName}\n    ${sourceOf(mutant).trim()}\n    → ${replacement.slice(0, 200)}`;
}

function fileOf({ fileName }: MutantResult): string {
  return relative(process.cwd(), fileName);
}

function sourceOf({ fileName, location }: MutantResult): string {
  return readFileSync(fileName, 'utf8').split('\n')[location.start.line - 1] ?? '';
}
