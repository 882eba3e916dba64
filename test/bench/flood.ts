/** Much output, in one run of oneshot as a user starts it: its own CPU and memory, beside the same bytes through `cat`. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HAPPY, workFolder } from './places.ts';
import { type Bench, type Limit, type Row, valueAtMost } from './row.ts';
import { exitOf, type NodeUsage, runNode, wallMs } from './sample.ts';

interface Flood {
  readonly name: string;
  /** What prints it, as a line of shell. */
  readonly command: string;
  readonly cpu: Limit | null;
  readonly peak: Limit | null;
}

/** 100 different words, so that no search is luckier than with an agent's text. */
const WORDS = `seq -f 'word%g the quick brown fox jumps over a lazy dog and says so,' 1 3 | tr '\\n' ' ' | cut -c1-199`;

const FLOODS: readonly Flood[] = [
  {
    name: '1 GB of text',
    command: `yes "$(${WORDS})" | head -c 1000000000; echo`,
    cpu: valueAtMost(4),
    peak: valueAtMost(130),
  },
  {
    name: '200 MB of JSON lines',
    command: `yes "{\\"text\\":\\"$(${WORDS} | cut -c1-188)\\"}" | head -c 200000000; echo`,
    cpu: null,
    peak: null,
  },
  {
    name: 'one line of 20 MB',
    command: 'head -c 20000000 /dev/zero | tr "\\0" x; echo',
    cpu: null,
    peak: null,
  },
];

export async function measure({ root, repeat }: Bench): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const flood of FLOODS)
    rows.push(...(await measureFlood(flood, root, Math.ceil(repeat / 2))));
  return rows;
}

async function measureFlood(flood: Flood, root: string, times: number): Promise<readonly Row[]> {
  const usages: NodeUsage[] = [];
  const cats: number[] = [];
  for (let round = 0; round < times; round += 1) {
    cats.push((await throughCat(flood, root)) / 1000);
    usages.push(await throughOneshot(flood, root));
  }
  const row = { against: null, limit: null };
  return [
    {
      name: `${flood.name}, to the end of the run`,
      unit: 's',
      values: usages.map((usage) => usage.wallMs / 1000),
      against: { name: 'cat to a file', values: cats },
      limit: null,
    },
    {
      ...row,
      name: `${flood.name}, CPU`,
      unit: 's',
      values: usages.map((usage) => usage.cpuMs / 1000),
      limit: flood.cpu,
    },
    {
      ...row,
      name: `${flood.name}, peak memory`,
      unit: 'MB',
      values: usages.map((usage) => usage.peakMb),
      limit: flood.peak,
    },
  ];
}

async function throughOneshot({ name, command }: Flood, root: string): Promise<NodeUsage> {
  const cwd = workFolder(join(root, 'flood'), command);
  const usage = await runNode(HAPPY, { cwd, scratch: join(root, 'usage') });
  rmSync(cwd, { recursive: true, force: true });
  if (usage.exitCode !== 0) throw new Error(`The run with ${name} ended with ${usage.exitCode}.`);
  return usage;
}

async function throughCat({ command }: Flood, root: string): Promise<number> {
  const cwd = join(root, 'cat');
  mkdirSync(cwd);
  const ms = await wallMs(() => exitOf('sh', ['-c', `(${command}) | cat > out`], { cwd }));
  rmSync(cwd, { recursive: true });
  return ms;
}
