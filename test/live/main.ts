/**
 * `npm run test:live`: the real command lines of all agents, in their pinned versions, as worker and auditor of real
 * runs, with a fake model on the loopback interface and without any other network. `npm run test:live -- claude pi` tries
 * these only. Installs them into a temporary folder, or into the one that `ONESHOT_LIVE_CACHE` names and keeps. Needs
 * root, Linux namespaces and the npm registry; where one is missing it says so and exits with 0.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { lackForBox, runInBox } from './box.ts';
import { CLIS, type Cli } from './clis.ts';
import { install } from './install.ts';

process.exitCode = main(process.argv.slice(2));

function main(names: readonly string[]): number {
  const chosen = CLIS.filter(({ name }) => names.length === 0 || names.includes(name));
  const unknown = names.filter((name) => !CLIS.some((cli) => cli.name === name));
  if (unknown.length > 0) {
    const known = CLIS.map(({ name }) => name).join(', ');
    console.error(`There is no "${unknown.join('", "')}"; there are: ${known}`);
    return 2;
  }
  const lack = lackForBox();
  return lack ? skip(lack) : tryOut(chosen);
}

function tryOut(clis: readonly Cli[]): number {
  const kept = process.env.ONESHOT_LIVE_CACHE;
  const temporary = mkdtempSync(join(tmpdir(), 'oneshot-live-'));
  const results = join(temporary, 'results');
  const installed = kept ? resolve(kept) : join(temporary, 'clis');
  for (const path of [results, installed]) mkdirSync(path, { recursive: true });
  let isGood = true;
  try {
    const lack = lackOfInstalled(installed, clis);
    if (lack) return skip(lack);
    const names = clis.map(({ name }) => name);
    const code = runInBox({ clis: installed, results }, 'test/live/inside.ts', names);
    isGood = code === 0;
    if (!isGood) console.error(`What they did is in ${results}`);
    return code;
  } finally {
    if (isGood) rmSync(temporary, { recursive: true, force: true });
    else if (!kept) rmSync(installed, { recursive: true, force: true });
  }
}

function lackOfInstalled(folder: string, clis: readonly Cli[]): string | null {
  try {
    install(folder, clis, (line) => console.error(line));
    return null;
  } catch (error) {
    const [first = ''] = String(error).split('\n');
    return `the npm registry does not give the command lines (${first.slice(0, 200)})`;
  }
}

function skip(why: string): number {
  console.log(`Skipped: ${why}.`);
  return 0;
}
