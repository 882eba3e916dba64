/**
 * The journal: every event that the machine took and the state that it led to, one JSON object a line, append only.
 * It is the truth; `oneshot.json` is a cache of its end. Each line's hash covers the line before, so a line that was
 * changed, lost or put in is found.
 */
import { hash as oneShotHash } from 'node:crypto';
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { StateValue } from 'xstate';
import { syncFolder } from '../actors/durable-file.ts';
import type { RunSettings } from '../actors/run-host.ts';
import type { LifecycleContext, LifecycleInput } from '../machines/context.ts';
import type { LifecycleEvent } from '../machines/events.ts';
import { RunUnreadableError, StorageError } from './errors.ts';

export const JOURNAL_VERSION = 1;

/** What a run is, once and for all; on the journal's first line. */
export interface RunHeader {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly machine: MachineStamp;
  /** The run and step that this one was forked from. */
  readonly parent: { readonly run: string; readonly seq: number } | null;
  readonly settings: RunSettings;
}

/** Which statechart made a record. */
export interface MachineStamp {
  readonly id: string;
  readonly version: string;
  readonly hash: string;
}

export type JournaledEvent =
  | LifecycleEvent
  | { readonly type: 'xstate.init'; readonly input: LifecycleInput }
  /** The first of a run that was forked from another: where it begins, and with what it remembers. */
  | { readonly type: 'run.forked'; readonly value: StateValue; readonly context: LifecycleContext }
  | { readonly type: `xstate.after.${string}` };

/** One line, without its hash. */
export interface JournalEntry {
  readonly version: typeof JOURNAL_VERSION;
  /** 0 for the first, then one more for each. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Of the lock under which it was written: rises with every process that hosts the run. */
  readonly generation: number;
  readonly run?: RunHeader;
  readonly event: JournaledEvent;
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly value: StateValue;
  readonly context: LifecycleContext;
}

/** Where the next line goes, and what it is chained to. */
export interface JournalEnd {
  readonly hash: string;
  readonly bytes: number;
}

export const JOURNAL_START: JournalEnd = { hash: '', bytes: 0 };

const HASH_TAIL = /,"hash":"([0-9a-f]{64})"\}$/;
const HASH_TAIL_LENGTH = ',"hash":""}'.length + 64;

export interface JournalWriter {
  /** Appends one entry durably: when it returns, a power cut cannot take it away. Throws {@link StorageError}. */
  append(entry: JournalEntry): JournalEnd;
  close(): void;
}

/** Appends behind `end`; a torn line that lies there is cut off first. */
export function openJournal(path: string, end: JournalEnd): JournalWriter {
  const fd = attemptTo(path, () => openSync(path, 'a+', 0o600));
  if (fstatSync(fd).size > end.bytes) attemptTo(path, () => ftruncateSync(fd, end.bytes));
  if (end.bytes === 0) attemptTo(path, () => syncFolder(dirname(path)));
  let { hash, bytes } = end;
  return {
    append(entry) {
      if (fstatSync(fd).size !== bytes) throw overtaken(path);
      const line = sealEntry(entry, hash);
      attemptTo(path, () => appendDurably(fd, line.text, bytes));
      hash = line.hash;
      bytes += Buffer.byteLength(line.text);
      return { hash, bytes };
    },
    close: () => closeSync(fd),
  };
}

export interface JournalStep {
  readonly entry: JournalEntry;
  readonly end: JournalEnd;
  /** Counted from 1. */
  readonly line: number;
}

/**
 * Reads a journal step by step, in constant memory. A last line that is torn (see {@link wholeLines}) was never committed
 * and is left out; anything else that is wrong throws {@link RunUnreadableError} with the line.
 */
export function* readJournal(path: string): Generator<JournalStep> {
  const read = journalReader(path);
  for (const text of wholeLines(path)) yield read(text);
}

/** Reads the lines of a journal, each with the one before in mind. Throws {@link RunUnreadableError} with the line. */
export function journalReader(path: string): (text: string) => JournalStep {
  const verify = lineVerifier(path);
  return (text) => {
    const { end, line } = verify(text);
    return { entry: checkedEntry(path, line, JSON.parse(text)), end, line };
  };
}

/** A line whose hash is right, as it stands in the journal. */
export interface JournalLine {
  readonly text: string;
  readonly end: JournalEnd;
  /** Counted from 1. */
  readonly line: number;
}

/** As {@link readJournal}, for those who read the lines themselves: nothing is parsed. */
export function* journalLines(path: string): Generator<JournalLine> {
  const verify = lineVerifier(path);
  for (const text of wholeLines(path)) yield verify(text);
}

/** Where the hash of a line begins, and with it the end of what it says. */
export function sealOf({ text }: JournalLine): number {
  return text.length - HASH_TAIL_LENGTH;
}

function lineVerifier(path: string): (text: string) => JournalLine {
  let end = JOURNAL_START;
  let line = 0;
  return (text) => {
    line += 1;
    const hash = hashOf(path, line, text, end.hash);
    end = { hash, bytes: end.bytes + Buffer.byteLength(text) + 1 };
    return { text, end, line };
  };
}

function sealEntry(entry: JournalEntry, previous: string): { text: string; hash: string } {
  const body = JSON.stringify(entry);
  const hash = digest(previous, body);
  return { text: `${body.slice(0, -1)},"hash":"${hash}"}\n`, hash };
}

function digest(previous: string, body: string): string {
  return oneShotHash('sha256', previous + body);
}

function hashOf(path: string, line: number, text: string, previous: string): string {
  const stated = HASH_TAIL.exec(text.slice(-HASH_TAIL_LENGTH))?.[1];
  if (stated === undefined)
    throw new RunUnreadableError(path, line, 'the line is damaged (it has no hash)');
  const hash = digest(previous, `${text.slice(0, -HASH_TAIL_LENGTH)}}`);
  if (hash !== stated) {
    const what = `the line's hash does not match: it, or the line before, was changed or lost`;
    throw new RunUnreadableError(path, line, what);
  }
  return hash;
}

/** An entry, or its beginning, as it belongs at its place. Throws {@link RunUnreadableError} when it does not. */
export function checkedEntry<T extends Pick<JournalEntry, 'version' | 'seq'>>(
  path: string,
  line: number,
  entry: T,
): T {
  if (entry.version !== JOURNAL_VERSION) {
    const what = `its version is ${entry.version}, this oneshot reads ${JOURNAL_VERSION}; use the oneshot that wrote it`;
    throw new RunUnreadableError(path, line, what);
  }
  if (entry.seq !== line - 1)
    throw new RunUnreadableError(path, line, `its seq is ${entry.seq}, not ${line - 1}`);
  return entry;
}

/** A write that stops half way (the disk is full) leaves no half line behind. */
function appendDurably(fd: number, text: string, start: number): void {
  const bytes = Buffer.from(text);
  try {
    const written = writeSync(fd, bytes);
    if (written !== bytes.length)
      throw new Error(
        `only ${written} of ${bytes.length} bytes could be written; is the disk full?`,
      );
    fdatasyncSync(fd);
  } catch (error) {
    ftruncateSync(fd, start);
    throw error;
  }
}

const SLICE_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * A line without a newline was not written to its end. Nor was a last line with zeros in it: after a power cut some file
 * systems have the file at its new length with blocks that were never written, and JSON has no such byte.
 */
function* wholeLines(path: string): Generator<string> {
  let held: string | null = null;
  for (const line of endedLines(path)) {
    if (held !== null) yield held;
    held = line;
  }
  if (held !== null && !held.includes('\0')) yield held;
}

function* endedLines(path: string): Generator<string> {
  const fd = openSync(path, 'r');
  try {
    const slice = Buffer.allocUnsafe(SLICE_BYTES);
    let held: Buffer = Buffer.alloc(0);
    for (let length = readSync(fd, slice); length > 0; length = readSync(fd, slice)) {
      const bytes = Buffer.concat([held, slice.subarray(0, length)]);
      let start = 0;
      for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, start)) {
        yield bytes.toString('utf8', start, at);
        start = at + 1;
      }
      held = bytes.subarray(start);
    }
  } finally {
    closeSync(fd);
  }
}

function attemptTo<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new StorageError(path, error);
  }
}

function overtaken(path: string): StorageError {
  return new StorageError(path, new Error('another process has written to it: this one stops'));
}
