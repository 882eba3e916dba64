/** Bytes of one line, at most; what is longer is dropped as a whole and reported with its size. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;

export interface LineSink {
  /** A line without its end (`\n` or `\r\n`), and the offset behind its end. */
  onLine(line: string, endOffset: number): void;
  onOversize(bytes: number, endOffset: number): void;
}

export interface LineSplitter {
  /** The bytes are needed only during the call. An offset that does not follow on the last one ends the line before it. */
  push(bytes: Buffer, offset: number): void;
  /** Delivers a last line that has no end. */
  end(): void;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Splits on the byte 0x0A and nothing else: Node's readline also splits on U+2028 in some versions, which agents print
 * inside their JSON. Invalid UTF-8 becomes U+FFFD. Memory is bounded by `maxLineBytes`, and a long line costs linear time.
 */
export function createLineSplitter(sink: LineSink, maxLineBytes = MAX_LINE_BYTES): LineSplitter {
  const held = new HeldLine(maxLineBytes);
  let nextOffset = 0;

  const deliverHeld = (endOffset: number): void => {
    const { bytes } = held;
    const line = held.take();
    if (line === null) sink.onOversize(bytes, endOffset);
    else sink.onLine(line, endOffset);
  };
  const end = (): void => {
    if (held.bytes > 0) deliverHeld(nextOffset);
  };

  return {
    push(bytes, offset) {
      if (offset !== nextOffset) end();
      let start = 0;
      for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, start)) {
        if (held.bytes === 0 && at - start <= maxLineBytes) {
          sink.onLine(decode(bytes, start, at), offset + at + 1);
        } else {
          held.add(bytes.subarray(start, at));
          deliverHeld(offset + at + 1);
        }
        start = at + 1;
      }
      held.add(bytes.subarray(start));
      nextOffset = offset + bytes.length;
    },
    end,
  };
}

/** Up to here room for a line grows; past it, it has the full size at once: memory that is not written to costs nothing. */
const SMALL_LINE_BYTES = 1024 * 1024;

/** The beginning of a line whose end has not come yet; one that becomes too long is only counted. */
class HeldLine {
  /** Bytes of the line so far, also of one that is too long. */
  bytes = 0;
  readonly #maxBytes: number;
  #room: Buffer = Buffer.alloc(0);

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(piece: Buffer): void {
    const start = this.bytes;
    this.bytes += piece.length;
    if (this.bytes > this.#maxBytes) {
      this.#room = Buffer.alloc(0);
    } else {
      this.#reserve(this.bytes, start);
      piece.copy(this.#room, start);
    }
  }

  /** The line, or `null` when it was too long; after that the next one begins. */
  take(): string | null {
    const line = this.bytes > this.#maxBytes ? null : decode(this.#room, 0, this.bytes);
    this.bytes = 0;
    if (this.#room.length > SMALL_LINE_BYTES) this.#room = Buffer.alloc(0);
    return line;
  }

  #reserve(bytes: number, used: number): void {
    if (bytes <= this.#room.length) return;
    const size = bytes <= SMALL_LINE_BYTES ? 2 * bytes : this.#maxBytes;
    const room = Buffer.allocUnsafeSlow(Math.min(size, this.#maxBytes));
    this.#room.copy(room, 0, 0, used);
    this.#room = room;
  }
}

function decode(bytes: Buffer, start: number, end: number): string {
  const hasReturn = end > start && bytes[end - 1] === RETURN;
  return bytes.toString('utf8', start, hasReturn ? end - 1 : end);
}
