import { closeSync, type FSWatcher, fstatSync, openSync, readSync, watch } from 'node:fs';
import { NEVER, Observable } from 'rxjs';

/** A piece of a file that grows. */
export interface TailChunk {
  /** Valid only while it is being emitted: the buffer is used again for the next piece. */
  readonly bytes: Buffer;
  /**
   * Offset in the file of its first byte. It is where the piece before ended, except after the file was cut shorter:
   * then it is 0 again.
   */
  readonly offset: number;
}

export interface TailOptions {
  /**
   * When it emits, nobody writes any more: read to the present end, then complete (at once when there is no file).
   * Default: never, so the tail goes on until it is unsubscribed.
   */
  readonly stop$?: Observable<unknown>;
  /** Offset at which to begin, in bytes. Default 0. */
  readonly from?: number;
  /** Milliseconds between looks that do not depend on notifications, which network file systems lack. Default 50. */
  readonly pollMs?: number;
}

const SLICE_BYTES = 128 * 1024;
const POLL_MS = 50;

/**
 * Follows a file, also one that is yet to come: notifications for speed, polling for certainty. Nothing is emitted
 * before `subscribe` has returned. Between two pieces the event loop gets its turn, so timers stay exact however much
 * is printed. A file that was cut shorter (`echo x >/dev/stdout` does that) is read from its beginning again, as GNU
 * tail does: what is in it came after the cut. Errors when the file cannot be opened or read.
 */
export function tailFile(path: string, options: TailOptions = {}): Observable<TailChunk> {
  const { stop$ = NEVER, from = 0, pollMs = POLL_MS } = options;
  return new Observable((subscriber) => {
    let isStopped = false;
    let isReading = false;

    const look = (): void => {
      if (isReading) return;
      isReading = true;
      setImmediate(readOn);
    };
    const readOn = (): void => {
      if (subscriber.closed) return;
      try {
        const chunk = file.read();
        if (chunk) {
          subscriber.next(chunk);
          setImmediate(readOn);
        } else {
          atEnd();
        }
      } catch (error) {
        subscriber.error(error);
      }
    };
    const atEnd = (): void => {
      isReading = false;
      if (isStopped) subscriber.complete();
    };

    const file = new GrowingFile(path, from, look);
    const poll = setInterval(look, pollMs);
    const stop = stop$.subscribe({
      next: () => {
        isStopped = true;
        look();
      },
      error: (error) => subscriber.error(error),
    });
    look();
    return () => {
      stop.unsubscribe();
      clearInterval(poll);
      file.close();
    };
  });
}

/** A file that is opened as soon as it is there, and the place up to which it was read. */
class GrowingFile {
  readonly #path: string;
  readonly #onChange: () => void;
  readonly #buffer = Buffer.allocUnsafeSlow(SLICE_BYTES);
  #position: number;
  #fd: number | null = null;
  #watcher: FSWatcher | null = null;

  constructor(path: string, from: number, onChange: () => void) {
    this.#path = path;
    this.#position = from;
    this.#onChange = onChange;
  }

  /** The next piece; `null` at the present end, or while there is no file. */
  read(): TailChunk | null {
    const fd = this.#open();
    if (fd === null) return null;
    const offset = this.#position;
    const length = readSync(fd, this.#buffer, 0, SLICE_BYTES, offset);
    this.#position += length;
    if (length > 0) return { bytes: this.#buffer.subarray(0, length), offset };
    if (fstatSync(fd).size >= offset) return null;
    this.#position = 0;
    return this.read();
  }

  close(): void {
    this.#watcher?.close();
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #open(): number | null {
    if (this.#fd !== null) return this.#fd;
    this.#fd = openIfThere(this.#path);
    if (this.#fd !== null) this.#watcher = tryWatch(this.#path, this.#onChange);
    return this.#fd;
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    // By its shape, since an error of another realm is no instance of this one's `Error`.
    if (typeof error === 'object' && error && 'code' in error && error.code === 'ENOENT')
      return null;
    throw error;
  }
}

/** Without notifications (the user's limit of watches is reached) only latency is lost. */
function tryWatch(path: string, look: () => void): FSWatcher | null {
  try {
    return watch(path, look).on('error', () => undefined);
  } catch {
    return null;
  }
}
