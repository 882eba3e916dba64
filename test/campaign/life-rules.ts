/** What must hold of the lives of the agents and checks of one run, whatever happened to it. Pure. */
import { BROKEN } from './broken-rules.ts';

/** A line for each step of a life, as words: test/fixtures/campaign/claude and check.sh write them. */
export type Life = readonly (readonly string[])[];

export interface LifeOptions {
  /** Whether no auditor may be started before checks have passed. */
  readonly hasChecks?: boolean;
}

/** Broken rules, in sentences. */
export function brokenRules(life: Life, { hasChecks = false }: LifeOptions = {}): string[] {
  return [
    ...saidByThemselves(life),
    ...startedTwice(life),
    ...runAgain(life),
    ...(hasChecks ? unchecked(life) : []),
  ];
}

/** Whether a run came to its end by what its auditor said. An auditor says so before it answers. */
export function brokenVerdict(life: Life, state: string): string[] {
  const due = VERDICTS[state];
  const given = life.filter(([word]) => word === 'gives').at(-1)?.[3] ?? 'none';
  return due === undefined || due === given ? [] : [BROKEN.falseEnd(state, given)];
}

/** Whether what each worker did before its result is there. */
export function lostWork(life: Life, work: readonly string[]): string[] {
  return life
    .filter(([word, attempt = '']) => word === 'result' && roleOf(attempt) === 'worker')
    .map(([, attempt = '']) => attempt)
    .filter((attempt) => !work.includes(attempt))
    .map(BROKEN.workLost);
}

const VERDICTS: Readonly<Record<string, string>> = { completed: 'done', rejected: 'impossible' };

/** An agent looks by itself for its record, and for others of its run. */
function saidByThemselves(life: Life): string[] {
  return life.flatMap(([word, attempt = '', , other = '']) => {
    if (word === 'unrecorded') return [BROKEN.unrecorded(attempt)];
    return word === 'overlap' ? [BROKEN.overlap(attempt, other)] : [];
  });
}

function startedTwice(life: Life): string[] {
  const started = life.filter(([word]) => word === 'start').map(([, attempt = '']) => attempt);
  const twice = new Set(started.filter((attempt, index) => started.indexOf(attempt) < index));
  return [...twice].map(BROKEN.startedTwice);
}

/** A result is judged, or the run is over: the same is not done again. */
function runAgain(life: Life): string[] {
  const broken: string[] = [];
  let given: Given | null = null;
  for (const [word, name = '', , verdict] of life) {
    if (word === 'result') given = { attempt: name, verdict };
    if (word === 'check' && name === 'fail') given = null;
    if (word !== 'start' || !given) continue;
    if (!mayFollow(given, roleOf(name))) broken.push(BROKEN.doneAgain(name, given.attempt));
    given = null;
  }
  return broken;
}

/** Each result of a worker is checked before it is judged. */
function unchecked(life: Life): string[] {
  const broken: string[] = [];
  let hasPassed = false;
  for (const [word, name = ''] of life) {
    if (word === 'check') hasPassed = name === 'pass';
    if (word === 'start' && roleOf(name) === 'worker') hasPassed = false;
    if (word === 'start' && roleOf(name) === 'auditor' && !hasPassed)
      broken.push(BROKEN.unchecked(name));
  }
  return broken;
}

interface Given {
  readonly attempt: string;
  /** Only an auditor gives one. */
  readonly verdict: string | undefined;
}

function mayFollow({ attempt, verdict }: Given, role: string): boolean {
  if (roleOf(attempt) === 'worker') return role === 'auditor';
  return verdict === 'retry' && role === 'worker';
}

function roleOf(attempt: string): string {
  return attempt.slice(attempt.indexOf('-') + 1);
}
