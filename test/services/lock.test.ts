import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ownIdentity } from '../../actors/process-identity.ts';
import { EnvironmentError, LockHeldError, StorageError } from '../../services/errors.ts';
import { acquireLock, folderLockPath, readLock } from '../../services/lock.ts';

let folder = '';
let path = '';

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'oneshot-lock-')));
  path = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const own = ownIdentity();
const DEAD = { pid: 2 ** 22 + 1 };
const take = (minGeneration?: number) =>
  acquireLock(path, {
    owner: own,
    run: 'r1',
    now: 1,
    ...(minGeneration === undefined ? {} : { minGeneration }),
  });
const recordText = (fields: object) =>
  JSON.stringify({ version: 1, ...own, generation: 4, run: 'r0', acquiredAt: 0, ...fields });
const leave = (fields: object, file = path) => writeFileSync(file, recordText(fields));

/** Where the first claim to the present lock, of generation 4, would lie. */
const claimPath = () => {
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 32);
  return `${path}.claim-${digest}-5`;
};
const thrownBy = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
};

describe('A lock', () => {
  it('that nobody holds is taken, for this user only, and can be taken again when it was released', () => {
    const lock = take();
    expect(readLock(path)).toEqual(lock.record);
    expect(lock.record).toEqual({ version: 1, ...own, generation: 1, run: 'r1', acquiredAt: 1 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['lock']);
    lock.release();
    lock.release();
    expect(lock.isHeld()).toBe(false);
    expect(take().isHeld()).toBe(true);
  });

  it.each([
    ['of a process that is gone', DEAD],
    ['of a process whose pid another has now', { startTime: '1' }],
    ['of before the last boot', { bootId: 'another' }],
    ['of before the last boot, in another container', { bootId: 'another', pidNamespace: 'x' }],
  ])('%s is taken over, with the next generation', (_, fields) => {
    leave(fields);
    expect(take().record.generation).toBe(5);
    expect(readLock(path)?.generation).toBe(5);
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it.each([
    ['of a living process', {}, [String(process.pid), 'oneshot stop r0']],
    ['of another host', { host: 'elsewhere' }, ['elsewhere', 'delete']],
    ['of another container', { pidNamespace: 'pid:[1]' }, ['another container', 'delete']],
  ])('%s is refused, whatever its age, and says who holds it and what to do', (_, fields, said) => {
    leave(fields);
    utimesSync(path, 1, 1);
    const error = thrownBy(take);
    expect(error).toBeInstanceOf(LockHeldError);
    expect(error).toMatchObject({ holder: { pid: process.pid, run: 'r0' } });
    for (const each of [path, 'r0', ...said]) {
      expect(error).toMatchObject({ message: expect.stringContaining(each) });
    }
    expect(readFileSync(path, 'utf8')).toBe(recordText(fields));
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it.each(['', '{"pid":', '\0\0\0\0', 'null', '{}', recordText({ version: 2 })])(
    'that is damaged (%j) is refused with its path and the next step, and left as it is',
    (text) => {
      writeFileSync(path, text);
      const error = thrownBy(take);
      expect(error).toBeInstanceOf(StorageError);
      expect(error).toMatchObject({ message: expect.stringMatching(/lock: .*delete the file/) });
      expect(readFileSync(path, 'utf8')).toBe(text);
      expect(readLock(path)).toBeNull();
      expect(readdirSync(folder)).toEqual(['lock']);
    },
  );

  it('is stale for nobody while a living process is about to take it over', () => {
    leave(DEAD);
    leave({ run: 'r2' }, claimPath());
    expect(thrownBy(take)).toMatchObject({ holder: { pid: process.pid, run: 'r2' } });
    expect(readLock(path)?.pid).toBe(DEAD.pid);
  });

  it.each([
    ['taken afresh', () => undefined],
    ['taken over', () => leave(DEAD)],
  ])(
    'that is %s is rid of what the dead left half made, and of nothing of the living',
    (_, before) => {
      const now = Date.now() / 1000;
      const cutOff = (name: string, ageSeconds: number) => {
        writeFileSync(`${path}.${name}.tmp`, '{"vers');
        utimesSync(`${path}.${name}.tmp`, now - ageSeconds, now - ageSeconds);
      };
      before();
      leave(DEAD, `${path}.1-a.tmp`);
      leave({}, `${path}.2-b.tmp`);
      cutOff('3-c', 7_200);
      cutOff('4-d', 60);
      take();
      expect(readdirSync(folder).sort()).toEqual(['lock', 'lock.2-b.tmp', 'lock.4-d.tmp']);
    },
  );

  it('that is stale is taken over although processes died while they took it over', () => {
    leave(DEAD);
    leave(DEAD, claimPath());
    leave(DEAD, `${path}.1-a.tmp`);
    leave({}, `${path}.2-b.tmp`);
    leave({}, `${path}2`);
    expect(take().isHeld()).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['lock', 'lock.2-b.tmp', 'lock2']);
  });

  it('that was taken over is no longer held by the one before, whose release leaves it alone', () => {
    const first = take();
    leave({ startTime: '1' });
    rmSync(path);
    const second = take();
    expect(first.isHeld()).toBe(false);
    first.release();
    expect(second.isHeld()).toBe(true);
  });

  it('that was removed with its folder is not held, and its release is quiet', () => {
    const lock = take();
    rmSync(folder, { recursive: true });
    expect(lock.isHeld()).toBe(false);
    expect(lock.release).not.toThrow();
  });

  it.each([
    [null, 7, 7],
    [DEAD, 3, 5],
    [DEAD, 9, 9],
  ])('left as %j and asked for generation %i or later gets %i', (stale, least, generation) => {
    if (stale) leave(stale);
    expect(take(least).record.generation).toBe(generation);
  });

  it('says where it could not be made', () => {
    rmSync(folder, { recursive: true });
    const error = thrownBy(take);
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({ message: expect.stringContaining(path) });
  });
});

describe("A work tree's lock", () => {
  const uid = process.getuid?.() ?? 0;
  const lockPath = (tree = '/some/tree') => folderLockPath(tree, { tmpdir: folder, uid });
  const userFolder = () => join(folder, `oneshot-${uid}`);

  it('lies in a folder of the user, by the real path of the work tree', () => {
    expect(lockPath()).toMatch(/\/folders\/[0-9a-f]{32}\.lock$/);
    expect(lockPath()).toBe(lockPath());
    expect(lockPath()).not.toBe(lockPath('/other/tree'));
  });

  it('lies where only the user can read and write, also when that was otherwise', () => {
    mkdirSync(userFolder());
    chmodSync(userFolder(), 0o777);
    lockPath();
    for (const each of [userFolder(), join(userFolder(), 'folders')]) {
      expect(statSync(each).mode & 0o777).toBe(0o700);
    }
  });

  it('is refused behind a symlink, and nothing is made there', () => {
    const target = join(folder, 'elsewhere');
    mkdirSync(target);
    symlinkSync(target, userFolder());
    expect(lockPath).toThrow(EnvironmentError);
    expect(readdirSync(target)).toEqual([]);
  });

  it('is refused in a folder of another user, and behind a file', () => {
    mkdirSync(join(folder, `oneshot-${uid + 1}`));
    expect(() => folderLockPath('/t', { tmpdir: folder, uid: uid + 1 })).toThrow(
      `not a folder of this user (uid ${uid + 1})`,
    );
    writeFileSync(userFolder(), '');
    expect(lockPath).toThrow(EnvironmentError);
  });
});
