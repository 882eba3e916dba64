import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, so that it cannot be taken for another that has the same pid later, or elsewhere. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Linux: ticks since boot (field 22 of `/proc/PID/stat`); macOS: the start date of `ps`. */
  readonly startTime: string;
  /** Changes with every boot of the machine. */
  readonly bootId: string;
  readonly host: string;
  /** Two containers on one machine have other pids for the same process; `null` where there are no namespaces. */
  readonly pidNamespace: string | null;
}

/** Whether a recorded process is still there; `unknowable` when it ran on another host or in another container. */
export type Presence = 'alive' | 'gone' | 'unknowable';

/** The identity of a living process of this machine; `null` when there is none with that pid (a zombie is none). */
export function identify(pid: number): ProcessIdentity | null {
  const startTime = startTimeOf(pid);
  return startTime === null ? null : { pid, startTime, ...place() };
}

export function ownIdentity(): ProcessIdentity {
  const own = identify(process.pid);
  if (!own) throw new Error(`The start time of process ${process.pid} cannot be read.`);
  return own;
}

/** `gone` only when that is proved: another boot, no such pid, or the pid belongs to a later process. */
export function presence(identity: ProcessIdentity): Presence {
  const here = place();
  if (identity.host !== here.host) return 'unknowable';
  if (identity.bootId !== here.bootId) return 'gone';
  if (identity.pidNamespace !== here.pidNamespace) return 'unknowable';
  return startTimeOf(identity.pid) === identity.startTime ? 'alive' : 'gone';
}

/** The fields of `/proc/PID/stat` behind the name, which may itself hold blanks and parentheses. */
export function readStat(pid: number | string): { name: string; fields: string[] } | null {
  try {
    const stat = readStart(`/proc/${pid}/stat`);
    const end = stat.lastIndexOf(')');
    return { name: stat.slice(stat.indexOf('(') + 1, end), fields: stat.slice(end + 2).split(' ') };
  } catch {
    return null;
  }
}

/** All of a small file, with as few system calls as can be: a look at a tree reads one of every process. */
function readStart(path: string): string {
  const fd = openSync(path, 'r');
  try {
    return STAT_BUFFER.toString('latin1', 0, readSync(fd, STAT_BUFFER));
  } finally {
    closeSync(fd);
  }
}

/** A line of `/proc/PID/stat` has 52 numbers and a name of at most 64 characters. */
const STAT_BUFFER = Buffer.alloc(2048);

export const isLinux = process.platform === 'linux';

/** As in {@link ProcessIdentity}; `null` when there is no living process with that pid. */
export function startTimeOf(pid: number): string | null {
  if (!isLinux) return startDateOf(pid);
  const fields = readStat(pid)?.fields;
  if (!fields || isDead(fields[0] ?? '')) return null;
  return fields[19] ?? null;
}

/** Process states of Linux and macOS in which nothing runs any more: zombie, dead. */
export function isDead(state: string): boolean {
  return state.startsWith('Z') || state.startsWith('X');
}

function startDateOf(pid: number): string | null {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', `${pid}`], { encoding: 'utf8' });
    const [state = '', ...date] = line.trim().split(/\s+/);
    return isDead(state) || date.length === 0 ? null : date.join(' ');
  } catch {
    return null;
  }
}

/** The boot of this machine that goes on now, as in {@link ProcessIdentity}. */
export function currentBootId(): string {
  return place().bootId;
}

type Place = Omit<ProcessIdentity, 'pid' | 'startTime'>;
let knownPlace: Place | undefined;

/** Constant for the life of this process. */
function place(): Place {
  knownPlace ??= { host: hostname(), bootId: bootId(), pidNamespace: pidNamespace() };
  return knownPlace;
}

function bootId(): string {
  if (isLinux) return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' }).trim();
}

function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}
