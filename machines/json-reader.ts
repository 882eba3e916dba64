/**
 * Strict JSON, read one object at a time from the middle of a text.
 *
 * `JSON.parse` says neither where an object ends, nor that a key is repeated, nor, in words, what is wrong where. This
 * reader says all three. It keeps its own stack, so depth does not matter, and looks at each character once.
 */

/** A member with one of the wanted keys. */
export interface JsonMember {
  /** In lower case. */
  readonly key: string;
  /** 1 for a member of the object itself, more for one of an object inside it. */
  readonly depth: number;
  /** The value. */
  readonly from: number;
  readonly to: number;
}

export type JsonReading =
  | { readonly ok: true; readonly to: number; readonly members: readonly JsonMember[] }
  | {
      readonly ok: false;
      /** Where the reading failed. */
      readonly at: number;
      readonly problem: string;
      /** How many braces are open there. */
      readonly braces: number;
    };

type Expected = 'firstKey' | 'key' | 'colon' | 'firstItem' | 'value' | 'separator';

interface Container {
  readonly closer: '}' | ']';
  key: string | null;
  valueFrom: number;
}

interface Cursor {
  readonly text: string;
  readonly end: number;
  readonly keys: ReadonlySet<string>;
  readonly open: Container[];
  readonly members: JsonMember[];
  at: number;
  expected: Expected;
}

const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPED = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Longest key, as written, that is compared with the wanted ones. */
const KEY_LENGTH = 80;

/**
 * Reads the object that begins at `from` with `{` and ends before `end`. `keys`, in lower case, are the wanted members;
 * they are found at every depth, in the order in which their values end.
 */
export function readJsonObject(
  text: string,
  from: number,
  end: number,
  keys: ReadonlySet<string>,
): JsonReading {
  const cursor: Cursor = { text, end, keys, open: [], members: [], at: from, expected: 'value' };
  openContainer(cursor, '}');
  while (cursor.open.length > 0) {
    skipBlanks(cursor);
    const problem = cursor.at >= end ? 'it ends in the middle' : step(cursor);
    if (problem !== null) return { ok: false, at: cursor.at, problem, braces: bracesOf(cursor) };
  }
  return { ok: true, to: cursor.at, members: cursor.members };
}

function bracesOf({ open }: Cursor): number {
  return open.filter(({ closer }) => closer === '}').length;
}

/** Takes what is expected and moves on, or says what is wrong. */
function step(cursor: Cursor): string | null {
  switch (cursor.expected) {
    case 'firstKey':
      return closes(cursor) ? closeContainer(cursor) : takeKey(cursor);
    case 'key':
      return takeKey(cursor);
    case 'colon':
      return takeColon(cursor);
    case 'firstItem':
      return closes(cursor) ? closeContainer(cursor) : takeValue(cursor);
    case 'value':
      return takeValue(cursor);
    case 'separator':
      return takeSeparator(cursor);
  }
}

function takeKey(cursor: Cursor): string | null {
  const from = cursor.at;
  if (charAt(cursor) !== '"') return `${found(cursor)} where a key in double quotes is expected`;
  const problem = takeString(cursor);
  const container = cursor.open.at(-1);
  if (problem !== null || !container) return problem;
  container.key = wantedKey(cursor, from);
  cursor.expected = 'colon';
  return null;
}

function wantedKey({ text, at, keys }: Cursor, from: number): string | null {
  if (at - from > KEY_LENGTH) return null;
  const key = String(JSON.parse(text.slice(from, at))).toLowerCase();
  return keys.has(key) ? key : null;
}

function takeColon(cursor: Cursor): string | null {
  if (charAt(cursor) !== ':') return `${found(cursor)} where ":" is expected`;
  cursor.at += 1;
  cursor.expected = 'value';
  return null;
}

function takeValue(cursor: Cursor): string | null {
  const container = cursor.open.at(-1);
  if (container) container.valueFrom = cursor.at;
  const first = charAt(cursor);
  if (first === '{') return openContainer(cursor, '}');
  if (first === '[') return openContainer(cursor, ']');
  return (first === '"' ? takeString(cursor) : takeLiteral(cursor)) ?? endValue(cursor);
}

function takeLiteral(cursor: Cursor): string | null {
  LITERAL.lastIndex = cursor.at;
  const literal = LITERAL.exec(cursor.text)?.[0];
  if (literal === undefined) return `${found(cursor)} where a value is expected`;
  cursor.at += literal.length;
  return null;
}

function takeString(cursor: Cursor): string | null {
  for (cursor.at += 1; cursor.at < cursor.end; cursor.at += 1) {
    const code = cursor.text.charCodeAt(cursor.at);
    if (code === 0x22) {
      cursor.at += 1;
      return null;
    }
    if (code < 0x20) return `${found(cursor)} inside a string (write it as an escape, such as \\n)`;
    if (code === 0x5c && !takeEscape(cursor)) return 'an escape that JSON does not know';
  }
  return 'it ends in the middle of a string';
}

/** Moves to the last character of the escape. */
function takeEscape(cursor: Cursor): boolean {
  ESCAPED.lastIndex = cursor.at;
  const escaped = ESCAPED.exec(cursor.text)?.[0];
  if (escaped === undefined) return false;
  cursor.at += escaped.length - 1;
  return true;
}

function takeSeparator(cursor: Cursor): string | null {
  if (closes(cursor)) return closeContainer(cursor);
  const closer = cursor.open.at(-1)?.closer ?? '}';
  if (charAt(cursor) !== ',')
    return `${found(cursor)} where "," or "${closer}" is expected${quoteHint(cursor)}`;
  cursor.at += 1;
  cursor.expected = closer === '}' ? 'key' : 'value';
  return null;
}

/** Right behind a string the likeliest mistake is a quote that was meant to be inside of it. */
function quoteHint({ text, at }: Cursor): string {
  return text.charAt(at - 1) === '"' ? ' (a quote inside a string is written \\")' : '';
}

function openContainer(cursor: Cursor, closer: Container['closer']): null {
  cursor.open.push({ closer, key: null, valueFrom: cursor.at });
  cursor.at += 1;
  cursor.expected = closer === '}' ? 'firstKey' : 'firstItem';
  return null;
}

function closes(cursor: Cursor): boolean {
  return charAt(cursor) === cursor.open.at(-1)?.closer;
}

function closeContainer(cursor: Cursor): null {
  cursor.open.pop();
  cursor.at += 1;
  return endValue(cursor);
}

function endValue(cursor: Cursor): null {
  const { open, members, at } = cursor;
  const container = open.at(-1);
  if (container && container.key !== null) {
    members.push({ key: container.key, depth: open.length, from: container.valueFrom, to: at });
    container.key = null;
  }
  cursor.expected = 'separator';
  return null;
}

function skipBlanks(cursor: Cursor): void {
  while (cursor.at < cursor.end && ' \t\n\r'.includes(charAt(cursor))) cursor.at += 1;
}

function charAt({ text, at }: Cursor): string {
  return text.charAt(at);
}

const NAMED: Readonly<Record<string, string>> = {
  "'": "a single quote (')",
  '\n': 'a line break',
  '\t': 'a tab',
  '}': '"}" (after a comma too much?)',
  ']': '"]" (after a comma too much?)',
  '/': 'a comment (/)',
  '#': 'a comment (#)',
  '"': 'a double quote',
};

/** What stands at the cursor, for a person. */
function found(cursor: Cursor): string {
  const character = charAt(cursor);
  const named = NAMED[character];
  if (named !== undefined) return `found ${named}`;
  if (character > ' ' && character <= '~') return `found "${character}"`;
  const code = cursor.text.codePointAt(cursor.at) ?? 0;
  return `found the character U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
