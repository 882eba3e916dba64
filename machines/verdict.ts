/**
 * Reads what an auditor decided. A ladder of three rungs; the first that names a verdict decides:
 *
 * 1. the agent's typed answer: an object, or the JSON text of one;
 * 2. JSON objects with a key `verdict` in the text, fenced or bare (verdict-objects.ts);
 * 3. a line of the text that is nothing but the verdict (verdict-lines.ts).
 *
 * Nothing is guessed. Several verdicts on the deciding rung must agree, keys repeated inside one object included; an
 * unknown word, broken JSON with a verdict in it, or an example that says something else make the answer unreadable,
 * even if a lower rung is clear. Quotations, and words in prose, decide nothing. The diagnosis says what was found where,
 * for the auditor's next attempt.
 *
 * Where an answer has neither feedback nor findings, the text around the verdict is its feedback, so that the next worker
 * gets the reasons; `retry` without any text still is one. `impossible` has to name what stands in the way, in its object
 * where it is one (prose beside it is no blocker that somebody named), else in the text around it; or it is unreadable.
 */
import type { Verdict } from './contracts.ts';
import { blocksOf } from './fenced-blocks.ts';
import type { LinedText } from './plain-text.ts';
import { cleanText, linedText } from './plain-text.ts';
import { tidy } from './verdict-content.ts';
import { lineStatements } from './verdict-lines.ts';
import { objectStatements } from './verdict-objects.ts';
import type { Settlement, Statement } from './verdict-statement.ts';
import { doubtBefore, lastFormAt, listed, settle } from './verdict-statement.ts';
import { structuredStatements } from './verdict-structured.ts';

export {
  boundVerdict,
  DIAGNOSIS_LIMIT,
  FEEDBACK_LIMIT,
  FINDING_LIMIT,
  FINDINGS_LIMIT,
} from './verdict-bounds.ts';

/** What an auditor answered: its typed answer, where its CLI has such a channel, and its text. */
export interface AuditorAnswer {
  readonly structured: unknown;
  readonly text: string;
}

/** Ignored places that a diagnosis names: the last, where an answer ends. */
const IGNORED_NAMED = 3;

/**
 * Reads an auditor's answer down the ladder of rungs. Never guesses and never throws: see {@link Verdict}. Its texts are
 * whole; what goes into a record is the copy that `boundVerdict` makes.
 */
export function readVerdict({ structured, text }: AuditorAnswer): Verdict {
  const lined = linedText(cleanText(text));
  const blocks = blocksOf(lined);
  const typed = structuredStatements(structured);
  const found = objectStatements(lined, blocks);
  const formAt = lastFormAt(found);
  const objects = doubtBefore(found, formAt);
  const lines = doubtBefore(lineStatements(lined, blocks), formAt);
  const inObject = settle(typed) ?? settle(objects);
  const settlement = inObject ?? settle(lines);
  if (!settlement) return nothingFound(lined, [...typed, ...objects, ...lines]);
  const around = () => textAround(lined, [...objects, ...lines]);
  return verdictOf(settlement, around, inObject !== null);
}

function verdictOf(settlement: Settlement, around: () => string, isInObject: boolean): Verdict {
  if (!settlement.decided) return { kind: 'unreadable', diagnosis: settlement.diagnosis };
  const { word: kind, where, findings } = settlement;
  const isSilent = settlement.feedback === '' && findings.length === 0;
  const isUnnamed = kind === 'impossible' && isInObject;
  const feedback = isSilent && !isUnnamed ? around() : settlement.feedback;
  if (kind !== 'impossible') return { kind, feedback, findings };
  const blocker = feedback || findings.join('\n');
  if (blocker) return { kind, feedback: blocker, findings };
  const diagnosis = `The verdict "impossible" (${where}) names no blocker: "feedback" must say what makes it so.`;
  return { kind: 'unreadable', diagnosis };
}

function nothingFound({ text }: LinedText, statements: readonly Statement[]): Verdict {
  const isEmpty = text.trim() === '' && statements.length === 0;
  const found = isEmpty
    ? 'The answer is empty.'
    : 'No verdict was found: no JSON object with a key "verdict", no line that is nothing but the verdict.';
  const ignored = listed(statements.slice(-IGNORED_NAMED));
  return { kind: 'unreadable', diagnosis: [found, ignored].filter(Boolean).join(' ') };
}

/** The text without the verdicts in it. */
function textAround({ text }: LinedText, statements: readonly Statement[]): string {
  const spans = statements
    .filter(({ standing }) => standing === 'own')
    .flatMap(({ span }) => (span ? [span] : []))
    .sort((a, b) => a.from - b.from);
  const starts = [0, ...spans.map(({ to }) => to)];
  const pieces = starts.map((start, index) => text.slice(start, spans[index]?.from));
  return tidy(pieces.join('').replace(/\n{3,}/g, '\n\n'));
}
