/** The texts of a run's attempts, as the inspector shows them: only those that people read, only from their folder. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Redactor } from '../actors/redaction.ts';
import { spansOf } from '../actors/secret-spans.ts';
import type { AttemptText } from './inspect-api.ts';
import type { RunFolder } from './run-store.ts';

const ATTEMPT = /^\d{4,}-(worker|auditor)$/;
const CHECKS = /^(checks-\d+(\/\d+)?\/)?$/;
const FILE = /^(prompt\.md|result\.md|feedback\.md|salvage\.md|stdout|stderr)$/;

/** Bytes of one answer, at most and by default. */
export const MAX_BYTES = 1024 * 1024;

/** Which part of a text is wanted. */
export interface TextRange {
  /** Offset in bytes; a negative one counts from the end. */
  readonly from: number;
  readonly bytes: number;
}

export interface TextPart {
  readonly text: string;
  /** Offset of its first byte. */
  readonly from: number;
  /** Offset behind its last byte: where the next part begins. */
  readonly end: number;
  readonly size: number;
}

/** All texts that there are, in the order of their attempts. */
export function attemptTexts(folder: RunFolder): AttemptText[] {
  const attempts = join(folder.path, 'attempts');
  return names(attempts)
    .filter((name) => ATTEMPT.test(name) && areOwnFolders(attempts, [name]))
    .flatMap((attempt) => textsIn(join(attempts, attempt), attempt, ''));
}

/**
 * A part of one text without the secrets that `redactor` knows: an attempt that is at work has not been cleaned yet.
 * `null` when there is no such text.
 */
export function attemptText(
  folder: RunFolder,
  [attempt = '', ...rest]: readonly string[],
  range: TextRange,
  redactor: Redactor,
): TextPart | null {
  const file = rest.at(-1) ?? '';
  const within = rest.slice(0, -1);
  const isKnown = ATTEMPT.test(attempt) && CHECKS.test(prefixOf(within)) && FILE.test(file);
  const folders = ['attempts', attempt, ...within];
  if (!isKnown || !areOwnFolders(folder.path, folders)) return null;
  return readPart(join(folder.path, ...folders, file), range, redactor);
}

function textsIn(path: string, attempt: string, prefix: string): AttemptText[] {
  return names(path).flatMap((name) => {
    const deeper = `${prefix}${name}/`;
    if (CHECKS.test(deeper) && areOwnFolders(path, [name]))
      return textsIn(join(path, name), attempt, deeper);
    const stat = lstatSync(join(path, name), { throwIfNoEntry: false });
    if (!FILE.test(name) || !stat?.isFile()) return [];
    return [{ attempt, file: prefix + name, bytes: stat.size }];
  });
}

function prefixOf(folders: readonly string[]): string {
  return folders.map((name) => `${name}/`).join('');
}

/** No link may lead out of the run's folder: agents can write there. */
function areOwnFolders(root: string, parts: readonly string[]): boolean {
  return parts.every((_, index) => {
    const path = join(root, ...parts.slice(0, index + 1));
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  });
}

function readPart(path: string, range: TextRange, redactor: Redactor): TextPart | null {
  const fd = openOwn(path);
  if (fd === null) return null;
  try {
    const stat = fstatSync(fd);
    return stat.isFile() ? cleanPart(fd, stat.size, range, redactor) : null;
  } finally {
    closeSync(fd);
  }
}

/** A secret may begin before the part or end behind it, so both sides are read a little further. */
function cleanPart(fd: number, size: number, range: TextRange, redactor: Redactor): TextPart {
  const from = Math.min(range.from < 0 ? Math.max(0, size + range.from) : range.from, size);
  const end = Math.min(size, from + Math.max(0, Math.min(range.bytes, MAX_BYTES)));
  const start = Math.max(0, from - redactor.longest);
  const bytes = readBytes(fd, start, Math.min(size, end + redactor.longest));
  return { text: withoutSecrets(bytes, from - start, end - start, redactor), from, end, size };
}

/** The bytes from `from` to `end` as text; of a secret that lies across either, only its replacement is shown. */
function withoutSecrets(bytes: Buffer, from: number, end: number, { forms }: Redactor): string {
  const needles = forms.map((form) => ({ value: form.bytes, replacement: form.replacement }));
  let text = '';
  let at = from;
  for (const span of spansOf<Buffer>(bytes, needles)) {
    if (span.end <= from || span.start >= end) continue;
    text += bytes.toString('utf8', at, Math.max(at, span.start)) + span.replacement;
    at = span.end;
  }
  return text + bytes.toString('utf8', Math.min(at, end), end);
}

function readBytes(fd: number, from: number, end: number): Buffer {
  const bytes = Buffer.alloc(end - from);
  return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from));
}

function openOwn(path: string): number | null {
  try {
    // Not blocking, since it may be a pipe that somebody put there; it is refused afterwards.
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
}

function names(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}
