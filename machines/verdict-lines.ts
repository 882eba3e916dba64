/**
 * The rung of lines: a line that is nothing but the verdict. Read are
 *
 * - a line with a label, `Verdict: RETRY`, in any case, as a heading or item, emphasised, with `=` or a dash or `is`
 *   instead of the colon, and with a matching sign: `### **Final verdict:** ✅ done.`;
 * - a line that is only the label, when the next line that is not blank is only the word;
 * - the word alone, in capitals only, as the whole answer: `DONE`. As the last paragraph behind other words it is
 *   doubtful, since it may only say that the auditor has finished; elsewhere it is nothing.
 *
 * Of fenced blocks only one that holds nothing but a labelled line counts.
 */
import type { Block, Line } from './fenced-blocks.ts';
import { isPlainFence, linesOf } from './fenced-blocks.ts';
import type { LinedText } from './plain-text.ts';
import { lineAt } from './plain-text.ts';
import type { Decision, Statement } from './verdict-statement.ts';
import { decisionOf, isChoice, quoted } from './verdict-statement.ts';

const LABEL =
  /^(?:#{1,6}\s{1,4}|[-*•]\s{1,4}|\d{1,3}[.)]\s{1,4})?(?:[✅✔☑⚖]\ufe0f?\s{0,4})?[*_`]{0,3}(?:(?:my|the|final|overall|audit|auditor)\s{1,4}){0,3}verdict(?![\p{L}\p{N}])[*_`]{0,3}\s{0,4}/iu;

/** After these something must follow that is a verdict. */
const FIRM_SEPARATOR = /^(?:is\s{0,4})?[:=]/i;

/** After these the line may be a sentence. */
const LOOSE_SEPARATOR = /^(?:is|[—–-]{1,2})(?=\s)/i;

const EMPHASIS = /[\s*_`"'“”‘’]/;
const EMPHASIS_BEFORE = /^[\s*_`"'“”‘’]+/;
const EMPHASIS_BEHIND = /[\s*_`"'“”‘’.!]+$/;

/** Characters of a value that can still be nothing but a verdict. */
const VALUE_LENGTH = 60;

/** Signs that agree with the word. */
const SIGNS: Readonly<Record<Decision, string>> = {
  done: '✅✔☑🟢',
  retry: '❌✖🔁🔄🔴🟡⚠',
  impossible: '❌✖🚫⛔🛑🔴',
};

export function lineStatements(lined: LinedText, blocks: readonly Block[]): Statement[] {
  const labelled = blocks.flatMap((block) =>
    block.info === null ? plainLines(lined, block) : fencedLine(lined, block),
  );
  return [...labelled, ...lastLine(lined, blocks.at(-1))];
}

function plainLines(lined: LinedText, block: Block): Statement[] {
  const statements: Statement[] = [];
  let heading: Line | null = null;
  for (const line of linesOf(lined, block.from, block.to)) {
    if (line.line.trim() === '') continue;
    const word: Decision | null = heading && wordAlone(line.line);
    if (heading && word) statements.push(plainStatement(lined, heading, line, word));
    const value = labelledValue(line.line);
    heading = value === '' ? line : null;
    if (value) statements.push(labelledStatement(lined, line, value));
  }
  return statements;
}

function fencedLine(lined: LinedText, block: Block): Statement[] {
  if (!isPlainFence(block)) return [];
  const lines = [...linesOf(lined, block.from, block.to)].filter(({ line }) => line.trim() !== '');
  const [line, second] = lines;
  const value = line && !second ? labelledValue(line.line) : null;
  if (!line || !value) return [];
  return [{ ...labelledStatement(lined, line, value), span: block.outer }];
}

/**
 * The word alone, in capitals, as the last line of the answer and a paragraph of its own. It decides only when nothing
 * else was said: "Two tests still fail." and then "DONE" is no verdict.
 */
function lastLine(lined: LinedText, block: Block | undefined): Statement[] {
  if (!block || block.info !== null) return [];
  const content = lined.text.slice(block.from, block.to).trimEnd();
  const start = content.lastIndexOf('\n') + 1;
  const line = content.slice(start);
  const before = content.slice(0, start).trimEnd();
  const isOwnParagraph = start === 0 ? block.from === 0 : gapOf(content, before, start);
  const word = line.length <= VALUE_LENGTH && isOwnParagraph ? wordAlone(line) : null;
  if (!word || !line.includes(word.toUpperCase())) return [];
  const span = { from: block.from + start, line, to: block.from + content.length };
  const statement = plainStatement(lined, span, span, word);
  if (lined.text.trim() === line.trim()) return [statement];
  return [{ ...statement, standing: 'doubtful', problem: 'has no label and follows other words' }];
}

function gapOf(content: string, before: string, start: number): boolean {
  return before === '' || content.slice(before.length, start).split('\n').length > 2;
}

/** What a line gives as the verdict: `''` when it is only the label, `null` when it is no such line. */
function labelledValue(line: string): string | null {
  const trimmed = line.trim();
  const label = LABEL.exec(trimmed)?.[0];
  if (label === undefined) return null;
  const rest = trimmed.slice(label.length);
  if (rest === '') return '';
  const separator = FIRM_SEPARATOR.exec(rest) ?? LOOSE_SEPARATOR.exec(rest);
  if (!separator) return null;
  const value = rest.slice(separator[0].length);
  const isSentence = !FIRM_SEPARATOR.test(rest) && wordAlone(value) === null;
  return isSentence ? null : value.replace(EMPHASIS_BEFORE, '').slice(0, VALUE_LENGTH + 1);
}

function labelledStatement(lined: LinedText, line: Line, value: string): Statement {
  const statement = plainStatement(lined, line, line, wordAlone(value));
  if (isChoice(value))
    return { ...statement, standing: 'ignored', problem: 'chooses nothing of what it offers' };
  const problem = 'is not nothing but "done", "retry" or "impossible"';
  return statement.word === null ? { ...statement, problem } : statement;
}

function plainStatement(
  lined: LinedText,
  first: Pick<Line, 'from'>,
  last: Line,
  word: Decision | null,
): Statement {
  return {
    standing: 'own',
    word,
    where: `${lineAt(lined, last.from)} (${quoted(last.line.trim())})`,
    problem: '',
    feedback: '',
    findings: [],
    span: { from: first.from, to: last.to },
  };
}

/** The decision, when the text is nothing else but emphasis, a full stop, and signs that agree with it. */
function wordAlone(text: string): Decision | null {
  if (text.length > VALUE_LENGTH) return null;
  const bare = text.replace(/\ufe0f/g, '').replace(/^\s*#{1,6}\s/, '');
  const core = bare.replace(EMPHASIS_BEFORE, '').replace(EMPHASIS_BEHIND, '');
  const [, before = '', word = '', behind = ''] =
    /^([^\p{L}]{0,6})(\p{L}+)([^\p{L}]{0,6})$/u.exec(core) ?? [];
  const decision = decisionOf(word);
  const signs = [...before, ...behind.replace(/[.!]/g, '')].filter((sign) => !EMPHASIS.test(sign));
  return decision && signs.every((sign) => SIGNS[decision].includes(sign)) ? decision : null;
}
