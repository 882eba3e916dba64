/** `npm run bench`: what oneshot costs, as ratios to what cannot be avoided, all within one run of this program. */
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  fdatasyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { measureCommits } from './commits.ts';
import { measureReplay } from './replays.ts';
import { measureTrees } from './trees.ts';

const ONESHOT = resolve('dist/oneshot.cjs');
const root = mkdtempSync(join(tmpdir(), 'oneshot-bench-'));

interface Row {
  readonly name: string;
  readonly measured: string;
  readonly reference: string;
  readonly ratio: number | null;
  readonly limit: string;
}

const rows: Row[] = [];

try {
  const node = median(9, () => timed([process.execPath, '-e', '0']));
  benchStart(node);
  benchHappyRun(node);
  for (const row of measureCommits(join(root, 'commits'), bareWrite)) {
    add(
      `commit at transition ${row.at}`,
      `${row.ms.toFixed(2)} ms`,
      `${row.bareMs.toFixed(2)} ms bare`,
      row.ms / row.bareMs,
      '1.5 ×',
    );
  }
  benchReplay();
  await benchTrees();
  await benchLateness();
  await benchOutput();
  print();
} finally {
  rmSync(root, { recursive: true, force: true });
}

function benchStart(node: number): void {
  const place = folder('start');
  happy(place);
  fill(place, 1_000);
  const against = (name: string, args: string[], limit: string) => {
    const ms = median(7, () => timed([process.execPath, ONESHOT, ...args], place));
    add(name, `${ms.toFixed(0)} ms`, `${node.toFixed(0)} ms node -e 0`, ms / node, limit);
  };
  against('--version', ['--version'], '1.3 ×');
  against('--help', ['--help'], '');
  against('list, 1,000 runs', ['list'], '');
}

/** One happy run, without what its agents take by themselves. */
function benchHappyRun(node: number): void {
  const place = folder('happy');
  const own = median(7, () => {
    const env = { ...process.env, ONESHOT_ATTEMPT: '0001-worker' };
    const start = performance.now();
    spawnSync('./agent.sh', { cwd: place, env, input: 'x' });
    return performance.now() - start;
  });
  const whole = median(7, () => timed(happyCommand(place), place));
  const ms = whole - 2 * own;
  add(
    'happy run, less its agents',
    `${ms.toFixed(0)} ms`,
    `${node.toFixed(0)} ms node -e 0`,
    ms / node,
    '2.2 ×',
  );
}

function benchReplay(): void {
  const { events, foldMs, verifyMs, journalMb, heldMb } = measureReplay(join(root, 'long.ndjson'));
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  add(`fold of ${events} events`, seconds(foldMs), '', null, '2 s');
  add(
    `replay --verify of ${events} events`,
    seconds(verifyMs),
    `${journalMb.toFixed(0)} MB`,
    null,
    '',
  );
  add('its memory', `${heldMb.toFixed(0)} MB`, '', null, '50 MB');
}

async function benchTrees(): Promise<void> {
  const figures = await measureTrees(join(root, 'trees'));
  const { files, firstMs, againMs, changedMs, diffMs, gitAddMs, gitStatusMs } = figures;
  const row = (name: string, ms: number, than: string, thanMs: number, limit: string) =>
    add(name, `${ms.toFixed(0)} ms`, `${thanMs.toFixed(0)} ms ${than}`, ms / thanMs, limit);
  row(`recording a tree of ${files} files, first`, firstMs, 'git add', gitAddMs, '3 ×');
  row('the same in the next run', againMs, 'git status', gitStatusMs, '');
  row('the same with 10 files changed', changedMs, 'git status', gitStatusMs, '6 ×');
  row('the diff of that', diffMs, 'git status', gitStatusMs, '1 ×');
}

/** How much later than its timeout a hang is noticed: from the last output to the record. */
async function benchLateness(): Promise<void> {
  const late: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const place = folder(`late-${round}`, 'echo begun; sleep 30');
    spawnSync(
      process.execPath,
      [
        ONESHOT,
        'x',
        '--agent-command',
        './agent.sh',
        '--inactivity-timeout',
        '1s',
        '--max-iterations',
        '1',
      ],
      { cwd: place },
    );
    const run = join(place, '.oneshot', newest(place));
    const { history } = JSON.parse(readFileSync(join(run, 'oneshot.json'), 'utf8'));
    const noticed = history.find(({ state }: { state: string }) => state === 'recoveryPending').at;
    const { liveness } = JSON.parse(
      readFileSync(join(run, 'attempts/0001-worker/stop.json'), 'utf8'),
    );
    late.push(noticed - liveness.outputAt - 1_000);
  }
  add('inactivity fires late by', `${Math.max(...late)} ms at most`, '1 s timeout', null, '150 ms');
}

async function benchOutput(): Promise<void> {
  const line = 'x'.repeat(199);
  const json = JSON.stringify({ text: 'y'.repeat(188) });
  for (const [name, text, bytes] of [
    ['1 GB of text', line, 1e9],
    ['200 MB of JSON lines', json, 2e8],
  ] as const) {
    const place = folder(name.replace(/\W/g, '-'), `yes '${text}' | head -c ${bytes}; echo`);
    const { cpuMs, peakMb, wallMs } = await watched(happyCommand(place), place);
    add(
      `${name}: CPU of oneshot`,
      `${(cpuMs / 1000).toFixed(2)} s`,
      `${(wallMs / 1000).toFixed(1)} s wall`,
      null,
      name.startsWith('1 GB') ? '4 s' : '',
    );
    add(
      `${name}: peak memory`,
      `${peakMb.toFixed(0)} MB`,
      '',
      null,
      name.startsWith('1 GB') ? '130 MB' : '',
    );
    rmSync(place, { recursive: true, force: true });
  }
}

/** Runs a command and reads its own figures from /proc while it lives. */
async function watched(command: readonly string[], cwd: string) {
  const start = performance.now();
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd, stdio: 'ignore' });
  let cpuMs = 0;
  let peakMb = 0;
  const look = setInterval(() => {
    try {
      const fields =
        readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
      cpuMs = Math.max(cpuMs, (Number(fields[11]) + Number(fields[12])) * 10);
      peakMb = Math.max(
        peakMb,
        Number(
          /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))?.[1] ?? 0,
        ) / 1024,
      );
    } catch {
      // It has just ended.
    }
  }, 20);
  await new Promise((done) => child.once('exit', done));
  clearInterval(look);
  return { cpuMs, peakMb, wallMs: performance.now() - start };
}

function folder(name: string, worker = 'cat >/dev/null; echo did it'): string {
  const path = join(root, name);
  mkdirSync(path);
  const script = `#!/bin/sh\ncase $ONESHOT_ATTEMPT in *-worker) ${worker};; *) cat >/dev/null; echo '{"verdict":"done"}';; esac\n`;
  writeFileSync(join(path, 'agent.sh'), script, { mode: 0o755 });
  return path;
}

function happyCommand(_place: string): string[] {
  return [process.execPath, ONESHOT, 'x', '--quiet', '--agent-command', './agent.sh'];
}

function happy(place: string): void {
  const { status } = spawnSync(process.execPath, happyCommand(place).slice(1), { cwd: place });
  if (status !== 0) throw new Error(`The happy run of the benchmark ended with ${status}.`);
}

/** Copies of one run, so that there are many. */
function fill(place: string, count: number): void {
  const runs = join(place, '.oneshot');
  const one = newest(place);
  for (let index = 1; index < count; index += 1) {
    cpSync(join(runs, one), join(runs, `${one}-${index}`), { recursive: true });
  }
}

function newest(place: string): string {
  return (
    readdirSync(join(place, '.oneshot'))
      .filter((name) => !name.startsWith('.'))
      .sort()
      .at(-1) ?? ''
  );
}

function bareWrite(folderPath: string): (bytes: string) => void {
  mkdirSync(folderPath, { recursive: true });
  const fd = openSync(join(folderPath, 'journal'), 'a');
  process.once('exit', () => closeSync(fd));
  return (text) => {
    writeSync(fd, text);
    fdatasyncSync(fd);
    writeFileSync(join(folderPath, 'snapshot.tmp'), text);
    renameSync(join(folderPath, 'snapshot.tmp'), join(folderPath, 'snapshot'));
  };
}

function timed([program = '', ...args]: readonly string[], cwd?: string): number {
  const start = performance.now();
  spawnSync(program, args, { ...(cwd ? { cwd } : {}), stdio: 'ignore' });
  return performance.now() - start;
}

function median(times: number, measure: () => number): number {
  measure();
  const all = Array.from({ length: times }, measure).sort((a, b) => a - b);
  return all[Math.floor(times / 2)] ?? 0;
}

function add(
  name: string,
  measured: string,
  reference: string,
  ratio: number | null,
  limit: string,
): void {
  rows.push({ name, measured, reference, ratio, limit });
}

function print(): void {
  const cells = rows.map(({ name, measured, reference, ratio, limit }) => [
    name,
    measured,
    reference,
    ratio === null ? '' : `${ratio.toFixed(2)} ×`,
    limit,
  ]);
  const table = [['what', 'measured', 'against', 'ratio', 'limit'], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...table.map((line) => line[column]?.length ?? 0)),
  );
  for (const line of table)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
