/** Bytes of one line, at most; what is longer is dropped as a whole and reported with its size. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;

export interface LineSink {
  /** A line without its end, and the offset behind its end. */
  onLine(line: string, endOffset: number): void;
  onOversize(bytes: number, endOffset: number): void;
}

export interface LineSplitter {
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
  let held: Buffer[] = [];
  let heldBytes = 0;
  let endOffset = 0;

  const hold = (piece: Buffer): void => {
    heldBytes += piece.length;
    if (heldBytes > maxLineBytes) held = [];
    else if (piece.length > 0) held.push(Buffer.from(piece));
  };
  const deliverHeld = (lineEnd: number): void => {
    if (heldBytes > maxLineBytes) sink.onOversize(heldBytes, lineEnd);
    else sink.onLine(decode(Buffer.concat(held)), lineEnd);
    held = [];
    heldBytes = 0;
  };

  return {
    push(bytes, offset) {
      let start = 0;
      for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, start)) {
        const line = bytes.subarray(start, at);
        start = at + 1;
        if (heldBytes === 0 && line.length <= maxLineBytes)
          sink.onLine(decode(line), offset + start);
        else {
          hold(line);
          deliverHeld(offset + start);
        }
      }
      hold(bytes.subarray(start));
      endOffset = offset + bytes.length;
    },
    end() {
      if (heldBytes > 0) deliverHeld(endOffset);
    },
  };
}

function decode(line: Buffer): string {
  const length = line.at(-1) === RETURN ? line.length - 1 : line.length;
  return line.toString('utf8', 0, length);
}
