/** Work done by hand in a flat loop, with nothing around it: what the real thing is held against. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const SLICE_BYTES = 128 * 1024;
const NEWLINE = 0x0a;

/** A bare splitter: each line of a file, decoded. */
export function eachLine(path: string, visit: (line: string, end: number) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  eachSlice(path, (slice) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, slice]) : slice;
    let start = 0;
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, start)) {
      visit(bytes.toString('utf8', start, at), offset + at + 1);
      start = at + 1;
    }
    offset += start;
    rest = Buffer.from(bytes.subarray(start));
  });
}

/** Each line of a file as JSON. */
export function eachRecord(path: string, visit: (record: JsonRecord, end: number) => void): void {
  eachLine(path, (line, end) => {
    try {
      visit(JSON.parse(line), end);
    } catch {
      // No JSON: nothing that is told.
    }
  });
}

/** What lines of claude's kind have. */
export interface JsonRecord {
  readonly type: string;
  readonly message: {
    readonly content: readonly { readonly type: string; readonly text: string }[];
  };
}

/** Texts of claude's stream into a log of the same lines as oneshot's. */
export function logTexts(path: string, logPath: string, secrets: readonly string[]): void {
  const log = openSync(logPath, 'a');
  let batch = '';
  eachRecord(path, ({ type, message }, offset) => {
    if (type !== 'assistant') return;
    for (const block of message.content) {
      if (block.type !== 'text') continue;
      const text = withoutSecrets(block.text.slice(0, 8192), secrets);
      const line = {
        version: 1,
        at: Date.now(),
        attempt: '0001-worker',
        offset,
        kind: 'text',
        text,
      };
      batch += `${JSON.stringify(line)}\n`;
    }
    if (batch.length < SLICE_BYTES) return;
    writeSync(log, batch);
    batch = '';
  });
  writeSync(log, batch);
  closeSync(log);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (clean.includes(secret)) clean = clean.replaceAll(secret, '[redacted]');
  }
  return clean;
}

function eachSlice(path: string, visit: (slice: Buffer) => void): void {
  const fd = openSync(path, 'r');
  const buffer = Buffer.allocUnsafeSlow(SLICE_BYTES);
  for (let length = readSync(fd, buffer); length > 0; length = readSync(fd, buffer))
    visit(buffer.subarray(0, length));
  closeSync(fd);
}
