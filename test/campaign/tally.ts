/** What a campaign has come to so far, and its table. */
import type { Course } from './killed-run.ts';

export interface Tally {
  runs: number;
  resumes: number;
  violations: number;
  races: number;
  /** Kills by what they came to be by: an instant, or a kind of failpoint with its moment. */
  readonly kills: Map<string, number>;
  withAgents: number;
}

export function emptyTally(): Tally {
  return { runs: 0, resumes: 0, violations: 0, races: 0, kills: new Map(), withAgents: 0 };
}

export function addCourse(tally: Tally, course: Course): void {
  tally.runs += 1;
  tally.resumes += course.resumes;
  if (course.broken.length > 0) tally.violations += 1;
  for (const kill of course.kills) {
    const kind = kindOf(kill);
    tally.kills.set(kind, (tally.kills.get(kind) ?? 0) + 1);
    if (kill.endsWith('+agents')) tally.withAgents += 1;
  }
}

export function tallyTable(tally: Tally, seconds: number): string {
  const all = [...tally.kills.values()].reduce((sum, count) => sum + count, 0);
  const byKind = [...tally.kills].sort(([one], [other]) => one.localeCompare(other));
  const rows: [string, string | number][] = [
    ['runs', tally.runs],
    ['resumes', tally.resumes],
    ['kills', all],
    ...byKind.map(([kind, count]): [string, number] => [`  ${kind}`, count]),
    ['  of these with all agents', tally.withAgents],
    ['races of two resumes', tally.races],
    ['violations', tally.violations],
    ['seconds', seconds.toFixed(0)],
  ];
  return rows.map(([name, value]) => `${name.padEnd(30)}${`${value}`.padStart(8)}`).join('\n');
}

/** `fsync:7:before+agents` is `before fsync`. */
function kindOf(kill: string): string {
  const [kind = '', , moment] = kill.replace('+agents', '').split(':');
  return moment === undefined ? `at a random ${kind}` : `${moment} ${kind}`;
}
