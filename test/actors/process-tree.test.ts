import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listProcesses } from '../../actors/process-table.ts';
import {
  findSharedServices,
  findTree,
  stopTree,
  type TreeRoot,
} from '../../actors/process-tree.ts';
import { isAlive, until } from '../oneshot-process.ts';

const NO_WAIT = { graceMs: 0 };
const LONG_GRACE_MS = 60_000;

let folder = '';
let started: { root: TreeRoot; pids: number[] }[] = [];
let serial = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oneshot-tree-'));
});
afterEach(async () => {
  const all = started;
  started = [];
  await Promise.all(all.map(({ root }) => stopTree(root, NO_WAIT)));
  rmSync(folder, { recursive: true, force: true });
});

/** A shell in a session of its own; resolves with its pid and those that were printed before the line `ready`. */
async function tree(script: string) {
  serial += 1;
  const environment = { TREE_TEST: `${process.pid}-${serial}` };
  const child = spawn('/bin/sh', ['-c', script], {
    cwd: folder,
    detached: true,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const leader = child.pid ?? 0;
  const one = { root: { pid: leader, environment }, pids: [leader] };
  started.push(one);
  let text = '';
  for await (const piece of child.stdout) {
    text += piece;
    if (text.includes('ready\n')) break;
  }
  one.pids.push(...text.split('\n').filter(Boolean).map(Number).filter(Number.isInteger));
  return one;
}

const pidsOf = (root: TreeRoot) => findTree(root).map(({ pid }) => pid);

describe('A process tree', () => {
  it.each([
    ['children in its group', 'sleep 71 & echo $!; echo ready; wait'],
    ['a child in a session of its own', 'setsid sleep 72 & echo $!; echo ready; wait'],
    ['a child without the marker', 'env -i sleep 73 & echo $!; echo ready; wait'],
    [
      'a child without the marker in a session of its own',
      'env -i setsid sleep 74 & echo $!; echo ready; wait',
    ],
    [
      'a child that ignores SIGTERM',
      'sh -c "trap \\"\\" TERM; echo ready; sleep 75" & echo $!; wait',
    ],
    ['a child that was stopped', 'sleep 76 & echo $!; kill -STOP $!; echo ready; wait'],
    ['a leader that was stopped', 'sleep 77 & echo $!; echo ready; kill -STOP $$; wait'],
  ])('with %s is found and ended as a whole', async (_, script) => {
    const { root, pids } = await tree(script);
    expect(pids).toHaveLength(2);
    expect(pidsOf(root)).toEqual(expect.arrayContaining(pids));
    expect(await stopTree(root, { graceMs: 200 })).toMatchObject({ survivors: [] });
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it.each([
    ['the leader lives', '& sleep 78'],
    ['the leader has ended', '&'],
  ])(
    'has what was re-parented to init in another session, by its marker, when %s',
    async (_, rest) => {
      const { root, pids } = await tree(
        `(setsid sh -c 'echo $$; echo ready; exec sleep 79' &) ${rest}`,
      );
      const [leader = 0, orphan = 0] = pids;
      const entry = () => listProcesses().find(({ pid }) => pid === orphan);
      await until('the child has lost its parent', () => entry()?.parentPid === 1);
      await until('the leader is what it is to be', () => isAlive(leader) === (rest !== '&'));
      expect(entry()?.sessionId).toBe(orphan);
      expect(pidsOf({ ...root, environment: { TREE_TEST: 'other' } })).not.toContain(orphan);
      expect(pidsOf(root)).toContain(orphan);
      await stopTree(root, { graceMs: LONG_GRACE_MS });
      expect(pids.filter(isAlive)).toEqual([]);
    },
  );

  it('has what is left of its session when the leader is gone and the marker was dropped', async () => {
    const { root, pids } = await tree('env -i sleep 80 & echo $!; echo ready');
    await until('the leader has ended', () => !isAlive(root.pid));
    expect(pidsOf(root)).toEqual(pids.slice(1));
  });

  it.each([
    ['once', 'trap "setsid sleep 81 & exit" TERM; echo ready; while :; do sleep 0.05; done'],
    [
      'all the time',
      'trap "" TERM; echo ready; while :; do setsid sleep 82 & sleep 0.005; done 2>/dev/null',
    ],
  ])('that bears children while it is being stopped, %s, is ended with them', async (_, script) => {
    const { root } = await tree(script);
    expect(await stopTree(root, { graceMs: 300 })).toMatchObject({ survivors: [] });
    expect(findTree(root)).toEqual([]);
  });

  it('is asked before it is killed, and gets the time to tidy up', async () => {
    const { root } = await tree(
      'trap "sleep 0.1; echo tidy >end; exit" TERM; echo ready; while :; do sleep 0.02; done',
    );
    const { killed, signalled } = await stopTree(root, { graceMs: LONG_GRACE_MS });
    expect(readFileSync(join(folder, 'end'), 'utf8')).toBe('tidy\n');
    expect(killed).toBe(0);
    expect(signalled).toBeGreaterThan(0);
  });

  it('leaves a shared service and what that started running, and says so', async () => {
    const script = 'until [ -e go ]; do sleep 0.01; done; sleep 91 & echo $!; echo ready; wait';
    writeFileSync(join(folder, 'service'), script);
    const { root, pids } = await tree(
      'sleep 92 & echo $!; setsid sh ./service --shared & echo $!; : >go; wait',
    );
    const [leader = 0, own = 0, service = 0, part = 0] = pids;
    const isSharedService = (line: string) => line === 'sh ./service --shared';
    const shared = { ...root, isSharedService };
    expect(
      findTree(shared)
        .map(({ pid }) => pid)
        .sort(),
    ).toEqual([leader, own].sort());
    expect(findSharedServices(shared).map(({ pid }) => pid)).toEqual([service]);
    expect(await stopTree(shared, { graceMs: LONG_GRACE_MS })).toEqual({
      signalled: 2,
      killed: 0,
      survivors: [],
      sharedServices: [`${service} sh`],
    });
    expect(pids.filter(isAlive)).toEqual([service, part]);
    expect(await stopTree(root, NO_WAIT)).toMatchObject({ survivors: [], sharedServices: [] });
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('that was stopped goes on to be asked, and need not be killed', async () => {
    const { root } = await tree('sleep 87 & echo $!; kill -STOP $!; echo ready; wait');
    expect(await stopTree(root, { graceMs: LONG_GRACE_MS })).toMatchObject({ killed: 0 });
  });

  it('that must be killed leaves its leader the time to write down how the rest ended', async () => {
    const { root } = await tree(
      'trap : TERM; sh -c "trap \\"\\" TERM; echo ready; exec sleep 83"; echo "$?" >end',
    );
    expect(await stopTree(root, { graceMs: 100 })).toMatchObject({ killed: 1, survivors: [] });
    expect(readFileSync(join(folder, 'end'), 'utf8')).toBe('137\n');
  });

  it('is told from another that differs in its marker only', async () => {
    const one = await tree('sleep 84 & echo $!; echo ready; wait');
    const other = await tree('trap "echo >asked" TERM; sleep 85 & echo $!; echo ready; wait');
    expect(pidsOf(one.root).filter((pid) => other.pids.includes(pid))).toEqual([]);
    await stopTree(one.root, { graceMs: LONG_GRACE_MS });
    expect(other.pids.filter(isAlive)).toEqual(other.pids);
    expect(existsSync(join(folder, 'asked'))).toBe(false);
  });

  it('that is not there needs no time and no signal', async () => {
    const root = { pid: null, environment: { TREE_TEST: 'nobody' } };
    const report = { signalled: 0, killed: 0, survivors: [], sharedServices: [] };
    expect(await stopTree(root, { graceMs: LONG_GRACE_MS })).toEqual(report);
  });

  it('without a marker is what its pid leads to, not everything', async () => {
    expect(findTree({ pid: null, environment: {} })).toEqual([]);
    const { root, pids } = await tree('sleep 86 & echo $!; echo ready; wait');
    expect(pidsOf({ pid: root.pid, environment: {} })).toEqual(pids);
  });

  it.each([
    ['before', 0],
    ['meanwhile', 50],
  ])('gets no grace any more once that is said %s', async (_, delayMs) => {
    const { root, pids } = await tree("trap '' TERM; echo ready; while :; do sleep 0.1; done");
    const now = delayMs === 0 ? AbortSignal.abort() : AbortSignal.timeout(delayMs);
    const { killed } = await stopTree(root, { graceMs: LONG_GRACE_MS, now });
    expect(killed).toBeGreaterThan(0);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('never holds this process, what it came from, or init', () => {
    const { PATH = '' } = process.env;
    const table = new Map(listProcesses().map((entry) => [entry.pid, entry]));
    const line = [process.pid, 1];
    for (let at = process.ppid; at > 1; at = table.get(at)?.parentPid ?? 0) line.push(at);
    for (const root of [
      { pid: null, environment: { PATH } },
      { pid: process.ppid, environment: { PATH } },
    ]) {
      expect(pidsOf(root).filter((pid) => line.includes(pid))).toEqual([]);
    }
  });
});
