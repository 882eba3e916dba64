import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { isDead, isLinux, readStat } from './process-identity.ts';

/** One living process. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly sessionId: number;
  /** As in {@link ProcessIdentity}. */
  readonly startTime: string;
  /** Another one after each start of a program in the process; `null` where that cannot be seen. */
  readonly image: string | null;
  /** Processor time that it used so far, in ms. */
  readonly cpuMs: number;
  readonly name: string;
}

/** Linux counts processor time in ticks of `USER_HZ`, which is 100 on every architecture that Node supports. */
const MS_PER_TICK = 10;

/** All living processes of this machine; one that ends meanwhile may or may not be among them. */
export function listProcesses(): ProcessEntry[] {
  return isLinux ? listFromProc() : listFromPs();
}

/** Whether a process was started with all of these variables; `false` where that cannot be seen, and for none at all. */
export function hasEnvironment(pid: number, wanted: Readonly<Record<string, string>>): boolean {
  const pairs = Object.entries(wanted).map(([name, value]) => `${name}=${value}`);
  // Every process has "all of nothing": a tree without a marker would be the whole machine.
  if (pairs.length === 0) return false;
  const variables = isLinux ? environmentFromProc(pid) : environmentFromPs(pid);
  return pairs.every((pair) => variables.has(pair));
}

/** The variables of a process, with a NUL before and behind each of them; empty where they cannot be seen. */
export function environmentText(pid: number): string {
  const variables = isLinux ? environmentFromProc(pid) : environmentFromPs(pid);
  return ['', ...variables, ''].join('\0');
}

/** The value that a variable had when a process was started; `null` when it had none, or it cannot be seen. */
export function environmentVariable(pid: number, name: string): string | null {
  const variables = isLinux ? environmentFromProc(pid) : environmentFromPs(pid);
  const pair = [...variables].find((variable) => variable.startsWith(`${name}=`));
  return pair?.slice(name.length + 1) ?? null;
}

/** The arguments that a process was started with, separated by blanks; empty when they cannot be seen. */
export function commandLineOf(pid: number): string {
  try {
    if (isLinux) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', `${pid}`], {
      encoding: 'utf8',
    }).trim();
  } catch {
    return '';
  }
}

function listFromProc(): ProcessEntry[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? entryFromProc(name) : []));
}

function entryFromProc(pid: string): ProcessEntry[] {
  const stat = readStat(pid);
  if (!stat || isDead(stat.fields[0] ?? '')) return [];
  const field = (index: number) => Number(stat.fields[index]);
  const cpuMs = (field(11) + field(12)) * MS_PER_TICK;
  return [
    {
      pid: Number(pid),
      parentPid: field(1),
      sessionId: field(3),
      startTime: stat.fields[19] ?? '',
      image: imageOf(stat.fields),
      cpuMs,
      name: stat.name,
    },
  ];
}

/** Where the program's code, stack, arguments and variables begin: all of that is laid out anew with each program. */
function imageOf(fields: readonly string[]): string {
  return [19, 23, 25, 45, 47, 48].map((index) => fields[index]).join(' ');
}

function environmentFromProc(pid: number): Set<string> {
  try {
    return new Set(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0'));
  } catch {
    return new Set();
  }
}

function listFromPs(): ProcessEntry[] {
  const columns = ['pid=', 'ppid=', 'sess=', 'stat=', 'time=', 'lstart=', 'comm='];
  const table = execFileSync('ps', ['-axo', columns.join(',')], { encoding: 'utf8' });
  return table.split('\n').flatMap(entryFromPs);
}

function entryFromPs(line: string): ProcessEntry[] {
  const [pid, parent, session, state = '', time = '', ...rest] = line.trim().split(/\s+/);
  if (!pid || isDead(state)) return [];
  return [
    {
      pid: Number(pid),
      parentPid: Number(parent),
      sessionId: Number(session),
      startTime: rest.slice(0, 5).join(' '),
      image: null,
      cpuMs: parsePsTime(time),
      name: rest.slice(5).join(' '),
    },
  ];
}

/** `ps` prints processor time as `[[hours:]minutes:]seconds.hundredths`. */
function parsePsTime(time: string): number {
  return time.split(':').reduce((total, part) => total * 60 + Number(part), 0) * 1000;
}

function environmentFromPs(pid: number): Set<string> {
  try {
    const line = execFileSync('ps', ['eww', '-o', 'command=', '-p', `${pid}`], {
      encoding: 'utf8',
    });
    return new Set(line.trim().split(/\s+/));
  } catch {
    return new Set();
  }
}
