/** Keeps secrets out of everything that oneshot writes or shows. */
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

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

/** Each secret as it is, as it stands inside a JSON string, and line by line. */
export function createRedactor(secrets: readonly Secret[]): Redactor {
  const forms = formsOf(secrets);
  const redactText = (text: string): string => {
    let clean = text;
    for (const form of forms) {
      if (clean.includes(form.text)) clean = clean.replaceAll(form.text, () => form.replacement);
    }
    return clean;
  };
  return {
    redactText,
    // Same shape, other strings: the type stays.
    redactValue: <T>(value: T): T =>
      forms.length === 0 ? value : (mapStrings(value, redactText) as T),
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
    let held: Buffer = Buffer.alloc(0);
    for await (const slice of slicesOf(path)) {
      const { clean, rest } = redactBytes(Buffer.concat([held, slice]), redactor, false);
      writeSync(out, clean);
      held = rest;
    }
    writeSync(out, redactBytes(held, redactor, true).clean);
    fsyncSync(out);
  } finally {
    closeSync(out);
  }
}

/** The bytes without secrets, and the rest in which one may begin that is not all there yet. */
function redactBytes(
  bytes: Buffer,
  { forms, longest }: Redactor,
  isLast: boolean,
): { clean: Buffer; rest: Buffer } {
  const pieces: Buffer[] = [];
  let at = 0;
  const lastStart = isLast ? bytes.length : bytes.length - longest;
  for (let next = firstSecret(bytes, at, forms); next; next = firstSecret(bytes, at, forms)) {
    if (next.start > lastStart) break;
    pieces.push(bytes.subarray(at, next.start), Buffer.from(next.form.replacement));
    at = next.start + next.form.bytes.length;
  }
  const safe = Math.max(at, isLast ? bytes.length : lastStart + 1);
  pieces.push(bytes.subarray(at, safe));
  return { clean: Buffer.concat(pieces), rest: Buffer.from(bytes.subarray(safe)) };
}

function firstSecret(bytes: Buffer, from: number, forms: readonly SecretForm[]) {
  let first: { start: number; form: SecretForm } | null = null;
  for (const form of forms) {
    const start = bytes.indexOf(form.bytes, from);
    if (start !== -1 && (first === null || start < first.start)) first = { start, form };
  }
  return first;
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
  const lines = value.split('\n').filter((line) => line.length >= MIN_LINE_LENGTH);
  const plain = [value, ...(value.includes('\n') ? lines : [])];
  return [...new Set(plain.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]))];
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]),
  );
}
