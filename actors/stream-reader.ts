/** What turns an agent's bytes into activities: one reader for JSON lines, one for plain text, one that finds out. */
import { StringDecoder } from 'node:string_decoder';
import type { Activity } from '../machines/activity.ts';
import type { ReaderSink } from './agents/adapter.ts';
import { boundAnswer, RESULT_LIMIT } from './bounded-answer.ts';
import { cutNotice } from './cut-text.ts';
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
  /**
   * Whether a line only repeats what a later one says in full, as deltas that carry all of the text so far do: it is
   * not parsed, which for those would cost the square of the text. Default: none does.
   */
  skips?(line: string): boolean;
  /** What is still to be said when the stream is over. Default: nothing. */
  onEnd?(): readonly Activity[];
}

/** Bytes of text that one activity carries; all of it is in the attempt's `stdout`. */
export const TEXT_LIMIT = 8 * 1024;

/** The same for plain text, which is told piece by piece as it is read. */
export const PIECE_LIMIT = 4 * 1024;

/** Bytes of an unfinished line that are held back; of a longer line only the beginning is told. */
const UNFINISHED_LIMIT = 64 * 1024;

const NEWLINE = 0x0a;

/** Lines that are JSON objects go to `onRecord`; others are the agent's noise: kept in `stdout`, never fatal. */
export function jsonLinesReader(options: JsonLinesOptions): StreamReader {
  const { emit, onRecord } = options;
  let lastText = '';
  let lastOffset = 0;
  const tell = (activities: readonly Activity[]): void => {
    for (const activity of activities) {
      if (activity.kind === 'text') lastText = activity.text;
      emit(activity, lastOffset);
    }
  };
  const lines = createLineSplitter({
    onLine(line, endOffset) {
      lastOffset = endOffset;
      if (!options.skips?.(line)) tell(readRecord(line, onRecord));
    },
    onOversize(bytes, endOffset) {
      lastOffset = endOffset;
      const message = `A line of ${bytes} bytes was too long to read; it is in stdout.`;
      emit({ kind: 'error', message }, endOffset);
    },
  });
  const end = (): void => {
    lines.end();
    tell(options.onEnd?.() ?? []);
  };
  return { push: lines.push, end, printed: () => lastText };
}

/** A JSON object of a line, or `null`. */
export function parseRecord(line: string): JsonObject | null {
  // Blanks, and the byte order mark, which JSON does not allow.
  const text = line.trimStart();
  if (!text.startsWith('{')) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Plain text: one activity per piece of whole lines, so that much output costs little. An unfinished line is held back
 * until its end, so that a secret is seen whole. One of more than 64 KiB is told by its beginning, and what follows of
 * it is left to `stdout`: wherever else it were divided, a secret could be.
 */
export function textReader({ emit }: ReaderSink): StreamReader {
  const printed = createTail(RESULT_LIMIT);
  let held: Buffer[] = [];
  let heldBytes = 0;
  let heldEnd = 0;
  let isSkipping = false;

  const release = (): void => {
    const text = boundedText(Buffer.concat(held), heldBytes);
    held = [];
    heldBytes = 0;
    if (text.trim() !== '') emit({ kind: 'text', text }, heldEnd);
  };
  /** Of much, only what can be told is kept. */
  const hold = (bytes: Buffer, endOffset: number): void => {
    const room = Math.max(0, PIECE_LIMIT + 1 - heldBytes);
    if (room > 0) held.push(Buffer.from(bytes.subarray(0, room)));
    heldBytes += bytes.length;
    heldEnd = endOffset;
  };
  /** The offset behind the end of the line that is too long; the end of the bytes while it goes on. */
  const skip = (bytes: Buffer): number => {
    const newline = isSkipping ? bytes.indexOf(NEWLINE) : -1;
    if (newline !== -1) isSkipping = false;
    return isSkipping ? bytes.length : newline + 1;
  };

  return {
    push(bytes, offset) {
      printed.push(bytes);
      const start = skip(bytes);
      const whole = Math.max(start, bytes.lastIndexOf(NEWLINE) + 1);
      if (whole > start) {
        hold(bytes.subarray(start, whole), offset + whole);
        release();
      }
      if (whole < bytes.length) hold(bytes.subarray(whole), offset + bytes.length);
      if (heldBytes <= UNFINISHED_LIMIT) return;
      isSkipping = true;
      release();
    },
    end: release,
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
    if (typeof record.text === 'string')
      activities.push({ kind: 'text', text: boundAnswer(record.text) });
    if (typeof record.result === 'string') activities.push(success(record.result));
    if (hasVerdict(record)) {
      verdicts.push(line);
      activities.push(success(verdicts.join('\n')));
    }
    return activities;
  };
}

function success(text: string): Activity {
  return { kind: 'result', text: boundAnswer(text), structured: null, failure: null };
}

function hasVerdict(record: JsonObject): boolean {
  return Object.keys(record).some((key) => key.toLowerCase() === 'verdict');
}

/** Text of at most `limit` bytes of UTF-8; what was cut is said. */
export function boundText(text: string, limit = TEXT_LIMIT): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}${cutNotice(text.length - limit)}`;
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

/** Text of at most {@link PIECE_LIMIT} bytes, from the beginning of `total` bytes; what was cut is said. */
function boundedText(beginning: Buffer, total: number): string {
  if (total <= PIECE_LIMIT) return beginning.toString('utf8').replace(/\r?\n$/, '');
  const cut = characterStart(beginning, PIECE_LIMIT);
  return `${beginning.toString('utf8', 0, cut)}${cutNotice(total - cut, 'bytes ')}`;
}

/** The last offset at or before `at` where no UTF-8 character is cut. */
function characterStart(bytes: Buffer, at: number): number {
  let start = at;
  while (start > 0 && at - start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return start;
}

function firstLine(held: Buffer, isLast: boolean): string | null {
  // A character that is not whole yet may become a blank, or the byte order mark.
  const text = new StringDecoder('utf8').write(held.subarray(0, UNFINISHED_LIMIT)).trimStart();
  const end = text.indexOf('\n');
  if (end !== -1) return text.slice(0, end);
  const isAll = isLast || held.length >= UNFINISHED_LIMIT;
  if (text === '') return isAll ? '' : null;
  return isAll || !text.startsWith('{') ? text : null;
}

/** Keeps the last `limit` bytes, at a cost that does not depend on the size of the pieces. */
function createTail(limit: number): { push(bytes: Buffer): void; text(): string } {
  let room = Buffer.alloc(0);
  let used = 0;
  let total = 0;
  const makeRoom = (bytes: number): void => {
    if (used + bytes <= room.length) return;
    const kept = Math.min(used, limit);
    const next = Buffer.allocUnsafeSlow(Math.min(2 * (kept + bytes), 2 * limit));
    room.copy(next, 0, used - kept, used);
    room = next;
    used = kept;
  };
  return {
    push(bytes) {
      const last = bytes.subarray(-limit);
      makeRoom(last.length);
      last.copy(room, used);
      used += last.length;
      total += bytes.length;
    },
    text() {
      const all = room.subarray(Math.max(0, used - limit), used);
      return all.toString('utf8', total > all.length ? wholeStart(all) : 0);
    },
  };
}

/** Where bytes whose beginning was cut off begin to be whole: at a line, or else at a character. */
function wholeStart(bytes: Buffer): number {
  const newline = bytes.subarray(0, UNFINISHED_LIMIT).indexOf(NEWLINE);
  if (newline !== -1) return newline + 1;
  let start = 0;
  while (start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return start;
}
