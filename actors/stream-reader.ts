/** What turns an agent's bytes into activities: one reader for JSON lines, one for plain text, one that finds out. */
import type { Activity } from '../machines/activity.ts';
import type { ReaderSink } from './agents/adapter.ts';
import { createLineSplitter } from './line-splitter.ts';

export interface StreamReader {
  push(bytes: Buffer, offset: number): void;
  /** The stream is over: what was held back comes now. */
  end(): void;
  /** What a text agent printed, or the last text of a JSON stream without a result: bounded at its end. */
  printed(): string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export interface JsonLinesOptions extends ReaderSink {
  /** One record of the stream, and its line. What it throws makes the record an unknown one, never an end of the run. */
  onRecord(record: JsonObject, line: string): readonly Activity[];
}

/** Bytes of text that one activity carries; all of it is in the attempt's `stdout`. */
export const TEXT_LIMIT = 8 * 1024;

/** Bytes of what was printed that count as the answer of a text agent: the last ones. */
export const RESULT_LIMIT = 1024 * 1024;

/** Bytes of an unfinished line that are held back. */
const UNFINISHED_LIMIT = 64 * 1024;

const NEWLINE = 0x0a;

/** Lines that are JSON objects go to `onRecord`; others are the agent's noise: kept in `stdout`, never fatal. */
export function jsonLinesReader({ emit, onRecord }: JsonLinesOptions): StreamReader {
  let lastText = '';
  const lines = createLineSplitter({
    onLine(line, endOffset) {
      for (const activity of readRecord(line, onRecord)) {
        if (activity.kind === 'text') lastText = activity.text;
        emit(activity, endOffset);
      }
    },
    onOversize(bytes, endOffset) {
      const message = `A line of ${bytes} bytes was too long to read; it is in stdout.`;
      emit({ kind: 'error', message }, endOffset);
    },
  });
  return { push: lines.push, end: lines.end, printed: () => lastText };
}

/** A JSON object of a line, or `null`. */
export function parseRecord(line: string): JsonObject | null {
  if (!line.trimStart().startsWith('{')) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/**
 * Plain text: one activity per piece of whole lines, so that much output costs little. An unfinished line is held back
 * until its end (or 64 KiB, less `holdBack` bytes), so that a secret is seen whole.
 */
export function textReader({ emit, holdBack }: ReaderSink): StreamReader {
  const printed = createTail(RESULT_LIMIT);
  let held: Buffer = Buffer.alloc(0);
  let heldEnd = 0;

  const release = (bytes: Buffer, endOffset: number): void => {
    if (bytes.length === 0) return;
    const text = boundedText(bytes);
    if (text.trim() !== '') emit({ kind: 'text', text }, endOffset);
  };

  return {
    push(bytes, offset) {
      printed.push(bytes);
      const end = offset + bytes.length;
      const whole = wholeLength(held.length, bytes, holdBack);
      const first =
        held.length > 0
          ? Buffer.concat([held, bytes.subarray(0, whole)])
          : bytes.subarray(0, whole);
      held = whole > 0 ? Buffer.from(bytes.subarray(whole)) : Buffer.concat([held, bytes]);
      heldEnd = end;
      if (whole > 0) release(first, end - held.length);
    },
    end() {
      release(held, heldEnd);
      held = Buffer.alloc(0);
    },
    printed: printed.text,
  };
}

/** JSON lines when the first line that is not empty is a JSON object, else text. */
export function autoReader(options: JsonLinesOptions): StreamReader {
  let reader: StreamReader | null = null;
  let held: Buffer = Buffer.alloc(0);
  let heldOffset = 0;

  const decide = (isLast: boolean): void => {
    const line = firstLine(held, isLast);
    if (line === null) return;
    reader = parseRecord(line) ? jsonLinesReader(options) : textReader(options);
    reader.push(held, heldOffset);
    held = Buffer.alloc(0);
  };

  return {
    push(bytes, offset) {
      if (reader) return reader.push(bytes, offset);
      if (held.length === 0) heldOffset = offset;
      held = Buffer.concat([held, bytes]);
      decide(false);
    },
    end() {
      if (!reader) decide(true);
      reader?.end();
    },
    printed: () => reader?.printed() ?? '',
  };
}

/**
 * Records of a command that nobody knows: its last string `result` is its answer, each string `text` is said. Records
 * with a `verdict` are an auditor's answer, as they stand and all of them: who reads it sees when they disagree.
 */
export function genericRecords(): JsonLinesOptions['onRecord'] {
  const verdicts: string[] = [];
  return (record, line) => {
    const activities: Activity[] = [];
    if (typeof record.text === 'string') activities.push({ kind: 'text', text: record.text });
    if (typeof record.result === 'string') activities.push(success(record.result));
    if (hasVerdict(record)) {
      verdicts.push(line);
      activities.push(success(verdicts.join('\n')));
    }
    return activities;
  };
}

function success(text: string): Activity {
  return { kind: 'result', text, structured: null, failure: null };
}

function hasVerdict(record: JsonObject): boolean {
  return Object.keys(record).some((key) => key.toLowerCase() === 'verdict');
}

/** Text of at most `limit` bytes of UTF-8; what was cut is said. */
export function boundText(text: string, limit = TEXT_LIMIT): string {
  return text.length <= limit
    ? text
    : `${text.slice(0, limit)}… ${text.length - limit} more in stdout`;
}

function readRecord(line: string, onRecord: JsonLinesOptions['onRecord']): readonly Activity[] {
  const record = parseRecord(line);
  if (!record) return [];
  try {
    return onRecord(record, line);
  } catch {
    return [];
  }
}

function boundedText(bytes: Buffer): string {
  if (bytes.length <= TEXT_LIMIT) return bytes.toString('utf8').replace(/\r?\n$/, '');
  const cut = characterStart(bytes, TEXT_LIMIT);
  return `${bytes.toString('utf8', 0, cut)}… ${bytes.length - cut} bytes more in stdout`;
}

/** How many of the new bytes end with a whole line, or must be let go since the line is too long to hold. */
function wholeLength(heldLength: number, bytes: Buffer, holdBack: number): number {
  const newline = bytes.lastIndexOf(NEWLINE) + 1;
  const unfinished = bytes.length - newline + (newline > 0 ? 0 : heldLength);
  if (unfinished <= UNFINISHED_LIMIT) return newline;
  return characterStart(bytes, Math.max(bytes.length - holdBack, newline));
}

/** The last offset at or before `at` where no UTF-8 character is cut. */
function characterStart(bytes: Buffer, at: number): number {
  let start = at;
  while (start > 0 && at - start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return start;
}

function firstLine(held: Buffer, isLast: boolean): string | null {
  const text = held.toString('utf8', 0, UNFINISHED_LIMIT).trimStart();
  const end = text.indexOf('\n');
  if (end !== -1) return text.slice(0, end);
  if (text === '') return isLast ? '' : null;
  return isLast || held.length >= UNFINISHED_LIMIT || !text.startsWith('{') ? text : null;
}

/** Keeps the last `limit` bytes, without copying them again with each piece. */
function createTail(limit: number): { push(bytes: Buffer): void; text(): string } {
  let pieces: Buffer[] = [];
  let length = 0;
  return {
    push(bytes) {
      pieces.push(Buffer.from(bytes));
      length += bytes.length;
      while (length - (pieces[0]?.length ?? 0) >= limit) length -= pieces.shift()?.length ?? 0;
    },
    text() {
      const all = Buffer.concat(pieces);
      pieces = [all];
      const start = Math.max(0, all.length - limit);
      return all.toString('utf8', characterStart(all, start));
    },
  };
}
