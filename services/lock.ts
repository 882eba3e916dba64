/**
 * Exclusive locks, as files that say who holds them.
 *
 * A lock comes into being with its content in one step: a temporary file, linked to the lock's name, which fails when
 * that name is taken. A lock is stale only when its holder is provably gone, never by age. Taking over a stale lock of
 * generation g goes by a claim: the same link to `<lock>.claim-<g+1>`. Of many who see the same stale lock one wins the
 * claim; it looks again whether that very lock still stands, and renames its claim over it. Why nobody else can win:
 * while the claim's name is taken, no one can link it; it becomes free only by the rename, after which the lock has
 * another content, so a latecomer that wins the free name finds another lock than it had judged, and withdraws. A
 * claim whose owner died is never removed by a rival (two rivals could remove each other's): they go on to the next
 * number, and meet the same look at the lock. The new holder removes the claims that are left.
 *
 * Release removes the lock only while it is the holder's own: its holder lives, so nobody else may take it meanwhile.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ProcessIdentity, presence } from '../actors/process-identity.ts';
import { EnvironmentError, LockHeldError, StorageError } from './errors.ts';

export interface LockRecord extends ProcessIdentity {
  readonly version: 1;
  /** Rises with every holder. */
  readonly generation: number;
  /** The run that it is held for. */
  readonly run: string;
  /** Epoch milliseconds. */
  readonly acquiredAt: number;
}

export interface Lock {
  readonly path: string;
  readonly record: LockRecord;
  /** Whether the lock is still this one: cheap enough to ask before every write. */
  isHeld(): boolean;
  /** Gives it up, when it is still ours. Never throws. */
  release(): void;
}

export interface LockRequest {
  readonly owner: ProcessIdentity;
  readonly run: string;
  /** The least generation that it may have; default 1. */
  readonly minGeneration?: number;
  readonly now: number;
}

/** Takes a lock or throws: {@link LockHeldError} when it is held, {@link StorageError} when it cannot be read or made. */
export function acquireLock(path: string, request: LockRequest): Lock {
  for (;;) {
    const standing = readStanding(path);
    const record = recordOf(request, standing?.record.generation ?? 0);
    const temporary = writeTemporary(path, record);
    try {
      if (take(path, temporary, standing)) return lockOf(path, record);
    } finally {
      rmSync(temporary, { force: true });
    }
  }
}

/** Who holds a lock, or held it last; `null` when there is none or it cannot be read. */
export function readLock(path: string): LockRecord | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * The lock of a work tree, by its real path: it is the same wherever the runs folder is. It lies in the folder for
 * temporary files, in a folder that only this user can write to.
 */
export function folderLockPath(
  realFolder: string,
  { tmpdir, uid }: { tmpdir: string; uid: number },
): string {
  const own = join(tmpdir, `oneshot-${uid}`);
  const folder = join(own, 'folders');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const part of [own, folder]) requireOwn(part, uid);
  const name = createHash('sha256').update(realFolder).digest('hex').slice(0, 32);
  return join(folder, `${name}.lock`);
}

interface Standing {
  readonly text: string;
  readonly record: LockRecord;
}

/** One try to get the lock; `false` when the world has changed meanwhile and must be looked at again. */
function take(path: string, temporary: string, standing: Standing | null): boolean {
  if (!standing) return tryLink(temporary, path);
  refuseUnlessGone(path, standing.record);
  const claim = winClaim(path, temporary, standing.record.generation);
  if (readText(path) !== standing.text) {
    rmSync(claim, { force: true });
    return false;
  }
  renameSync(claim, path);
  removeClaims(path);
  return true;
}

function winClaim(path: string, temporary: string, generation: number): string {
  for (let number = generation + 1; ; number += 1) {
    const claim = `${path}.claim-${number}`;
    if (tryLink(temporary, claim)) return claim;
    const rival = readLock(claim);
    if (rival) refuseUnlessGone(path, rival);
  }
}

function removeClaims(path: string): void {
  const prefix = `${basename(path)}.claim-`;
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(path), name), { force: true });
  }
}

function lockOf(path: string, record: LockRecord): Lock {
  const mark = fileMark(path);
  const isHeld = () => fileMark(path) === mark;
  const release = () => {
    if (isHeld()) rmSync(path, { force: true });
  };
  return { path, record, isHeld, release };
}

/** Tells a file from a later one with its name: the inode alone may be given again. */
function fileMark(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat ? `${stat.ino} ${stat.mtimeNs}` : null;
}

function recordOf({ owner, run, minGeneration = 1, now }: LockRequest, before: number): LockRecord {
  const generation = Math.max(before + 1, minGeneration);
  return { version: 1, ...owner, generation, run, acquiredAt: now };
}

function readStanding(path: string): Standing | null {
  const text = readText(path);
  if (text === null) return null;
  const record = parse(text);
  if (record) return { text, record };
  throw new StorageError(
    path,
    new Error('the lock is damaged; when no oneshot works on this, delete the file'),
  );
}

function parse(text: string): LockRecord | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw new StorageError(path, error);
  }
}

/** On disk with its content before it has its name: a power cut leaves no empty lock. */
function writeTemporary(path: string, record: LockRecord): string {
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(fd, `${JSON.stringify(record)}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new StorageError(temporary, error);
  }
  return temporary;
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw new StorageError(to, error);
  }
}

function refuseUnlessGone(path: string, holder: LockRecord): void {
  const { pid, run, host } = holder;
  switch (presence(holder)) {
    case 'gone':
      return;
    case 'alive':
      throw new LockHeldError(
        `The run ${run} is being worked on by process ${pid} (lock: ${path}). Wait for it, or stop it: oneshot stop ${run}.`,
      );
    case 'unknowable':
      throw new LockHeldError(
        `The run ${run} is locked by process ${pid} on ${host} or in another container, which cannot be looked at from ` +
          `here. When you know that it has ended, delete ${path}.`,
      );
  }
}

function requireOwn(folder: string, uid: number): void {
  const stat = lstatSync(folder);
  if (stat.isDirectory() && stat.uid === uid) return;
  throw new EnvironmentError(
    `${folder} is not a folder of this user (uid ${uid}); remove it or set TMPDIR to another place.`,
  );
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
