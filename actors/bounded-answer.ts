/** Answers that are too long to carry: their end is kept, where a verdict is, and something of their beginning. */
import { blocksOf } from '../machines/fenced-blocks.ts';
import { linedText } from '../machines/plain-text.ts';
import { cutNotice } from './cut-text.ts';

/** Characters of an answer that are carried; all of it is in the attempt's `stdout`. */
export const RESULT_LIMIT = 1024 * 1024;

/** The part of a long answer that is from its beginning. */
const HEAD = 1 / 16;

/** Characters that are left out at most so that the end begins with a whole line. */
const LINE_SEARCH = 64 * 1024;

/** Room for the notice and the line ends around it. */
const NOTICE_ROOM = 64;

/**
 * An answer of at most `limit` characters: all of it, or its beginning and its end with a line between them that says
 * what was cut. Neither cut is inside a fenced block, so that no quotation becomes the agent's own word, nor its own a
 * quotation; only where such a block goes on to the end of the answer, it is cut.
 */
export function boundAnswer(text: string, limit = RESULT_LIMIT): string {
  if (text.length <= limit) return text;
  const fences = blocksOf(linedText(text)).filter(({ info }) => info !== null);
  const fenceAt = (at: number) =>
    fences.find(({ outer }) => outer.from < at && at < outer.to)?.outer ?? null;
  const roughHead = Math.floor(limit * HEAD);
  const headEnd = fenceAt(roughHead)?.from ?? roughHead;
  const roughTail = wholeLine(text, text.length - (limit - roughHead - NOTICE_ROOM));
  const behind = fenceAt(roughTail)?.to ?? text.length;
  const tailStart = behind < text.length ? behind : roughTail;
  return `${text.slice(0, headEnd)}${cutNotice(tailStart - headEnd)}\n${text.slice(tailStart)}`;
}

function wholeLine(text: string, at: number): number {
  const newline = text.slice(at, at + LINE_SEARCH).indexOf('\n');
  return newline === -1 ? at : at + newline + 1;
}
