/**
 * The address at which a folder of runs is found again: the same port and the same token each time, so that a page that
 * is open goes on by itself when its server was started anew.
 *
 * Both follow from the folder and from a secret of the user's own, a file that only this user can read
 * (`~/.local/state/oneshot/inspect-secret`; `XDG_STATE_HOME` moves it). A token opens the runs of one folder at one port:
 * what a program that listens there meanwhile could learn from a page that comes back opens nothing anywhere else. Who
 * wants other tokens removes the file.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface Standing {
  /** The port to take when it is free. */
  readonly port: number;
  token(port: number): string;
}

/** Free for users, and below those that systems give away by themselves. */
const PORTS = { first: 20_000, count: 10_000 };

const SECRET_BYTES = 32;

/** `null` when no secret can be kept: then each server has a token and a port of its own. */
export function standingOf(runsDir: string, environment: NodeJS.ProcessEnv): Standing | null {
  const secret = userSecret(stateFolder(environment));
  if (!secret) return null;
  const folder = realOr(runsDir);
  const place = createHash('sha256').update(folder).digest().readUInt32BE(0);
  return {
    port: PORTS.first + (place % PORTS.count),
    token: (port) => createHmac('sha256', secret).update(`${port} ${folder}`).digest('base64url'),
  };
}

/** As https://specifications.freedesktop.org/basedir-spec says; a relative path does not count. */
function stateFolder({ XDG_STATE_HOME: given }: NodeJS.ProcessEnv): string {
  const base = given?.startsWith('/') ? given : join(homedir(), '.local', 'state');
  return join(base, 'oneshot');
}

function userSecret(folder: string): Buffer | null {
  const path = join(folder, 'inspect-secret');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return readSecret(path) ?? createdSecret(path);
  } catch {
    return null;
  }
}

/** `null` when there is none. Throws for one that others could read or have put there. */
function readSecret(path: string): Buffer | null {
  const fd = openOwn(path);
  if (fd === null) return null;
  try {
    const stat = fstatSync(fd);
    const isOwn = stat.isFile() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
    const secret = readFileSync(fd);
    if (isOwn && secret.length === SECRET_BYTES) return secret;
    throw new Error(`${path} is not a secret of this user.`);
  } finally {
    closeSync(fd);
  }
}

function openOwn(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    // By its shape, since an error of another realm is no instance of this one's `Error`.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT')
      return null;
    throw error;
  }
}

/** It appears as a whole, and of two that are made at once one stays. */
function createdSecret(path: string): Buffer | null {
  const own = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(own, randomBytes(SECRET_BYTES), { flag: 'wx', mode: 0o600 });
  try {
    linkSync(own, path);
  } catch {
    // Somebody else was first; theirs is read.
  } finally {
    rmSync(own, { force: true });
  }
  return readSecret(path);
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
