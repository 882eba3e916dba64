/** What runs in the box: each command line through all trials, then one table. Exits with 1 when there are faults. */
import { CLIS, type Cli } from './clis.ts';
import {
  type Finding,
  tryKill,
  tryRefusal,
  tryRun,
  tryStop,
  tryTooLong,
  tryVerify,
} from './trials.ts';

const COLUMNS = [
  'agent',
  'version',
  'run',
  'verdict',
  'prompt',
  'usage',
  'session',
  'resume',
  'stop',
  '401',
  'too long',
  'verify',
  'seconds',
];

const names = process.argv.slice(2);
const rows: Finding[] = [];
for (const cli of CLIS.filter(({ name }) => names.includes(name))) rows.push(await tryOut(cli));
console.log(tableOf(rows.map(({ cells }) => cells)));
const faults = rows.flatMap((row) => row.faults);
for (const fault of faults) console.log(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

async function tryOut(cli: Cli): Promise<Finding> {
  const start = performance.now();
  const findings: Finding[] = [];
  for (const trial of [tryRun, tryRefusal, tryTooLong, tryKill, tryStop, tryVerify]) {
    console.error(`${cli.name}: ${trial.name}`);
    findings.push(await trial(cli).catch(failed));
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  return {
    cells: Object.assign(
      { agent: cli.name, version: cli.version, seconds },
      ...findings.map(({ cells }) => cells),
    ),
    faults: findings.flatMap((each) => each.faults).map((fault) => `${cli.name}, ${fault}`),
  };
}

function failed(error: unknown): Finding {
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { cells: {}, faults: [why] };
}

function tableOf(cells: readonly Finding['cells'][]): string {
  const lines = [COLUMNS, ...cells.map((row) => COLUMNS.map((column) => row[column] ?? '–'))];
  const widths = COLUMNS.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
