import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { identify, ownIdentity, presence } from '../../actors/process-identity.ts';
import { listProcesses } from '../../actors/process-table.ts';
import { findTree, stopTree } from '../../actors/process-tree.ts';
import { isAlive } from '../oneshot-process.ts';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

let serial = 0;

/** A shell in a session of its own; resolves with the pids that it prints before the line `ready`. */
async function tree(script: string) {
  serial += 1;
  const environment = { TREE_TEST: `${process.pid}-${serial}` };
  const env = { ...process.env, ...environment };
  const child = spawn('/bin/sh', ['-c', script], {
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(child);
  let text = '';
  for await (const piece of child.stdout) {
    text += piece;
    if (text.includes('ready\n')) break;
  }
  const pids = text
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
  return { root: { pid: child.pid ?? null, environment }, pids: [child.pid ?? 0, ...pids] };
}

describe('A process tree', () => {
  it.each([
    ['children in its group', 'sleep 71 & echo $!; echo ready; wait'],
    ['a child in a session of its own', 'setsid sleep 72 & echo $!; echo ready; wait'],
    [
      'what was re-parented',
      '(setsid sh -c "echo \\$\\$; exec sleep 73" &); sleep 0.2; echo ready; sleep 74',
    ],
    ['a child that ignores SIGTERM', '(trap "" TERM; sleep 75) & echo $!; echo ready; wait'],
    ['a child that was stopped', 'sleep 76 & echo $!; kill -STOP $!; echo ready; wait'],
  ])('with %s is found and ended as a whole', async (_, script) => {
    const { root, pids } = await tree(script);
    expect(pids.length).toBeGreaterThan(1);
    const found = findTree(root).map(({ pid }) => pid);
    expect(found).toEqual(expect.arrayContaining(pids));
    const { survivors } = await stopTree(root, { graceMs: 200 });
    expect(survivors).toEqual([]);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('that bears a child while it is being stopped is ended with it', async () => {
    const { root } = await tree(
      'trap "setsid sleep 77 & exit" TERM; echo ready; while :; do sleep 0.05; done',
    );
    await stopTree(root, { graceMs: 1_000 });
    expect(findTree(root)).toEqual([]);
  });

  it('is told from another that differs in its marker only', async () => {
    const one = await tree('sleep 78 & echo $!; echo ready; wait');
    const other = await tree('sleep 79 & echo $!; echo ready; wait');
    await stopTree(one.root, { graceMs: 500 });
    expect(other.pids.every(isAlive)).toBe(true);
    await stopTree(other.root, { graceMs: 500 });
  });

  it('that is not there needs no time and no signal', async () => {
    const root = { pid: null, environment: { TREE_TEST: 'nobody' } };
    expect(await stopTree(root, { graceMs: 60_000 })).toEqual({
      signalled: 0,
      killed: 0,
      survivors: [],
    });
  });

  it('gets no grace any more once that is said', async () => {
    const { root, pids } = await tree("trap '' TERM; echo ready; while :; do sleep 0.1; done");
    const now = new AbortController();
    const stop = stopTree(root, { graceMs: 60_000, now: now.signal });
    now.abort();
    expect((await stop).killed).toBeGreaterThan(0);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('never holds this process or what it came from', () => {
    const { PATH = '' } = process.env;
    const pids = findTree({ pid: null, environment: { PATH } }).map(({ pid }) => pid);
    expect(pids).not.toContain(process.pid);
    expect(pids).not.toContain(process.ppid);
  });
});

describe('The identity of a process', () => {
  it('is that of a living one, and of no other with its pid', () => {
    const own = ownIdentity();
    expect(presence(own)).toBe('alive');
    expect(presence({ ...own, startTime: '1' })).toBe('gone');
    expect(presence({ ...own, bootId: 'before' })).toBe('gone');
    expect(presence({ ...own, host: 'elsewhere' })).toBe('unknowable');
    expect(presence({ ...own, pidNamespace: 'pid:[1]' })).toBe('unknowable');
  });

  it('is null when there is none', () => {
    expect(identify(2 ** 22 + 1)).toBeNull();
  });

  it('is read right whatever the program is called', () => {
    const folder = mkdtempSync(join(tmpdir(), 'oneshot-name-'));
    try {
      const program = join(folder, 'a) S (b 1');
      copyFileSync('/bin/sleep', program);
      const child = spawn(program, ['60'], { stdio: 'ignore' });
      started.push(child);
      const entry = listProcesses().find(({ pid }) => pid === child.pid);
      expect(entry).toMatchObject({ parentPid: process.pid });
      expect(entry?.startTime).toMatch(/^\d+$/);
      expect(identify(child.pid ?? 0)?.startTime).toBe(entry?.startTime);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
