import type { LinedText } from './plain-text.ts';

/** A stretch of whole lines of a Markdown text: plain, or the content of one fenced block. */
export interface Block {
  /** The content. */
  readonly from: number;
  readonly to: number;
  /** `null` outside of fences, else what is written behind the opening fence, in lower case. */
  readonly info: string | null;
  /** The content with its fences. */
  readonly outer: { readonly from: number; readonly to: number };
}

interface Fence {
  readonly marker: string;
  readonly indent: number;
  readonly info: string;
  readonly from: number;
  readonly contentFrom: number;
}

/** An opening fence, also behind the mark of a list item. */
const OPENING = /^([ \t]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?)(`{3,}|~{3,})([^\n]*)$/;

/** Fences whose content may stand for the auditor itself; any other language is a quotation of something. */
const PLAIN = new Set([
  '',
  'json',
  'jsonc',
  'json5',
  'jsonl',
  'ndjson',
  'text',
  'txt',
  'plain',
  'plaintext',
  'verdict',
]);

export function isPlainFence({ info }: Block): boolean {
  return info !== null && PLAIN.has(info);
}

/**
 * Divides a text into plain stretches and fenced blocks, as CommonMark does. More lenient: a fence may be indented
 * freely, JSON may begin on the line of the opening fence, and the closing fence may stand at the end of the last line.
 * Stricter: inside a diff, an indented fence is a line of the diff.
 */
export function blocksOf(lined: LinedText): Block[] {
  const blocks: Block[] = [];
  let plainFrom = 0;
  let open: Fence | null = null;
  for (const { from, to, line } of linesOf(lined, 0, lined.text.length)) {
    if (open === null) {
      open = openingAt(line, from);
      if (open) pushPlain(blocks, plainFrom, from);
      continue;
    }
    const contentTo = closingOf(open, line);
    if (contentTo === null) continue;
    blocks.push(fenced(open, Math.max(open.contentFrom, from + contentTo), to));
    open = null;
    plainFrom = to;
  }
  const end = lined.text.length;
  if (open) blocks.push(fenced(open, end, end));
  else pushPlain(blocks, plainFrom, end);
  return blocks;
}

export interface Line {
  readonly from: number;
  /** Behind the line end. */
  readonly to: number;
  readonly line: string;
}

/** The lines that begin in this stretch. */
export function* linesOf({ text }: LinedText, from: number, end: number): Generator<Line> {
  for (let at = from; at < end; ) {
    const found = text.indexOf('\n', at);
    const stop = found < 0 || found >= end ? end : found;
    yield { from: at, to: Math.min(stop + 1, end), line: text.slice(at, stop) };
    at = stop + 1;
  }
}

function openingAt(line: string, from: number): Fence | null {
  const [, indent = '', marker = '', rest = ''] = OPENING.exec(line) ?? [];
  if (marker === '' || (marker.startsWith('`') && rest.includes('`'))) return null;
  const json = rest.indexOf('{');
  const info = (json < 0 ? rest : rest.slice(0, json)).trim().toLowerCase();
  const skipped = json < 0 ? line.length + 1 : indent.length + marker.length + json;
  return { marker, indent: indent.length, info, from, contentFrom: from + skipped };
}

/** How much of the line still belongs to the content when the line closes the fence, else `null`. */
function closingOf({ marker, indent, info }: Fence, line: string): number | null {
  const trimmed = line.trim();
  if (!trimmed.endsWith(marker)) return null;
  if (info === 'diff' && line.length - line.trimStart().length > indent) return null;
  const content = line.trimEnd().length - marker.length;
  if (trimmed === marker.charAt(0).repeat(trimmed.length)) return 0;
  return PLAIN.has(info) ? content : null;
}

function fenced({ info, from, contentFrom }: Fence, contentTo: number, to: number): Block {
  return { from: Math.min(contentFrom, contentTo), to: contentTo, info, outer: { from, to } };
}

function pushPlain(blocks: Block[], from: number, to: number): void {
  if (from < to) blocks.push({ from, to, info: null, outer: { from, to } });
}
