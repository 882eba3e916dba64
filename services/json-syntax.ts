/** Where a text stops being JSON, which Node's own message tells for some mistakes only. */

export interface TextPlace {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 code units. */
  readonly column: number;
}

/** The place of the first character that JSON does not allow there, or of a text's too early end; `null` for JSON. */
export function jsonErrorPlace(text: string): TextPlace | null {
  try {
    const end = afterSpace(text, afterValue(text, 0));
    return end < text.length ? placeIn(text, end) : null;
  } catch (error) {
    if (error instanceof Misplaced) return placeIn(text, error.offset);
    throw error;
  }
}

/**
 * The second of two equal keys of one object, of which `JSON.parse` would drop the first in silence; `null` when there
 * is none. The text has to be JSON.
 */
export function repeatedJsonKey(text: string): (TextPlace & { readonly key: string }) | null {
  const open: Set<string>[] = [];
  for (const { 0: token, 1: string = '', 2: colon, index } of text.matchAll(KEYS_AND_BRACES)) {
    if (token === '{') open.push(new Set());
    if (token === '}') open.pop();
    if (colon === undefined) continue;
    const key = String(JSON.parse(string));
    if (open.at(-1)?.has(key)) return { key, ...placeIn(text, index) };
    open.at(-1)?.add(key);
  }
  return null;
}

class Misplaced extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super(`not JSON at offset ${offset}`);
    this.offset = offset;
  }
}

const STRING = String.raw`"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"`;
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?`;
/** In what is JSON already: a colon behind a string makes it a key. */
const KEYS_AND_BRACES = new RegExp(`(${STRING})([ \\t\\r\\n]*:)?|[{}]`, 'g');
const PATTERNS = {
  string: new RegExp(STRING, 'y'),
  scalar: new RegExp(`${STRING}|${NUMBER}|true|false|null`, 'y'),
  space: /[ \t\r\n]*/y,
  colon: /[ \t\r\n]*:/y,
} as const;

function afterValue(text: string, from: number): number {
  const at = afterSpace(text, from);
  if (text[at] === '{') return afterItems(text, at + 1, '}', afterMember);
  if (text[at] === '[') return afterItems(text, at + 1, ']', afterValue);
  return after(text, at, PATTERNS.scalar);
}

function afterMember(text: string, from: number): number {
  const key = after(text, afterSpace(text, from), PATTERNS.string);
  if (text[afterSpace(text, key)] !== ':') throw new Misplaced(afterSpace(text, key));
  return afterValue(text, after(text, key, PATTERNS.colon));
}

function afterItems(
  text: string,
  from: number,
  close: string,
  afterItem: (text: string, from: number) => number,
): number {
  let at = afterSpace(text, from);
  if (text[at] === close) return at + 1;
  for (;;) {
    at = afterSpace(text, afterItem(text, at));
    if (text[at] === close) return at + 1;
    if (text[at] !== ',') throw new Misplaced(at);
    at += 1;
  }
}

function afterSpace(text: string, from: number): number {
  return after(text, from, PATTERNS.space);
}

function after(text: string, from: number, pattern: RegExp): number {
  pattern.lastIndex = from;
  if (!pattern.test(text)) throw new Misplaced(from);
  return pattern.lastIndex;
}

/** Line and column of an offset. */
export function placeIn(text: string, offset: number): TextPlace {
  const lines = text.slice(0, offset).split(/\r\n|[\r\n]/);
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
