import type { BrokenObject, JsonScan } from './json-objects.ts';
import type { LinedText } from './plain-text.ts';
import { lineAt, positionAt } from './plain-text.ts';
import type { Standing } from './verdict-standing.ts';
import { standingOf } from './verdict-standing.ts';
import type { Statement } from './verdict-statement.ts';
import { decisionOf, REPEATED_FORM } from './verdict-statement.ts';

/** The word as a key: in whatever quotes with a separator behind it, or in quotes where that is missing. */
const KEY = /\\?["'`“”‘’]?verdict(?:\\?["'`“”‘’]?\s{0,9}[:=]|\\?["'`“”‘’])/gi;

/** Its value, when that is one word, and what follows. */
const VALUE = /\s{0,9}\\?["'`“”‘’]?([a-z]{1,20})\\?["'`“”‘’]?[ \t]{0,9}([\s\S]?)/iy;

/** What may follow the one word of a value: nothing, or the end of the member. */
const VALUE_ENDS = ['', ',', '}', '\n', '/', '#'];

/** Broken objects that are named though they have nothing to do with a verdict. */
const NAMED_WITHOUT_VERDICT = 3;

/**
 * Broken JSON that has a key `verdict`. It is never mended, so it never decides; but when it says something else than
 * the rest of the answer, or nothing that can be read, then the answer is not clear. `fence`: the standing of what
 * stands in the same fenced block, `null` outside of one.
 */
export function brokenStatements(
  lined: LinedText,
  { objects, broken }: JsonScan,
  fence: Standing | null,
): Statement[] {
  const stated = new Set<BrokenObject>();
  const statements = keysWithin(lined.text, broken, objects).map(({ object, at }) => {
    stated.add(object);
    return brokenStatement(lined, object, at, fence);
  });
  const others = broken.filter((object) => !stated.has(object) && isMeantAsJson(object));
  const notes = others.slice(-NAMED_WITHOUT_VERDICT).map((object) => note(lined, object));
  return [...statements, ...notes];
}

interface Key {
  readonly object: BrokenObject;
  /** Where its value begins. */
  readonly at: number;
}

/** Keys inside broken objects and outside of valid ones. All three lists ascend, so each is walked once. */
function keysWithin(text: string, broken: JsonScan['broken'], objects: JsonScan['objects']): Key[] {
  const keys: Key[] = [];
  let next = 0;
  let reach = -1;
  let valid = 0;
  for (const { index, end } of matchesOf(text, broken)) {
    for (let entry = broken[next]; entry && entry.from < index; entry = broken[next]) {
      reach = Math.max(reach, entry.to);
      next += 1;
    }
    while ((objects[valid]?.to ?? Infinity) <= index) valid += 1;
    const object = broken[next - 1];
    const isInValid = (objects[valid]?.from ?? Infinity) < index;
    if (object && index < reach && !isInValid && isKeyPosition(text, index))
      keys.push({ object, at: end });
  }
  return keys;
}

function* matchesOf(
  text: string,
  broken: JsonScan['broken'],
): Generator<{ index: number; end: number }> {
  const stop = broken.reduce((far, { to }) => Math.max(far, to), 0);
  const pattern = new RegExp(KEY);
  pattern.lastIndex = broken[0]?.from ?? text.length;
  for (let match = pattern.exec(text); match && match.index < stop; match = pattern.exec(text))
    yield { index: match.index, end: pattern.lastIndex };
}

/** Behind a brace, a comma or a comment, at the beginning of a line, or in quotes behind a value without its comma. */
function isKeyPosition(text: string, from: number): boolean {
  const near = text.slice(Math.max(0, from - 40), from);
  const before = near.trimEnd();
  const isQuoted = text.charAt(from).toLowerCase() !== 'v';
  return (
    /(?:^|\n)[ \t]*$/.test(near) ||
    /[{,/]$/.test(before) ||
    (isQuoted && /(?:["\]}\d]|\b(?:true|false|null))$/.test(before))
  );
}

function brokenStatement(
  lined: LinedText,
  object: BrokenObject,
  at: number,
  fence: Standing | null,
): Statement {
  VALUE.lastIndex = at;
  const [, value = '', following = ''] = VALUE.exec(lined.text) ?? [];
  const standing = fence ?? standingOf(lined, object);
  const isOffer = following === '|' && decisionOf(value) !== null;
  const place = placeOf(lined, object);
  if (isOffer || standing.standing === 'ignored')
    return {
      ...place,
      standing: 'ignored',
      problem: isOffer ? REPEATED_FORM : standing.reason,
    };
  const word = VALUE_ENDS.includes(following) ? decisionOf(value) : null;
  return { ...place, standing: 'doubtful', word, problem: breakage(lined, object) };
}

function note(lined: LinedText, object: BrokenObject): Statement {
  return { ...placeOf(lined, object), standing: 'ignored', problem: breakage(lined, object) };
}

/** A brace in a sentence or of code fails at once; this one had at least a key. */
function isMeantAsJson({ problem }: BrokenObject): boolean {
  return !/where a key|where ":"/.test(problem);
}

function placeOf(lined: LinedText, object: BrokenObject): Omit<Statement, 'standing' | 'problem'> {
  return {
    word: null,
    where: `the JSON object at ${lineAt(lined, object.from)}`,
    feedback: '',
    findings: [],
    span: { from: object.from, to: object.to },
  };
}

function breakage(lined: LinedText, { at, problem }: BrokenObject): string {
  return `is broken at ${positionAt(lined, at)}: ${problem}`;
}
