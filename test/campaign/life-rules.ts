/** What must hold of the lives of the agents and checks of one run, whatever happened to it. Pure. */

/** Broken rules, in sentences. */
export function brokenRules(life: readonly (readonly string[])[]): string[] {
  return [...saidByThemselves(life), ...startedTwice(life), ...runAgain(life)];
}

/** An agent looks by itself for its record, and for others of its run. */
function saidByThemselves(life: readonly (readonly string[])[]): string[] {
  return life.flatMap(([word, attempt, , other]) => {
    if (word === 'unrecorded') return [`${attempt} ran without its record`];
    if (word === 'overlap')
      return [`${attempt} ran while an agent of its run was alive (${other})`];
    return [];
  });
}

function startedTwice(life: readonly (readonly string[])[]): string[] {
  const started = life.filter(([word]) => word === 'start').map(([, attempt]) => attempt);
  const twice = new Set(started.filter((attempt, index) => started.indexOf(attempt) < index));
  return [...twice].map((attempt) => `${attempt} was started twice`);
}

/** A result is judged, or the run is over: the same is not done again. */
function runAgain(life: readonly (readonly string[])[]): string[] {
  const broken: string[] = [];
  let given: Given | null = null;
  for (const [word, name = '', , verdict] of life) {
    if (word === 'result') given = { attempt: name, verdict };
    if (word === 'check' && name === 'fail') given = null;
    if (word !== 'start' || !given) continue;
    if (!mayFollow(given, roleOf(name)))
      broken.push(`${name} was started after the result of ${given.attempt}`);
    given = null;
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
