import { readJsonObject } from './json-reader.ts';
import { cleanText, linedText, positionAt } from './plain-text.ts';
import {
  memberStatements,
  nestedStatements,
  statementsOf,
  VERDICT_KEYS,
  WITHOUT_VERDICT,
} from './verdict-objects.ts';
import type { Statement } from './verdict-statement.ts';

const PLACE = { where: 'the typed answer', span: null };

const OWN = { standing: 'own', reason: '' } as const;

const NO_OBJECT = 'is a text that is not the JSON of one object';

/**
 * The verdicts of an agent's typed answer. Where there is none, the text is read. But one without a verdict, with a word
 * that is none, with a nested verdict, or that is no JSON object is a broken answer: the text is not believed instead.
 */
export function structuredStatements(structured: unknown): readonly Statement[] {
  if (structured === null || structured === undefined) return [];
  if (typeof structured === 'string') return textStatements(cleanText(structured).trim());
  if (typeof structured !== 'object') return [broken(`is not an object (${typeof structured})`)];
  const values = (key: string) =>
    Object.entries(structured).flatMap(([name, value]) =>
      name.toLowerCase() === key ? [value] : [],
    );
  const own = Array.isArray(structured) ? [] : memberStatements(values, PLACE, OWN);
  const found = own.length > 0 ? own : nestedStatements(nestedVerdicts(structured), PLACE);
  return claimed(found);
}

/** The JSON text of one object, and nothing else. */
function textStatements(text: string): readonly Statement[] {
  if (text === '') return [];
  if (!text.startsWith('{')) return [broken(NO_OBJECT)];
  const reading = readJsonObject(text, 0, text.length, VERDICT_KEYS);
  if (!reading.ok) {
    const position = positionAt(linedText(text), reading.at);
    return [broken(`${NO_OBJECT} (broken at ${position}: ${reading.problem})`)];
  }
  if (reading.to < text.length) return [broken(NO_OBJECT)];
  return claimed(statementsOf(text, reading.members, PLACE, OWN));
}

/** What a typed answer says; saying nothing is a fault of it. */
function claimed(statements: readonly Statement[]): readonly Statement[] {
  if (statements.some(({ standing }) => standing !== 'ignored')) return statements;
  return [broken(statements[0]?.problem ?? WITHOUT_VERDICT)];
}

function broken(problem: string): Statement {
  return { ...PLACE, standing: 'own', word: null, problem, feedback: '', findings: [] };
}

/** Every `verdict` at any depth, without recursion; what refers to itself is looked at once. */
function nestedVerdicts(structured: object): unknown[] {
  const verdicts: unknown[] = [];
  const seen = new Set<object>();
  const pending: object[] = [structured];
  for (let value = pending.pop(); value; value = pending.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    for (const [key, item] of Object.entries(value)) {
      if (key.toLowerCase() === 'verdict') verdicts.push(item);
      if (typeof item === 'object' && item !== null) pending.push(item);
    }
  }
  return verdicts;
}
