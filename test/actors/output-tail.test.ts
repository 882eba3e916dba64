import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { of, Subject, type Subscription, throwError } from 'rxjs';
import { type TailOptions, tailFile } from '../../actors/output-tail.ts';
import { until } from '../oneshot-process.ts';

let folder = '';
let path = '';
let subscriptions: Subscription[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oneshot-tail-'));
  path = join(folder, 'out');
});
afterEach(() => {
  for (const subscription of subscriptions) subscription.unsubscribe();
  subscriptions = [];
  rmSync(folder, { recursive: true, force: true });
});

/** What was read so far, where each piece began, and how it ended. */
function follow(options: TailOptions = {}) {
  const stop$ = new Subject<void>();
  const seen = { text: '', offsets: [] as number[], end: null as unknown };
  const subscription = tailFile(path, { stop$, ...options }).subscribe({
    next({ bytes, offset }) {
      seen.text += bytes.toString('latin1');
      seen.offsets.push(offset);
    },
    complete: () => {
      seen.end = 'complete';
    },
    error: (error) => {
      seen.end = error;
    },
  });
  subscriptions.push(subscription);
  return { seen, stop$, subscription };
}

const read = (seen: { text: string }, text: string) =>
  until(`${JSON.stringify(text)} was read`, () => seen.text === text);
const ended = (seen: { end: unknown }) => until('it has ended', () => seen.end !== null);

/** Files of the test's folder that this process has open. */
const openFiles = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  });

describe('The tail of a file', () => {
  it('has everything, also what comes after it began and just before the end', async () => {
    writeFileSync(path, 'one\n');
    const { seen, stop$ } = follow();
    await read(seen, 'one\n');
    appendFileSync(path, 'two\n');
    await read(seen, 'one\ntwo\n');
    appendFileSync(path, 'three\n');
    stop$.next();
    await ended(seen);
    expect(seen).toEqual({ text: 'one\ntwo\nthree\n', offsets: [0, 4, 8], end: 'complete' });
  });

  it('of many mebibytes is read to its end after the stop, while timers go on', async () => {
    const large = Buffer.alloc(20 * 1024 * 1024, '0123456789');
    writeFileSync(path, large);
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    const { seen } = follow({ stop$: of(true) });
    expect(seen.text).toBe('');
    await ended(seen);
    clearInterval(timer);
    expect(seen.text === large.toString('latin1')).toBe(true);
    expect(ticks).toBeGreaterThan(1);
  });

  it('begins where it is told to', async () => {
    writeFileSync(path, 'one\ntwo\n');
    const { seen } = follow({ from: 4, stop$: of(true) });
    await ended(seen);
    expect(seen).toMatchObject({ text: 'two\n', offsets: [4] });
  });

  it('waits for a file that is yet to come, and is empty when it never does', async () => {
    const { seen, stop$ } = follow({ pollMs: 5 });
    let looks = 0;
    const timer = setInterval(() => (looks += 1), 5);
    await until('it was looked for in vain', () => looks > 2 || seen.end !== null);
    clearInterval(timer);
    writeFileSync(path, 'late\n');
    await read(seen, 'late\n');
    stop$.next();
    await ended(seen);
    rmSync(path);
    const none = follow({ stop$: of(true) });
    await ended(none.seen);
    expect(none.seen).toMatchObject({ text: '', end: 'complete' });
  });

  it('goes on from the beginning when the file was cut shorter', async () => {
    writeFileSync(path, 'a long beginning\n');
    const { seen } = follow({ pollMs: 5 });
    await read(seen, 'a long beginning\n');
    truncateSync(path, 0);
    appendFileSync(path, 'new\n');
    await read(seen, 'a long beginning\nnew\n');
    expect(seen.offsets).toEqual([0, 0]);
  });

  it.each(['stop', 'unsubscribe'] as const)('leaves no file open after %s', async (way) => {
    writeFileSync(path, 'one\n');
    const { seen, stop$, subscription } = follow();
    await read(seen, 'one\n');
    expect(openFiles()).toHaveLength(1);
    if (way === 'stop') stop$.next();
    else subscription.unsubscribe();
    await until('it was closed', () => subscription.closed);
    expect(openFiles()).toEqual([]);
  });

  it('fails when the file cannot be read, or when its stop fails', async () => {
    mkdirSync(path);
    const { seen } = follow();
    await ended(seen);
    expect(seen.end).toMatchObject({ code: 'EISDIR' });
    expect(openFiles()).toEqual([]);
    const other = follow({ stop$: throwError(() => 'no stop') });
    await ended(other.seen);
    expect(other.seen.end).toBe('no stop');
  });
});
