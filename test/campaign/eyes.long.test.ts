/** The campaign is worth what it notices: each of its rules is broken, in a copy of oneshot with a flaw. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { brokenCopy } from './broken-copy.ts';
import { type Rule, sentenceOf } from './broken-rules.ts';
import { FLAWED_RACES, FLAWED_RUNS, type FlawedRun } from './flaws.ts';
import { killedRun } from './killed-run.ts';
import { raceResumes } from './races.ts';
import { randomOf } from './random.ts';
import { SHAPES } from './shapes.ts';

/** Runs, each killed up to seven times, until one breaks the rule. */
const MOST_RUNS = 40;

const EACH_MS = 120_000;

/** All rules of a table: its type has every one. */
function rulesOf<R extends Rule, T>(table: Readonly<Record<R, T>>): [R, T][] {
  // What is written down has no other keys than its type.
  return Object.entries(table) as [R, T][];
}

const RUNS = rulesOf(FLAWED_RUNS).flatMap(([rule, rows]) =>
  rows.map((row, index): [Rule, number, FlawedRun] => [rule, index + 1, row]),
);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oneshot-broken-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('The campaign notices that a rule is broken:', () => {
  it.each(RUNS)(
    '%s (%i)',
    async (rule, _, { shape, kills, flaws }) => {
      const program = await brokenCopy(folder, flaws);
      const told: string[] = [];
      for (let run = 0; run < MOST_RUNS && !isTold(told, rule); run += 1)
        told.push(...(await runOf(program, shape, kills, run)));
      expect(told).toContainEqual(expect.stringMatching(sentenceOf(rule)));
    },
    EACH_MS,
  );

  it.each(rulesOf(FLAWED_RACES))(
    '%s',
    async (rule, flaw) => {
      const program = await brokenCopy(folder, [flaw]);
      const { broken } = await raceResumes(1, randomOf(1, 1), program);
      expect(broken).toContainEqual(expect.stringMatching(sentenceOf(rule)));
    },
    EACH_MS,
  );

  it(
    'and none where a copy has no flaw',
    async () => {
      const program = await brokenCopy(folder, []);
      for (const { name } of SHAPES) expect(await runOf(program, name, 1, 0)).toEqual([]);
      expect((await raceResumes(1, randomOf(1, 1), program)).broken).toEqual([]);
    },
    EACH_MS,
  );
});

function isTold(sentences: readonly string[], rule: Rule): boolean {
  return sentences.some((sentence) => sentenceOf(rule).test(sentence));
}

async function runOf(program: string, name: string, kills: number, run: number) {
  const shape = SHAPES.find((each) => each.name === name);
  if (!shape) throw new Error(`There is no shape ${name}.`);
  const random = randomOf(1, run);
  return (await killedRun({ shape, random, kills, keeps: false, program })).broken;
}
