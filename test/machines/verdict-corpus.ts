/** The corpus of auditors' answers under `test/fixtures/verdicts`, each with the reading that it must get. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Verdict } from '../../machines/contracts.ts';
import type { AuditorAnswer } from '../../machines/verdict.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/verdicts', import.meta.url));

export interface Expectation {
  readonly kind: Verdict['kind'];
  readonly feedback?: string;
  readonly findings?: readonly string[];
  /** A part of the diagnosis of an unreadable answer. */
  readonly diagnosisIncludes?: string;
}

interface Row {
  readonly name: string;
  /** A list is the lines of the text. */
  readonly text: string | readonly string[];
  readonly structured?: unknown;
  readonly expect: Expectation;
}

export interface Sample {
  readonly topic: string;
  readonly name: string;
  readonly answer: AuditorAnswer;
  readonly expected: Expectation;
}

export function verdictCorpus(): Sample[] {
  return readdirSync(FOLDER).sort().flatMap(samplesOf);
}

function samplesOf(file: string): Sample[] {
  // The fixtures are ours; a row without its expectation fails the test of that row.
  const rows = JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Row[];
  return rows.map(({ name, text, structured, expect: expected }) => ({
    topic: file.replace('.json', ''),
    name,
    answer: {
      text: typeof text === 'string' ? text : text.join('\n'),
      structured: structured ?? null,
    },
    expected,
  }));
}
