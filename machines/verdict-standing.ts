import type { BrokenObject, JsonObject } from './json-objects.ts';
import type { LinedText } from './plain-text.ts';
import { lineStartAt } from './plain-text.ts';
import type { Statement } from './verdict-statement.ts';

/** Whether something in the plain text is the auditor's own word, and if not, why not. */
export interface Standing {
  readonly standing: Statement['standing'];
  readonly reason: string;
}

const HYPOTHETICAL = 'reads like an example or a condition';

/** Characters before and behind an object that are looked at. */
const REACH = 400;

/** Lines that show something else: quotations, additions of a diff, tables, listings with line numbers, a shell. */
const QUOTING_LINE =
  /^[ \t]*(?:[>+|│]|\d+(?:[ \t]*[|→│]|:[ \t]*$)|\$ |[\w./-]{0,200}\.\w{1,6}:\d+:)/;

const REMOVED_LINE = /^[ \t]*-[ \t]*$/;
const LONE_SPAN_BEFORE = /^[ \t]*`+(?:json)?[ \t]*$/i;
const LONE_SPAN_BEHIND = /^[ \t]*`+[ \t.]*$/;

/** The object is an argument, a value or an item of something larger. */
const PART_OF_CODE = /(?:[=(~]|=>|<!--|\breturn|["'][ \t]*:)[ \t]*$/;

/** The words right before the object say that it is not what is meant. */
const EXAMPLE_BEFORE =
  /(?:\be\.g\.|\b(?:example|instance|such as))[\s:,*_]*$|\b(?:than|without|instead of)\s*$|(?:\b(?:not|never|cannot)|n['’]t)(?:\s+[\w-]+){0,3}\s*$/i;

/** The sentence up to the object is a condition or hypothetical. */
const CONDITION_BEFORE = /(?:\b(?:would|unless|might)\b|['’]d\b)[^.!?]*$|\bif\b[^.!?:]*$/i;

/** The line that leads to the object on the next one announces an example or something hypothetical. */
const EXAMPLE_LEAD =
  /(?:\be\.g\.|\b(?:example|instance|such as|would|unless|might)\b|['’]d\b)[^.!?]*:[*_\s]*$/i;

/** The sentence goes on behind the object with a condition or an objection. */
const OBJECTION_BEHIND =
  /^[`\s,;–—-]{0,4}(?:if|unless|until|once|when|only|but|would|could|might|were|was|is (?:not|wrong)|isn['’]t)\b/i;

/**
 * Judges an object of the plain text by what stands around it on its line. Quotations are ignored; what is part of
 * something larger, an example or hypothetical is doubtful.
 */
export function standingOf(lined: LinedText, object: JsonObject | BrokenObject): Standing {
  const lineStart = lineStartAt(lined, object.from);
  const head = lined.text.slice(lineStart, Math.min(object.from, lineStart + REACH));
  const beforeFrom = Math.max(lineStart, object.since, object.from - REACH);
  const before = lined.text.slice(beforeFrom, object.from);
  const behind = restOfLine(lined.text, object.to);
  const quotation = quotationReason(head, before, behind, object.inCodeSpan);
  if (quotation) return { standing: 'ignored', reason: quotation };
  const doubt =
    doubtReason(lined.text, object.from, before, behind) ??
    (before.trim() === '' ? leadReason(lined, lineStart) : null);
  return doubt ? { standing: 'doubtful', reason: doubt } : { standing: 'own', reason: '' };
}

/** Judges a fenced block by the line that leads to it. */
export function leadStanding(lined: LinedText, from: number): Standing {
  const doubt = leadReason(lined, from);
  return doubt ? { standing: 'doubtful', reason: doubt } : { standing: 'own', reason: '' };
}

function leadReason(lined: LinedText, from: number): string | null {
  const end = lastInk(lined.text, from) + 1;
  const lead = lined.text.slice(Math.max(lineStartAt(lined, end), end - REACH), end);
  return EXAMPLE_LEAD.test(lead) ? HYPOTHETICAL : null;
}

function quotationReason(
  head: string,
  before: string,
  behind: string,
  inCodeSpan: boolean,
): string | null {
  if (QUOTING_LINE.test(head) || REMOVED_LINE.test(before)) return 'stands in a quoted line';
  if (/["'“‘«\\]$/.test(before)) return 'stands in quotation marks';
  if (LONE_SPAN_BEFORE.test(before) && LONE_SPAN_BEHIND.test(behind)) return null;
  return inCodeSpan ? 'stands in a code span of a sentence' : null;
}

function doubtReason(text: string, from: number, before: string, behind: string): string | null {
  if (PART_OF_CODE.test(before) || isListItem(text, from)) return 'is part of something larger';
  const isHypothetical =
    EXAMPLE_BEFORE.test(before) || CONDITION_BEFORE.test(before) || OBJECTION_BEHIND.test(behind);
  return isHypothetical ? HYPOTHETICAL : null;
}

/** Behind `[`, or behind the comma that follows an object, also on the line before. */
function isListItem(text: string, from: number): boolean {
  const at = lastInk(text, from);
  if (text.charAt(at) === '[') return true;
  return text.charAt(at) === ',' && text.charAt(lastInk(text, at)) === '}';
}

/** Where the last character before `from` stands that is not blank. */
function lastInk(text: string, from: number): number {
  let at = from - 1;
  while (at >= 0 && ' \t\n'.includes(text.charAt(at))) at -= 1;
  return at;
}

function restOfLine(text: string, from: number): string {
  const rest = text.slice(from, from + REACH);
  const end = rest.indexOf('\n');
  return end < 0 ? rest : rest.slice(0, end);
}
