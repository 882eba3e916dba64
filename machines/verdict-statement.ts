import type { Verdict } from './contracts.ts';

/** What an auditor may decide. */
export type Decision = Exclude<Verdict['kind'], 'unreadable'>;

const DECISIONS: readonly Decision[] = ['done', 'retry', 'impossible'];

/**
 * A place in an answer that names a verdict.
 *
 * - `own`: the auditor's verdict. One that cannot be read (`word` is null) makes the answer unreadable.
 * - `doubtful`: perhaps its verdict, perhaps an example, a part of something else, or broken. It never decides, but
 *   nothing that differs from it is believed.
 * - `ignored`: a quotation, or nothing to do with a verdict. Named in the diagnosis when nothing else is found.
 */
export interface Statement {
  readonly standing: 'own' | 'doubtful' | 'ignored';
  readonly word: Decision | null;
  /** `the JSON object at line 3`. */
  readonly where: string;
  /** Why it cannot be read or does not decide, to be read after `where`; empty when it is plain. */
  readonly problem: string;
  readonly feedback: string;
  readonly findings: readonly string[];
  /** What of the text belongs to it; `null` when it is not in the text. */
  readonly span: { readonly from: number; readonly to: number } | null;
}

/** What the statements of one rung amount to. */
export type Settlement =
  | {
      readonly decided: true;
      readonly word: Decision;
      readonly where: string;
      readonly feedback: string;
      readonly findings: readonly string[];
    }
  | { readonly decided: false; readonly diagnosis: string };

/** The problem of an object that is the form of the instruction, not an answer. */
export const REPEATED_FORM = 'repeats the form of the instruction and chooses nothing';

/** Places that a diagnosis names. */
const PLACES_NAMED = 4;

/** Characters of the answer that a diagnosis quotes at one place. */
const QUOTED_LENGTH = 60;

/** The decision that a word names; case and surrounding blanks do not matter, anything else does. */
export function decisionOf(word: string): Decision | null {
  const normal = word.trim().toLowerCase();
  return DECISIONS.find((decision) => decision === normal) ?? null;
}

/** Whether this is the choice offered by the instruction, such as `done | retry | impossible`. */
export function isChoice(text: string): boolean {
  const words = text.toLowerCase().replace(/^[\s<([{"']+|[\s>)\]}"']+$/g, '');
  const parts = words.split(/["'\s]*(?:\||\/|,|\bor\b)["'\s]*/);
  return parts.length > 1 && parts.every((part) => decisionOf(part) !== null);
}

/** A short piece of the answer, quoted for a diagnosis. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text);
}

/** Where the form of the instruction stands last among these statements; -1 when it does not. */
export function lastFormAt(statements: readonly Statement[]): number {
  const forms = statements.filter(({ problem }) => problem === REPEATED_FORM);
  return forms.reduce((last, { span }) => Math.max(last, span?.from ?? -1), -1);
}

/**
 * The prompt ends with the form of the answer, and quotes the worker's report before it. An agent that prints its prompt
 * thus prints the worker's words in front of the form: they are not the auditor's.
 */
export function doubtBefore(statements: readonly Statement[], formAt: number): Statement[] {
  return statements.map((statement) =>
    statement.standing === 'own' && (statement.span?.from ?? Infinity) < formAt
      ? { ...statement, standing: 'doubtful', problem: statement.problem || BEFORE_FORM }
      : statement,
  );
}

const BEFORE_FORM = 'stands before the form of the instruction, like a part of the prompt';

/** Decides a rung; `null` when nothing on it names a verdict. Of several, the last that has feedback gives it. */
export function settle(statements: readonly Statement[]): Settlement | null {
  const own = statements.filter(({ standing }) => standing === 'own');
  const doubtful = statements.filter(({ standing }) => standing === 'doubtful');
  const first = own.find(({ word }) => word === null) ?? own[0];
  if (!first) return doubtful.length > 0 ? undecided(listed(doubtful)) : null;
  if (first.word === null) return undecided(listed(own.filter(({ word }) => word === null)));
  const against = [...own, ...doubtful].filter(({ word }) => word !== first.word);
  if (against.length > 0) return undecided(contradiction(first, against));
  return {
    decided: true,
    word: first.word,
    where: first.where,
    feedback: own.findLast(({ feedback }) => feedback !== '')?.feedback ?? '',
    findings: own.findLast(({ findings }) => findings.length > 0)?.findings ?? [],
  };
}

/** The statements as sentences. */
export function listed(statements: readonly Statement[]): string {
  const sentences = [...new Set(statements.map(sentence))];
  const more = sentences.length - PLACES_NAMED;
  const shown = sentences.slice(0, PLACES_NAMED).join(' ');
  return more > 0 ? `${shown} And ${more} more.` : shown;
}

function contradiction(first: Statement, against: readonly Statement[]): string {
  return `Different verdicts: ${sentence(first)} ${listed(against)} Give exactly one.`;
}

function sentence({ where, word, problem }: Statement): string {
  const subject = `${where.charAt(0).toUpperCase()}${where.slice(1)}`;
  if (word === null) return `${subject} ${problem}.`;
  return problem === ''
    ? `${subject} says ${quoted(word)}.`
    : `${subject} says ${quoted(word)} but ${problem}.`;
}

function undecided(diagnosis: string): Settlement {
  return { decided: false, diagnosis };
}
