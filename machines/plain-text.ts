/** Texts of agents as they are read: without what is invisible, with one kind of line end, and by line and column. */

const ESCAPE = '\u001b';

/** Colours and cursor movements, window titles, and the two-character sequences. */
const ESCAPE_SEQUENCES = new RegExp(
  `${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\u0007\\n${ESCAPE}]*(?:\\u0007|${ESCAPE}\\\\)|[@-Z\\\\^_])`,
  'g',
);

/** Byte order mark, zero-width space, word joiner, marks of direction. Joiners in words and emoji mean something. */
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** The text without escape sequences and invisible characters, its lines ended by `\n`. */
export function cleanText(text: string): string {
  return text.replace(ESCAPE_SEQUENCES, '').replace(INVISIBLE, '').replace(/\r\n?/g, '\n');
}

/** A text together with the offsets at which its lines begin. */
export interface LinedText {
  readonly text: string;
  readonly lineStarts: readonly number[];
}

export function linedText(text: string): LinedText {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1))
    lineStarts.push(at + 1);
  return { text, lineStarts };
}

/** Where the line begins in which the offset lies. */
export function lineStartAt({ lineStarts }: LinedText, offset: number): number {
  return lineStarts[lineIndexAt(lineStarts, offset)] ?? 0;
}

/** `line 3`, counted from 1. */
export function lineAt({ lineStarts }: LinedText, offset: number): string {
  return `line ${lineIndexAt(lineStarts, offset) + 1}`;
}

/** `line 3, column 14`, both counted from 1, columns in UTF-16 code units. */
export function positionAt(lined: LinedText, offset: number): string {
  return `${lineAt(lined, offset)}, column ${offset - lineStartAt(lined, offset) + 1}`;
}

function lineIndexAt(lineStarts: readonly number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
