import { spawn } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { ownIdentity } from '../../actors/process-identity.ts';
import { acquireLock, folderLockPath, readLock } from '../../services/lock.ts';

let folder = '';
let path = '';

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'oneshot-lock-')));
  path = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const own = ownIdentity();
const take = (owner = own) => acquireLock(path, { owner, run: 'r1', now: 1 });
const leave = (fields: object) =>
  writeFileSync(
    path,
    JSON.stringify({ version: 1, ...own, generation: 4, run: 'r0', acquiredAt: 0, ...fields }),
  );

describe('A lock', () => {
  it('that nobody holds is taken, and can be taken again when it was released', () => {
    const lock = take();
    expect(readLock(path)).toMatchObject({ pid: process.pid, generation: 1, run: 'r1' });
    lock.release();
    lock.release();
    expect(take().isHeld()).toBe(true);
  });

  it.each([
    ['of a process that is gone', { pid: 2 ** 22 + 1 }],
    ['of a process whose pid another has now', { startTime: '1' }],
    ['of before the last boot', { bootId: 'another' }],
  ])('%s is taken over, with the next generation', (_, fields) => {
    leave(fields);
    expect(take().record.generation).toBe(5);
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it.each([
    ['of a living process', {}, String(process.pid)],
    ['of another host', { host: 'elsewhere' }, 'elsewhere'],
    ['of another container', { pidNamespace: 'pid:[1]' }, 'another container'],
  ])('%s is refused, whatever its age, and says who holds it', (_, fields, named) => {
    leave(fields);
    const before = readFileSync(path, 'utf8');
    expect(() => take()).toThrow(named);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('that is damaged is refused with its path, and left as it is', () => {
    writeFileSync(path, '{"pid":');
    expect(() => take()).toThrow(path);
    expect(readFileSync(path, 'utf8')).toBe('{"pid":');
  });

  it('that is stale is taken over although a claim of a dead process is left', () => {
    leave({ pid: 2 ** 22 + 1 });
    writeFileSync(`${path}.claim-5`, JSON.stringify({ ...own, pid: 2 ** 22 + 2 }));
    expect(take().isHeld()).toBe(true);
    expect(readdirSync(folder)).toEqual(['lock']);
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
});

describe('Of many processes that try at once', () => {
  /** One round: every contender's answer. */
  async function race(module: string, contenders: number): Promise<string[]> {
    const moment = String(Date.now() + 400);
    const fixture = resolve('test/fixtures/processes/contend.mjs');
    const children = Array.from({ length: contenders }, () =>
      spawn(process.execPath, [fixture, module, path, moment], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    const answers = children.map(
      (child) =>
        new Promise<string>((done) => {
          let text = '';
          child.stdout.on('data', (piece) => {
            text += piece;
            const answer = text.split('\n')[1];
            if (text.split('\n').length > 2 && answer) done(answer);
          });
        }),
    );
    const all = await Promise.all(answers);
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(
      children.map((child) => child.exitCode ?? new Promise((done) => child.once('exit', done))),
    );
    return all;
  }

  it.each([
    ['there is no lock', null],
    ['there is a stale one', { pid: 2 ** 22 + 1 }],
  ])('exactly one wins when %s', async (_, stale) => {
    const module = join(folder, 'lock.mjs');
    const contents = `export * from ${JSON.stringify(resolve('services/lock.ts'))}; export * from ${JSON.stringify(resolve('actors/process-identity.ts'))};`;
    await build({
      stdin: { contents, resolveDir: resolve('.') },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: module,
    });
    for (let round = 0; round < 5; round += 1) {
      rmSync(path, { force: true });
      if (stale) leave(stale);
      const answers = await race(module, 6);
      expect(answers.filter((answer) => answer.startsWith('won'))).toHaveLength(1);
      expect(answers.filter((answer) => answer === 'ONESHOT_LOCK_HELD')).toHaveLength(5);
    }
  });
});

describe("A work tree's lock", () => {
  const uid = process.getuid?.() ?? 0;

  it('lies in a folder of the user, by the real path of the work tree', () => {
    const one = folderLockPath('/some/tree', { tmpdir: folder, uid });
    expect(one).toBe(folderLockPath('/some/tree', { tmpdir: folder, uid }));
    expect(one).not.toBe(folderLockPath('/other/tree', { tmpdir: folder, uid }));
  });

  it('is refused where somebody else could write', () => {
    symlinkSync('/tmp', join(folder, `oneshot-${uid}`));
    expect(() => folderLockPath('/some/tree', { tmpdir: folder, uid })).toThrow(
      'not a folder of this user',
    );
  });
});
