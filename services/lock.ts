/**
 * Exclusive locks, as files that say who holds them.
 *
 * A lock comes into being with its content in one step: a temporary file, linked to the lock's name, which fails when
 * that name is taken. A lock is stale only when its holder is provably gone, never by age. Taking over a stale lock S
 * goes by a claim: the same link, to a name made of the content of S and a number. Of many who see S one wins the claim;
 * it looks again whether S still stands, and renames its claim over it.
 *
 * Why no two can win: the holder of S is gone, so nobody else writes S again; once the lock is another it never becomes
 * S again, and every claim to S is void. As long as S stands, no claim to it is removed: whoever removes one has seen
 * another lock first. So a claim of a living process refuses all others; one of a dead process stays, and rivals meet
 * at the next number. Hence at most one living process holds a claim to S that it made while S stood, and only that one
 * renames. A latecomer whose claim was free because S is over finds another lock than it had judged, and withdraws.
 * Claims to different locks never share a name, so withdrawing cannot hit a claim that counts. The new holder removes
 * what is left.
 *
 * Release removes the lock only while it is the holder's own: its holder lives, so nobody else may take it meanwhile.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
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
import { type LockRecord, parseLockRecord } from './lock-record.ts';

/** Milliseconds after which nobody writes on a temporary file any more. */
const ABANDONED_MS = 3_600_000;

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

/**
 * Takes a lock or throws: {@link LockHeldError} when it is held, or may be, {@link StorageError} when it is damaged or
 * cannot be read or made.
 */
export function acquireLock(path: string, request: LockRequest): Lock {
  for (;;) {
    const standing = readStanding(path);
    const record = recordOf(request, standing?.record.generation ?? 0);
    const temporary = writeTemporary(path, record);
    try {
      const mark = fileMark(temporary);
      if (take(path, temporary, standing)) {
        removeLeftovers(path, basename(temporary));
        return lockOf(path, record, mark);
      }
    } finally {
      rmSync(temporary, { force: true });
    }
  }
}

/** Who holds a lock, or held it last; `null` when there is none or it cannot be read. */
export function readLock(path: string): LockRecord | null {
  try {
    return parseLockRecord(readFileSync(path, 'utf8'));
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
  for (const part of [own, folder]) makeOwn(part, uid);
  return join(folder, `${digest(realFolder)}.lock`);
}

interface Standing {
  readonly text: string;
  readonly record: LockRecord;
}

/** One try to get the lock; `false` when the world has changed meanwhile and must be looked at again. */
function take(path: string, temporary: string, standing: Standing | null): boolean {
  if (!standing) return tryLink(temporary, path);
  refuseUnlessGone(path, standing.record);
  const claim = winClaim(path, temporary, standing);
  if (readText(path) !== standing.text) {
    rmSync(claim, { force: true });
    return false;
  }
  renameSync(claim, path);
  return true;
}

function winClaim(path: string, temporary: string, { text, record }: Standing): string {
  const prefix = `${path}.claim-${digest(text)}-`;
  for (let number = record.generation + 1; ; number += 1) {
    const claim = `${prefix}${number}`;
    if (tryLink(temporary, claim)) return claim;
    // One that is missing by now was void: then the look at the lock fails, whatever the number.
    const rival = readStanding(claim);
    if (rival) refuseUnlessGone(path, rival.record);
  }
}

/** Claims to the lock before, and files of processes that died before they had linked them. */
function removeLeftovers(path: string, own: string): void {
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path)).filter((each) => each.startsWith(prefix))) {
    const file = join(dirname(path), name);
    const isClaim = name.startsWith(`${prefix}claim-`);
    const isTemporary = name.endsWith('.tmp') && name !== own;
    if (isClaim || (isTemporary && isOfDead(file))) removeQuietly(file);
  }
}

/**
 * One that cannot be read was cut off while it was written, which takes milliseconds; should its writer live after all,
 * it cannot link it any more and is refused.
 */
function isOfDead(file: string): boolean {
  const record = readLock(file);
  return record ? presence(record) === 'gone' : ageMs(file) > ABANDONED_MS;
}

function ageMs(file: string): number {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

function lockOf(path: string, record: LockRecord, mark: string | null): Lock {
  const isHeld = () => mark !== null && fileMark(path) === mark;
  const release = () => {
    if (isHeld()) removeQuietly(path);
  };
  return { path, record, isHeld, release };
}

/** What cannot be removed is stale as soon as this process has ended. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A file system that has become read-only, for one.
  }
}

/** Tells a file from a later one with its name, since an inode may be given again; `null` when it cannot be seen. */
function fileMark(path: string): string | null {
  try {
    const { ino, mtimeNs } = statSync(path, { bigint: true });
    return `${ino} ${mtimeNs}`;
  } catch {
    return null;
  }
}

function recordOf({ owner, run, minGeneration = 1, now }: LockRequest, before: number): LockRecord {
  const generation = Math.max(before + 1, minGeneration);
  return { version: 1, ...owner, generation, run, acquiredAt: now };
}

function readStanding(path: string): Standing | null {
  const text = readText(path);
  if (text === null) return null;
  const record = parseLockRecord(text);
  if (record) return { text, record };
  throw new StorageError(
    path,
    new Error(
      'the lock is damaged or of another version of oneshot; when no oneshot works on this, delete the file',
    ),
  );
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
        { pid, run },
      );
    case 'unknowable':
      throw new LockHeldError(
        `The run ${run} is locked by process ${pid} on ${host} or in another container, which cannot be looked at from ` +
          `here. When you know that it has ended, delete ${path}.`,
        { pid, run },
      );
  }
}

/** A folder that only this user can use; the folder for temporary files is everybody's, so it may be a trap. */
function makeOwn(folder: string, uid: number): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw new StorageError(folder, error);
  }
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== uid) {
    throw new EnvironmentError(
      `${folder} is not a folder of this user (uid ${uid}); remove it or set TMPDIR to another place.`,
    );
  }
  if ((stat.mode & 0o077) !== 0) chmodSync(folder, 0o700);
}

/** A name for any text. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
