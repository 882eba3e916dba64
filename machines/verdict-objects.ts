/** The rungs of JSON: verdicts as an agent's typed answer, and as objects in its text. */
import type { Block } from './fenced-blocks.ts';
import { isPlainFence } from './fenced-blocks.ts';
import type { JsonObject } from './json-objects.ts';
import { scanJsonObjects } from './json-objects.ts';
import type { JsonMember } from './json-reader.ts';
import type { LinedText } from './plain-text.ts';
import { lineAt } from './plain-text.ts';
import { brokenStatements } from './verdict-broken.ts';
import { feedbackText, findingTexts } from './verdict-content.ts';
import type { Standing } from './verdict-standing.ts';
import { leadStanding, standingOf } from './verdict-standing.ts';
import type { Statement } from './verdict-statement.ts';
import { decisionOf, isChoice, quoted, REPEATED_FORM } from './verdict-statement.ts';

/** The keys that are read, in lower case. */
export const VERDICT_KEYS: ReadonlySet<string> = new Set(['verdict', 'feedback', 'findings']);

export const WITHOUT_VERDICT = 'has no key "verdict"';

type Place = Pick<Statement, 'where' | 'span'>;

/** What every key of an object, however often it stands there, was given. */
type Values = (key: string) => readonly unknown[];

/** The verdicts of all JSON objects in a text, in the order of the text. */
export function objectStatements(lined: LinedText, blocks: readonly Block[]): Statement[] {
  return blocks.flatMap((block) => blockStatements(lined, block));
}

/** The verdicts of one object of a text: its own, else those inside of it, else that there is none. */
export function statementsOf(
  text: string,
  members: readonly JsonMember[],
  place: Place,
  standing: Standing,
): Statement[] {
  const own = members.filter(({ depth }) => depth === 1);
  if (own.some(({ key }) => key === 'verdict'))
    return memberStatements(valuesOf(text, own), place, standing);
  const strings = members.filter(({ from }) => text.charAt(from) === '"');
  const nested = nestedStatements(valuesOf(text, strings)('verdict'), place);
  if (nested.length === 0) return [ignoredStatement(place, WITHOUT_VERDICT)];
  return standing.standing === 'ignored' ? nested.map(ignored(standing)) : nested;
}

/** The verdicts of an object by what its keys were given: one for each `verdict`. */
export function memberStatements(values: Values, place: Place, standing: Standing): Statement[] {
  const feedback = values('feedback').map(feedbackText).findLast(Boolean) ?? '';
  const findings =
    values('findings')
      .map(findingTexts)
      .findLast(({ length }) => length > 0) ?? [];
  return values('verdict').map((value, index, all) => {
    const where =
      all.length > 1 ? `key "verdict" number ${index + 1} of ${place.where}` : place.where;
    const isForm = all.length === 1 && isChoiceOffered(value);
    const statement = isForm
      ? ignoredStatement(place, REPEATED_FORM)
      : wordStatement(value, { ...place, where }, standing);
    return { ...statement, feedback, findings };
  });
}

/** A verdict inside something that has none of its own: it decides nothing, and counts only where it is one. */
export function nestedStatements(values: readonly unknown[], place: Place): Statement[] {
  const standing: Standing = {
    standing: 'doubtful',
    reason: 'has it inside another key; "verdict" must be a key of the object itself',
  };
  return values
    .map((value) => wordStatement(value, place, standing))
    .filter(({ word }) => word !== null);
}

/** Nothing that decides; what is found is said when there is no verdict at all. */
function ignoredStatement(place: Place, problem: string): Statement {
  return { ...place, standing: 'ignored', word: null, problem, feedback: '', findings: [] };
}

function wordStatement(value: unknown, place: Place, { standing, reason }: Standing): Statement {
  const word = typeof value === 'string' ? decisionOf(value) : null;
  if (word === null && standing !== 'own') return ignoredStatement(place, unknownWord(value));
  const problem = word === null ? unknownWord(value) : reason;
  return { ...place, standing, word, problem, feedback: '', findings: [] };
}

function isChoiceOffered(value: unknown): boolean {
  return typeof value === 'string' && isChoice(value);
}

function unknownWord(value: unknown): string {
  const shown = typeof value === 'string' ? quoted(value) : `not a string (${typeName(value)})`;
  return `has a "verdict" that is ${shown}; it must be "done", "retry" or "impossible"`;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function blockStatements(lined: LinedText, block: Block): Statement[] {
  const scan = scanJsonObjects(lined.text, block.from, block.to, VERDICT_KEYS);
  const fence = fenceStanding(lined, block, scan.objects);
  const standing = (object: JsonObject) =>
    fence ?? (object.enclosed ? ENCLOSED : standingOf(lined, object));
  return [
    ...scan.objects.flatMap((object) => objectStatement(lined, object, standing(object), block)),
    ...brokenStatements(lined, scan, fence),
  ];
}

const ENCLOSED: Standing = {
  standing: 'doubtful',
  reason: 'stands between the braces of something that is no JSON',
};

/** `null` outside of fences, where each object is judged by itself. */
function fenceStanding(
  lined: LinedText,
  block: Block,
  objects: readonly JsonObject[],
): Standing | null {
  if (block.info === null) return null;
  if (!isPlainFence(block))
    return { standing: 'ignored', reason: `stands in a block of ${quoted(block.info)}` };
  const isAlone = gaps(block, objects).every(
    ([from, to]) => lined.text.slice(from, to).trim() === '',
  );
  if (isAlone) return leadStanding(lined, block.outer.from);
  return { standing: 'doubtful', reason: 'stands in a fenced block together with something else' };
}

function gaps({ from, to }: Block, objects: readonly JsonObject[]): [number, number][] {
  const starts = [from, ...objects.map((object) => object.to)];
  return starts.map((start, index) => [start, objects[index]?.from ?? to]);
}

function objectStatement(
  lined: LinedText,
  object: JsonObject,
  standing: Standing,
  block: Block,
): Statement[] {
  const span = block.info === null ? { from: object.from, to: object.to } : block.outer;
  const place = { where: `the JSON object at ${lineAt(lined, object.from)}`, span };
  return statementsOf(lined.text, object.members, place, standing);
}

function ignored({ standing, reason }: Standing): (statement: Statement) => Statement {
  return (statement) => ({ ...statement, standing, problem: reason });
}

function valuesOf(text: string, members: readonly JsonMember[]): Values {
  return (key) =>
    members
      .filter((member) => member.key === key)
      .map(({ from, to }): unknown => JSON.parse(text.slice(from, to)));
}
