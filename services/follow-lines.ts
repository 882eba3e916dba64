import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { tailFile } from '../actors/output-tail.ts';

/** Whole lines of a file. */
export interface LineBatch {
  readonly lines: readonly FileLine[];
  /** Whether these are all that there are up to now. */
  readonly atEnd: boolean;
}

export interface FileLine {
  readonly text: string;
  /** Offset behind its newline, in bytes. */
  readonly end: number;
}

export interface FollowOptions {
  /** Offset of the first line, in bytes; behind the end of the file it is the beginning. Default 0. */
  readonly from?: number;
  /** Ends the following. */
  readonly signal: AbortSignal;
}

const SLICE_BYTES = 256 * 1024;

/**
 * The lines of a file that grows, also of one that is yet to come, as fast as the reader takes them. A last line
 * without a newline waits until it is whole; when it is cut off and another is written in its place, that one is read.
 * Throws when the file cannot be read.
 */
export async function* followLines(
  path: string,
  options: FollowOptions,
): AsyncGenerator<LineBatch> {
  const { signal } = options;
  let position = startOf(path, options.from ?? 0);
  const changes = watchChanges(path, position, signal);
  try {
    while (!signal.aborted) {
      const batch = readLines(path, position);
      position = batch.lines.at(-1)?.end ?? position;
      yield batch;
      if (batch.atEnd) await changes.next();
      else await nextTurn();
    }
  } finally {
    changes.stop();
  }
}

interface Changes {
  /** Resolves when the file has grown since the last call, or the signal is aborted. */
  next(): Promise<void>;
  stop(): void;
}

/** The bytes that the tail brings only say that there are some: the lines are read when their reader wants them. */
function watchChanges(path: string, from: number, signal: AbortSignal): Changes {
  let hasChanged = false;
  let failure: { readonly error: unknown } | null = null;
  let wake = () => {};
  const note = () => {
    hasChanged = true;
    wake();
  };
  const tail = tailFile(path, { from }).subscribe({
    next: note,
    error: (error: unknown) => {
      failure = { error };
      wake();
    },
  });
  signal.addEventListener('abort', note, { once: true });
  return {
    async next() {
      if (!hasChanged && !failure && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (failure) throw failure.error;
      hasChanged = false;
    },
    stop() {
      signal.removeEventListener('abort', note);
      tail.unsubscribe();
    },
  };
}

function startOf(path: string, from: number): number {
  if (from === 0) return 0;
  return withFile(path, 0, (fd) => (from <= fstatSync(fd).size ? from : 0));
}

const NOTHING: LineBatch = { lines: [], atEnd: true };

/** The next lines, at least one when there is one. */
function readLines(path: string, position: number): LineBatch {
  return withFile(path, NOTHING, (fd) => {
    for (let size = SLICE_BYTES; ; size *= 2) {
      const bytes = Buffer.allocUnsafe(size);
      const length = readSync(fd, bytes, 0, size, position);
      const lines = linesIn(bytes.subarray(0, length), position);
      if (lines.length > 0 || length < size) return { lines, atEnd: length < size };
    }
  });
}

const NEWLINE = 0x0a;

function linesIn(bytes: Buffer, offset: number): FileLine[] {
  const lines: FileLine[] = [];
  let start = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, start)) {
    lines.push({ text: bytes.toString('utf8', start, at), end: offset + at + 1 });
    start = at + 1;
  }
  return lines;
}

/** What is made of a file; `otherwise` when there is none. */
function withFile<T>(path: string, otherwise: T, use: (fd: number) => T): T {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (isMissing(error)) return otherwise;
    throw error;
  }
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** By its shape, since an error of another realm is no instance of this one's `Error`. */
function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
