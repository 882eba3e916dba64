/** Which run was forked from which. */
import type { Phase } from '../machines/context.ts';
import { listRuns, type RunSummary } from './run-store.ts';

export interface Member {
  readonly run: string;
  /** The step of its parent that it begins at; `null` for a run of its own, or one whose parent is gone. */
  readonly seq: number | null;
  readonly state: Phase | null;
  readonly children: readonly Member[];
}

/** The whole family of a run, from its oldest ancestor that is still there. */
export function familyOf(runsDir: string, id: string): Member {
  const runs = listRuns(runsDir);
  const byId = new Map(runs.map((run) => [run.id, run]));
  let oldest = id;
  for (let parent = parentOf(byId.get(id)); parent && byId.has(parent.run); ) {
    oldest = parent.run;
    parent = parentOf(byId.get(oldest));
    if (oldest === id) break;
  }
  return memberOf(oldest, null, runs);
}

/** The runs that were forked from a run, the oldest first. */
export function childrenOf(runsDir: string, id: string): { run: string; seq: number }[] {
  return listRuns(runsDir).flatMap((run) => {
    const parent = parentOf(run);
    return parent?.run === id ? [{ run: run.id, seq: parent.seq }] : [];
  });
}

/** One line for each member, the one that is asked about marked; none for a run without family. */
export function familyLines(member: Member, id: string, depth = 0): string[] {
  if (depth === 0 && member.children.length === 0) return [];
  const place = member.seq === null ? '' : ` from seq ${member.seq}`;
  const mark = member.run === id ? '  ← this run' : '';
  const indent = depth === 0 ? '' : `${'   '.repeat(depth - 1)}└─ `;
  const own = `  ${indent}${member.run}${place} (${member.state ?? 'unreadable'})${mark}`;
  return [own, ...member.children.flatMap((child) => familyLines(child, id, depth + 1))];
}

/** A run is younger than its parent, so ids tell that nobody descends from itself. */
function memberOf(run: string, seq: number | null, runs: readonly RunSummary[]): Member {
  const children = runs.flatMap((each) => {
    const parent = parentOf(each);
    return parent?.run === run && each.id > run ? [memberOf(each.id, parent.seq, runs)] : [];
  });
  const state = runs.find(({ id }) => id === run)?.file?.state ?? null;
  return { run, seq, state, children };
}

function parentOf(summary: RunSummary | undefined): { run: string; seq: number } | null {
  return summary?.file?.parent ?? null;
}
