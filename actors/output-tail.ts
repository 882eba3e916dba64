import { closeSync, type FSWatcher, fstatSync, openSync, readSync, watch } from 'node:fs';
import { Observable } from 'rxjs';

/** A piece of a file that grows. */
export interface TailChunk {
  /** Valid only while it is being emitted: the buffer is used again for the next piece. */
  readonly bytes: Buffer;
  /** Offset in the file of its first byte. */
  readonly offset: number;
}

export interface TailOptions {
  /** When it emits, nobody writes any more: read to the present end, then complete. */
  readonly stop$: Observable<unknown>;
  /** Milliseconds between looks that do not depend on notifications, which network file systems lack. */
  readonly pollMs?: number;
}

const SLICE_BYTES = 256 * 1024;
const POLL_MS = 50;

/**
 * Follows a file from its beginning: notifications for speed, polling for certainty. Between two slices the event loop
 * gets its turn, so timers stay exact however much is printed. A file that was cut shorter is followed from its
 * present end. Errors when the file cannot be opened or read.
 */
export function tailFile(
  path: string,
  { stop$, pollMs = POLL_MS }: TailOptions,
): Observable<TailChunk> {
  return new Observable((subscriber) => {
    const fd = openSync(path, 'r');
    const buffer = Buffer.allocUnsafe(SLICE_BYTES);
    let position = 0;
    let isStopped = false;
    let isReading = false;

    const readOn = (): void => {
      if (subscriber.closed) return;
      try {
        const length = readSync(fd, buffer, 0, SLICE_BYTES, position);
        if (length === 0) atEnd();
        else take(length);
      } catch (error) {
        subscriber.error(error);
      }
    };
    const take = (length: number): void => {
      const offset = position;
      position += length;
      subscriber.next({ bytes: buffer.subarray(0, length), offset });
      setImmediate(readOn);
    };
    const atEnd = (): void => {
      isReading = false;
      position = Math.min(position, fstatSync(fd).size);
      if (isStopped) subscriber.complete();
    };
    const look = (): void => {
      if (isReading) return;
      isReading = true;
      readOn();
    };

    const watcher = tryWatch(path, look);
    const poll = setInterval(look, pollMs);
    const stop = stop$.subscribe(() => {
      isStopped = true;
      look();
    });
    // Whoever shares this tail has subscribed as a whole before the first piece comes.
    setImmediate(look);
    return () => {
      stop.unsubscribe();
      clearInterval(poll);
      watcher?.close();
      closeSync(fd);
    };
  });
}

/** Without notifications (the user's limit of watches is reached) only latency is lost. */
function tryWatch(path: string, look: () => void): FSWatcher | null {
  try {
    return watch(path, look).on('error', () => undefined);
  } catch {
    return null;
  }
}
