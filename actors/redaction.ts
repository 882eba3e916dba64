/** Keeps secrets out of everything that oneshot writes or shows. */
import {
  closeSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CUT_WORDS } from './cut-text.ts';
import { redactCuts } from './secret-cuts.ts';
import { type Needle, spansOf } from './secret-spans.ts';

export interface Secret {
  /** The variable that holds it: what stands in its place is `[redacted:NAME]`. */
  readonly name: string;
  readonly value: string;
}

export interface Redactor {
  redactText(text: string): string;
  /** The same for every string in plain JSON data, keys too. */
  redactValue<T>(value: T): T;
  /** Every form in which a secret may appear, longest first. */
  readonly forms: readonly SecretForm[];
  /** Bytes of the longest form. */
  readonly longest: number;
}

export interface SecretForm {
  readonly text: string;
  readonly bytes: Buffer;
  readonly replacement: string;
}

/** Lines of a secret of several lines that are shorter are not looked for by themselves. */
const MIN_LINE_LENGTH = 12;

/** Each secret as it is, as it stands inside a JSON string, and line by line; also its beginning where a text was cut. */
export function createRedactor(secrets: readonly Secret[]): Redactor {
  const forms = formsOf(secrets);
  const needles = forms.map(({ text, replacement }) => ({ value: text, replacement }));
  // Nearly every text is clean, and there are many: to see that must cost little.
  const traces = [CUT_WORDS, ...forms.map(({ text }) => text)];
  const shortest = Math.min(...traces.map(({ length }) => length));
  const isClean = (text: string): boolean =>
    text.length < shortest || traces.every((trace) => !text.includes(trace));
  const redactText = (text: string): string =>
    isClean(text) ? text : redactCuts(replaceAll(text, needles), forms);
  return {
    redactText,
    // Same shape, other strings: the type stays.
    redactValue: <T>(value: T): T =>
      forms.length === 0 || everyString(value, isClean)
        ? value
        : (mapStrings(value, redactText) as T),
    forms,
    longest: forms[0]?.bytes.length ?? 0,
  };
}

export interface SecretScanner {
  push(chunk: Buffer): void;
  readonly seen: boolean;
}

/** Looks for secrets in a stream, also for those that are split over pieces. */
export function createSecretScanner({ forms, longest }: Redactor): SecretScanner {
  let overlap: Buffer = Buffer.alloc(0);
  let seen = false;
  const has = (bytes: Buffer) => forms.some((form) => bytes.includes(form.bytes));
  return {
    push(chunk) {
      if (seen || longest === 0) return;
      const seam = Buffer.concat([overlap, chunk.subarray(0, longest - 1)]);
      seen = has(seam) || has(chunk);
      overlap = Buffer.from(
        Buffer.concat([overlap, chunk.subarray(-longest)]).subarray(1 - longest),
      );
      if (longest === 1) overlap = Buffer.alloc(0);
    },
    get seen() {
      return seen;
    },
  };
}

const SLICE_BYTES = 1024 * 1024;

/** Rewrites a file without the secrets; says whether it held any. Memory stays flat whatever the size. */
export async function redactFile(path: string, redactor: Redactor): Promise<boolean> {
  if (!(await hasSecret(path, redactor))) return false;
  const temporary = `${path}.redacting`;
  try {
    await writeClean(path, temporary, redactor);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  return true;
}

async function hasSecret(path: string, redactor: Redactor): Promise<boolean> {
  if (redactor.forms.length === 0) return false;
  const scanner = createSecretScanner(redactor);
  for await (const slice of slicesOf(path)) {
    scanner.push(slice);
    if (scanner.seen) return true;
  }
  return false;
}

async function writeClean(path: string, temporary: string, redactor: Redactor): Promise<void> {
  const out = openSync(temporary, 'w', 0o600);
  try {
    let rest: Rest = { bytes: Buffer.alloc(0), covered: 0 };
    for await (const slice of slicesOf(path)) {
      const bytes = Buffer.concat([rest.bytes, slice]);
      rest = redactBytes(out, { ...rest, bytes }, redactor, bytes.length - redactor.longest + 1);
    }
    redactBytes(out, rest, redactor, rest.bytes.length);
    fsyncSync(out);
  } finally {
    closeSync(out);
  }
}

/** Bytes that are not written yet. The first `covered` of them belong to a secret whose replacement is written. */
interface Rest {
  readonly bytes: Buffer;
  readonly covered: number;
}

/** Writes what comes before `limit`, without secrets; after it one may begin that is not all there yet. */
function redactBytes(out: number, { bytes, covered }: Rest, { forms }: Redactor, limit: number) {
  if (limit <= 0) return { bytes, covered };
  const needles = forms.map((form) => ({ value: form.bytes, replacement: form.replacement }));
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { start, end, replacement } of spansOf<Buffer>(bytes, needles, covered)) {
    if (start >= limit) break;
    pieces.push(bytes.subarray(at, start), Buffer.from(replacement));
    at = end;
  }
  if (at < limit) pieces.push(bytes.subarray(at, limit));
  writeFileSync(out, Buffer.concat(pieces));
  return { bytes: Buffer.from(bytes.subarray(limit)), covered: Math.max(0, at - limit) };
}

function replaceAll(text: string, needles: readonly Needle<string>[]): string {
  const present = needles.filter(({ value }) => text.includes(value));
  if (present.length === 0) return text;
  let clean = '';
  let at = 0;
  for (const { start, end, replacement } of spansOf<string>(text, present)) {
    clean += text.slice(at, start) + replacement;
    at = end;
  }
  return clean + text.slice(at);
}

async function* slicesOf(path: string): AsyncGenerator<Buffer> {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(SLICE_BYTES);
    for (let length = readSync(fd, buffer); length > 0; length = readSync(fd, buffer)) {
      yield buffer.subarray(0, length);
      await nextTurn();
    }
  } finally {
    closeSync(fd);
  }
}

function formsOf(secrets: readonly Secret[]): SecretForm[] {
  const byText = new Map<string, string>();
  for (const { name, value } of secrets) {
    for (const text of spellings(value)) if (!byText.has(text)) byText.set(text, name);
  }
  return [...byText]
    .map(([text, name]) => ({ text, bytes: Buffer.from(text), replacement: `[redacted:${name}]` }))
    .sort((a, b) => b.bytes.length - a.bytes.length);
}

function spellings(value: string): string[] {
  const lines = value.split(/\r?\n/).filter((line) => line.length >= MIN_LINE_LENGTH);
  const plain = [value, ...(value.includes('\n') ? lines : [])];
  const all = plain.flatMap((text) => [text, inJson(text), inAsciiJson(text)]);
  return [...new Set(all)].filter((text) => text !== '');
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As Python's `json.dumps` writes it. */
function inAsciiJson(text: string): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return inJson(text).replace(/[\u0080-\uffff]/g, escaped);
}

/** Whether all strings in plain JSON data are such, keys too. */
function everyString(value: unknown, test: (text: string) => boolean): boolean {
  if (typeof value === 'string') return test(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((item) => everyString(item, test));
  return (
    Object.keys(value).every(test) && Object.values(value).every((item) => everyString(item, test))
  );
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]),
  );
}
