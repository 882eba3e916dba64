import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identify, ownIdentity, presence } from '../../actors/process-identity.ts';
import { hasEnvironment, listProcesses } from '../../actors/process-table.ts';
import { until } from '../oneshot-process.ts';

let folder = '';
let started: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oneshot-name-'));
});
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started = [];
  rmSync(folder, { recursive: true, force: true });
});

const start = async (program: string, args: string[], env = process.env) => {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], env });
  started.push(child);
  await once(child, 'spawn');
  return { child, pid: child.pid ?? 0 };
};
const entryOf = (pid: number) => listProcesses().find((entry) => entry.pid === pid);

describe('The identity of a process', () => {
  it('is that of a living one, and of no other with its pid', () => {
    const own = ownIdentity();
    expect(presence(own)).toBe('alive');
    expect(presence({ ...own, startTime: '1' })).toBe('gone');
  });

  it.each([
    [{ bootId: 'before' }, 'gone'],
    [{ bootId: 'before', pidNamespace: 'pid:[1]' }, 'gone'],
    [{ host: 'elsewhere' }, 'unknowable'],
    [{ host: 'elsewhere', bootId: 'other' }, 'unknowable'],
    [{ pidNamespace: 'pid:[1]' }, 'unknowable'],
  ])('with %j is %s', (fields, expected) => {
    expect(presence({ ...ownIdentity(), ...fields })).toBe(expected);
  });

  it('is gone with its process', async () => {
    const { child, pid } = await start('/bin/sleep', ['60']);
    const identity = identify(pid);
    expect(identity && presence(identity)).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identity && presence(identity)).toBe('gone');
    expect(identify(pid)).toBeNull();
  });

  it('is null for a pid that there never is, and for a zombie', async () => {
    expect(identify(2 ** 22 + 1)).toBeNull();
    const { child, pid } = await start('/bin/sh', ['-c', 'sleep 61 & echo $!; exec sleep 60']);
    const [text] = await once(child.stdout ?? child, 'data');
    const zombie = Number(text);
    await until(
      'its parent is a program that waits for nobody',
      () => entryOf(pid)?.name === 'sleep',
    );
    process.kill(zombie, 'SIGKILL');
    await until('it is a zombie', () => / Z /.test(readFileSync(`/proc/${zombie}/stat`, 'utf8')));
    expect(identify(zombie)).toBeNull();
    expect(entryOf(zombie)).toBeUndefined();
  });

  it.each(['a) S (b 1', 'two  blanks', '(((', ')) Z 1'])(
    'is read right when the program is called %j',
    async (name) => {
      const program = join(folder, name);
      copyFileSync('/bin/sleep', program);
      const { pid } = await start(program, ['60']);
      const entry = entryOf(pid);
      expect(entry).toMatchObject({ name, parentPid: process.pid });
      expect(entry?.startTime).toMatch(/^\d+$/);
      expect(identify(pid)?.startTime).toBe(entry?.startTime);
    },
  );
});

describe('What is known of a process', () => {
  it('has its processor time, in ms', async () => {
    const { pid } = await start('/bin/sh', ['-c', 'while :; do :; done']);
    await until('it has worked', () => (entryOf(pid)?.cpuMs ?? 0) >= 50);
    expect(entryOf(pid)?.cpuMs).toBeLessThan(10_000);
  });

  it('has the variables that it was started with: all that are wanted, whole ones only', async () => {
    const { pid } = await start('/bin/sleep', ['60'], { RUN: 'a=b c', OTHER: '' });
    expect(hasEnvironment(pid, { RUN: 'a=b c', OTHER: '' })).toBe(true);
    expect(hasEnvironment(pid, { RUN: 'a=b c', MISSING: '1' })).toBe(false);
    expect(hasEnvironment(pid, { RUN: 'a=b' })).toBe(false);
    expect(hasEnvironment(pid, { UN: 'a=b c' })).toBe(false);
    expect(hasEnvironment(pid, {})).toBe(false);
    expect(hasEnvironment(2 ** 22 + 1, { RUN: 'a=b c' })).toBe(false);
  });
});
