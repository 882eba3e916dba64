/** Takes figures: what is measured and its reference by turns, so that a noisy minute hits both. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Work<T> = () => T | Promise<T>;

export interface Pairs {
  readonly values: readonly number[];
  readonly references: readonly number[];
}

/** Both are done once before, unmeasured. Each returns its own figure. */
export async function pairs(
  times: number,
  measure: Work<number>,
  reference: Work<number>,
): Promise<Pairs> {
  await reference();
  await measure();
  const values: number[] = [];
  const references: number[] = [];
  for (let index = 0; index < times; index += 1) {
    references.push(await reference());
    values.push(await measure());
  }
  return { values, references };
}

/** Milliseconds that the work takes. */
export async function wallMs(work: Work<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Milliseconds of CPU that this process uses meanwhile: other programs on the machine do not count. */
export async function cpuMs(work: Work<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** What a Node program used by itself, without its children. */
export interface NodeUsage {
  readonly exitCode: number | null;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** Written by the measured program as it ends: nobody else knows what it used without its children. */
const REPORT = `process.on('exit', () => require('node:fs').writeFileSync(process.env.BENCH_USAGE,
  JSON.stringify(process.resourceUsage())))`;

/** Runs a Node program to its end. Its `args` begin with the script, or are those of Node itself. */
export async function runNode(
  args: readonly string[],
  { cwd, scratch }: { readonly cwd: string; readonly scratch: string },
): Promise<NodeUsage> {
  mkdirSync(scratch, { recursive: true });
  const [preload, usage] = [join(scratch, 'usage.cjs'), join(scratch, 'usage.json')];
  writeFileSync(preload, REPORT);
  rmSync(usage, { force: true });
  const start = performance.now();
  const env = { ...process.env, BENCH_USAGE: usage };
  const exitCode = await exitOf(process.execPath, ['--require', preload, ...args], { cwd, env });
  const wall = performance.now() - start;
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(readFileSync(usage, 'utf8'));
  return {
    exitCode,
    wallMs: wall,
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    peakMb: maxRSS / 1024,
  };
}

/** Runs a command to its end. */
export function exitOf(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', resolve);
  });
}
