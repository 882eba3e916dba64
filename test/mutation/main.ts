/**
 * `npm run mutate`: how many mutants of the code that decides do the tests notice? Below 85 % it fails.
 *
 * `npm run mutate -- verdict quota` mutates these groups only (groups.ts), `--list` tells every survivor,
 * `--only machines/verdict.ts` mutates this file alone, `--fresh` takes nothing over from the last time
 * (without it, what was noticed then counts as noticed; what survived is shown to the tests again).
 */
import { existsSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { MutantResult } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { GROUPS, type Group } from './groups.ts';
import { forgetSurvivors } from './last-results.ts';
import { scoresOf, scoreTable, survivorList, THRESHOLD } from './scores.ts';
import { SURVIVORS } from './survivors.ts';

/** Ignored by git. */
const RESULTS = 'coverage/mutation';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
  },
});

mkdirSync(RESULTS, { recursive: true });
const results: MutantResult[] = [];
for (const [name, group] of chosen(positionals)) results.push(...(await mutated(name, group)));
const scores = scoresOf(results, SURVIVORS);
console.log(scoreTable(scores));
if (options.list) console.log(survivorList(results, SURVIVORS));
if (scores.total.percent < THRESHOLD) process.exitCode = 1;

function chosen(names: readonly string[]): [string, Group][] {
  const unknown = names.filter((name) => !(name in GROUPS));
  if (unknown.length > 0)
    throw new Error(
      `There is no group ${unknown.join(', ')}; there are: ${Object.keys(GROUPS).join(', ')}.`,
    );
  return Object.entries(GROUPS).filter(([name]) => names.length === 0 || names.includes(name));
}

async function mutated(name: string, { mutate, tests }: Group): Promise<MutantResult[]> {
  const incrementalFile = `${RESULTS}/${name}.json`;
  if (existsSync(incrementalFile)) forgetSurvivors(incrementalFile);
  const stryker = new Stryker({
    mutate: options.only ?? [...mutate],
    testRunner: 'pure',
    plugins: [fileURLToPath(new URL('./test-runner.ts', import.meta.url))],
    testRunnerNodeArgs: ['--import', 'tsx', '--no-warnings'],
    pureTests: tests,
    coverageAnalysis: 'perTest',
    concurrency: availableParallelism(),
    timeoutMS: 20_000,
    incremental: true,
    incrementalFile,
    force: options.fresh,
    tempDirName: `${RESULTS}/sandbox`,
    // Stryker reads a tsconfig with an API that TypeScript 7 has not; the tests do without one.
    ignorePatterns: ['/dist', '/coverage', '/.ci', '/.oneshot', '/tsconfig.json'],
    reporters: ['dots'],
    checkers: [],
    allowConsoleColors: false,
    disableTypeChecks: false,
  });
  return stryker.runMutationTest();
}
