/** What must hold of a run's folder after a power cut, asked with the product's own functions. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from '@jest/globals';
import { livingAgent, readExit } from '../../actors/attempt-exit.ts';
import { attemptFiles } from '../../actors/attempt-files.ts';
import { ownIdentity } from '../../actors/process-identity.ts';
import { createFold, snapshotOf } from '../../services/fold.ts';
import type { JournalEntry } from '../../services/journal.ts';
import { acquireLock } from '../../services/lock.ts';
import {
  openRecord,
  readRun,
  repairSnapshot,
  requireSameMachine,
} from '../../services/run-record.ts';
import { listRunIds, type RunFolder, runFolder } from '../../services/run-store.ts';
import { readSnapshotFile, snapshotFile } from '../../services/snapshot-file.ts';
import type { Image } from './power-cut.ts';

/** Puts an image where `root` was, under another root. */
export function develop(image: Image, root: string, target: string): void {
  rmSync(target, { recursive: true, force: true });
  const moved = (path: string) => join(target, path.slice(root.length));
  for (const path of image.folders) mkdirSync(moved(path), { recursive: true });
  for (const [path, bytes] of image.files) writeFileSync(moved(path), bytes);
}

/** Of a run that had durably recorded so many of the entries that it would ever have. Throws what is not as it must be. */
export function checkFolder(
  runsDir: string,
  id: string,
  recorded: number,
  truth: readonly JournalEntry[],
): void {
  const folder = runFolder(runsDir, id);
  const entries = readEntries(folder, recorded);
  if (entries.length === 0) return;
  const known = truth.slice(0, entries.length);
  requireSameEntries(entries, known, 'the journal');
  requireSame(listRunIds(runsDir), [id], 'the list of runs');
  checkSnapshot(folder, entries);
  checkTexts(folder, entries);
  checkAttempts(folder);
  goOn(folder, known);
}

/** What can be read; none when it is refused, which it may be only while nothing was recorded. */
function readEntries(folder: RunFolder, recorded: number): JournalEntry[] {
  const entries: JournalEntry[] = [];
  try {
    readRun(folder, (entry) => entries.push(entry));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ONESHOT_RUN_UNREADABLE' });
    expect(recorded).toBe(0);
    return [];
  }
  if (entries.length < recorded) expect(entries.length).toBeGreaterThanOrEqual(recorded);
  return entries;
}

/** The snapshot is unreadable, or that of an entry: never of one that the journal has not. */
function checkSnapshot(folder: RunFolder, entries: readonly JournalEntry[]): void {
  const file = readSnapshotFile(folder.snapshot);
  if (!file) return;
  const entry = entries[file.seq];
  const isOf = entry && { state: file.state, snapshot: file.snapshot };
  const [first] = entries;
  if (!isOf || !first?.run) throw new Error(`oneshot.json is of step ${file.seq}.`);
  const made = snapshotFile(first.run, entry, file.hash, []);
  requireSame(isOf, { state: made.state, snapshot: made.snapshot }, 'oneshot.json');
}

/** Faster by far than `toEqual`, of which each call takes a stack, and as strict for what was parsed from JSON. */
function requireSame(found: unknown, wanted: unknown, what: string): void {
  const differs = JSON.stringify(found) !== JSON.stringify(wanted);
  if (differs) expect({ [what]: found }).toEqual({ [what]: wanted });
}

function requireSameEntries(
  found: readonly JournalEntry[],
  wanted: readonly JournalEntry[],
  what: string,
): void {
  const isSame = (entry: JournalEntry, index: number) =>
    JSON.stringify(entry) === textOf(wanted[index]);
  if (found.length !== wanted.length || !found.every(isSame)) requireSame(found, wanted, what);
}

const texts = new WeakMap<JournalEntry, string>();

/** The same entries are asked for again and again. */
function textOf(entry: JournalEntry | undefined): string | undefined {
  if (!entry) return undefined;
  const text = texts.get(entry) ?? JSON.stringify(entry);
  texts.set(entry, text);
  return text;
}

/** What the journal refers to is there, as it was. */
function checkTexts(folder: RunFolder, entries: readonly JournalEntry[]): void {
  for (const { path, hash } of textsIn(entries.at(-1)?.context)) {
    const text = readFileSync(join(folder.path, path));
    requireSame(createHash('sha256').update(text).digest('hex'), hash, path);
  }
}

function textsIn(value: unknown): { path: string; hash: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  if (!('path' in value) || !('hash' in value)) return Object.values(value).flatMap(textsIn);
  // The output of a check is evidence for a person; what is made of it is in a text of its own.
  const { path, hash } = value;
  if (typeof path !== 'string' || typeof hash !== 'string' || !path.endsWith('.md')) return [];
  return [{ path, hash }];
}

/** Nobody of before the cut is alive, and no exit code of then proves anything. */
function checkAttempts({ path, id }: RunFolder): void {
  const attempts = join(path, 'attempts');
  for (const name of existsSync(attempts) ? readdirSync(attempts) : []) {
    const [number = '', role] = name.split('-');
    const files = attemptFiles(path, {
      number: Number(number),
      role: role === 'worker' ? 'worker' : 'auditor',
    });
    requireSame(livingAgent(files, id), null, 'the living agent');
    requireSame(readExit(files), { exitCode: null, signal: null }, 'the exit');
  }
}

const fold = createFold();

/** As `resume` does, up to its first transition: then the journal is whole again, and so is the snapshot. */
function goOn(folder: RunFolder, entries: readonly JournalEntry[]): void {
  const stored = readRun(folder);
  requireSameMachine(folder, stored);
  const lock = acquireLock(folder.lock, {
    owner: ownIdentity(),
    run: folder.id,
    minGeneration: stored.last.generation + 1,
    now: 1,
  });
  repairSnapshot(folder, stored);
  const record = openRecord({ folder, lock, header: stored.header, stored, now: () => 1 });
  const event = { type: 'run.extend', limits: {} } as const;
  record.commit(event, fold(snapshotOf(stored.last), event));
  record.close();
  const again: JournalEntry[] = [];
  const { last } = readRun(folder, (entry) => again.push(entry));
  lock.release();
  requireSameEntries(again.slice(0, -1), entries, 'the journal that was gone on with');
  requireSame(readSnapshotFile(folder.snapshot)?.seq, last.seq, 'the step of oneshot.json');
  const locks = readdirSync(dirname(folder.lock)).filter((name) => name.startsWith('lock'));
  requireSame(locks, [], 'what is left of the lock');
}
