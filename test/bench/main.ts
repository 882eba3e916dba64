/**
 * `npm run bench`: what oneshot costs, as ratios to what cannot be avoided, taken side by side.
 *
 * `npm run bench -- start commits` measures these groups only. `--json FILE` keeps the figures, `--compare OLD.json`
 * tells what changed since, `--repeat N` takes each figure N times (default 5), `--profile DIR` writes CPU profiles.
 */
import { fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { changes } from './compare.ts';
import { readFigures, writeFigures } from './figures.ts';
import { GROUPS } from './groups.ts';
import type { Row } from './row.ts';
import { changeTable, rowTable } from './table.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    compare: { type: 'string' },
    repeat: { type: 'string', default: '5' },
    profile: { type: 'string' },
  },
});

const before = options.compare ? readFigures(readFileSync(options.compare, 'utf8')) : null;
const rows: Row[] = [];
for (const name of chosen(positionals)) {
  console.error(`measuring ${name} ...`);
  rows.push(...(await measured(name)));
}
console.log(rowTable(rows));
if (options.json) writeFileSync(options.json, writeFigures(rows));
if (before) console.log(`\n${changeTable(changes(before, rows))}`);

function chosen(names: readonly string[]): readonly string[] {
  const known = Object.keys(GROUPS);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no ${unknown.join(', ')}; there are: ${known.join(', ')}.`);
  return names.length > 0 ? names : known;
}

function measured(name: string): Promise<readonly Row[]> {
  const profile = options.profile
    ? ['--cpu-prof', `--cpu-prof-dir=${resolve(options.profile)}`]
    : [];
  const child = fork('test/bench/group-process.ts', [name, options.repeat], {
    execArgv: [...process.execArgv, '--expose-gc', ...profile],
  });
  return new Promise((done, fail) => {
    let rows: readonly Row[] | null = null;
    // What comes is what group-process.ts sends.
    child.on('message', (message) => (rows = message as readonly Row[]));
    child.on('error', fail);
    child.on('exit', (code) =>
      rows ? done(rows) : fail(new Error(`The group ${name} ended with ${code}.`)),
    );
  });
}
