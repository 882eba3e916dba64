import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { LogEntry } from '../actors/run-host.ts';
import { StorageError } from './errors.ts';

/** A line of `oneshot-log.ndjson`: the activity with when and where it came from. */
export type LogLine = { readonly version: 1 } & Omit<LogEntry, 'activity'> & LogEntry['activity'];

/** Bytes at the end of the log in which the last line of an attempt is looked for: more than one line can have. */
const TAIL_BYTES = 4 * 1024 * 1024;

export interface ActivityLog {
  append(entries: readonly LogEntry[]): void;
  /** Up to which offset of its stdout the log has this attempt; 0 when it has nothing of it. */
  loggedOffset(attempt: string): number;
  close(): void;
}

/** The log is not synced: what a power cut takes of it is still in the attempts' `stdout`. */
export function openActivityLog(path: string): ActivityLog {
  const encoder = createEncoder();
  let fd: number | null = null;
  return {
    append(entries) {
      try {
        fd ??= openBehindLines(path);
        writeAll(fd, encoder.encode(entries.map(renderLine).join('')));
      } catch (error) {
        throw new StorageError(path, error);
      }
    },
    loggedOffset: (attempt) => lastOffset(path, attempt),
    close() {
      if (fd !== null) closeSync(fd);
      fd = null;
    },
  };
}

/** A line that a death or a power cut has left half is cut off: the next would be glued to it, and both be lost. */
function openBehindLines(path: string): number {
  const fd = openSync(path, 'a+', 0o600);
  const { size } = fstatSync(fd);
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
  readSync(fd, tail, 0, tail.length, size - tail.length);
  const torn = tail.length - (tail.lastIndexOf('\n') + 1);
  if (torn > 0) ftruncateSync(fd, size - torn);
  return fd;
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

/** Texts as bytes, all in the same memory: a flood of them would leave much behind before it is collected. */
function createEncoder(): { encode(text: string): Buffer } {
  let room = Buffer.alloc(0);
  return {
    encode(text) {
      const most = 3 * text.length;
      if (most > room.length) room = Buffer.allocUnsafeSlow(2 * most);
      return room.subarray(0, room.write(text));
    },
  };
}

export function logLine({ at, attempt, offset, activity }: LogEntry): LogLine {
  return { version: 1, at, attempt, offset, ...activity };
}

function renderLine(entry: LogEntry): string {
  return `${JSON.stringify(logLine(entry))}\n`;
}

function lastOffset(path: string, attempt: string): number {
  const lines = readTail(path).split('\n');
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = parseLine(lines[index] ?? '');
    if (line?.attempt === attempt) return line.offset;
  }
  return 0;
}

function parseLine(text: string): LogLine | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function readTail(path: string): string {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(fd);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8');
  } finally {
    closeSync(fd);
  }
}
