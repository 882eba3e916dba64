/**
 * Looks at all processes of this machine. They are shared by all runs of this process: with 200 of them, each looking
 * by itself, the looks would be most of what it does.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { environmentText, listProcesses, type ProcessEntry } from './process-table.ts';

/** The living processes at one moment. */
export interface Survey {
  readonly entries: readonly ProcessEntry[];
  /** When it was begun, on the clock of `performance.now()`. */
  readonly at: number;
  /** Whether a process was started with all of these variables, each as {@link variable} writes it. */
  has(entry: ProcessEntry, variables: readonly string[]): boolean;
}

/** A variable with its value, as it stands in an environment. */
export function variable(name: string, value: string): string {
  return `\0${name}=${value}\0`;
}

/** Looks now. */
export function takeSurvey(): Survey {
  const at = performance.now();
  const entries = listProcesses();
  forgetAllBut(entries);
  latest = { entries, at, has };
  return latest;
}

/** A look that is not older than so many ms: it may be another's. */
export function recentSurvey(maxAgeMs: number): Survey {
  return latest && performance.now() - latest.at <= maxAgeMs ? latest : takeSurvey();
}

/** A look that begins after this call, together with all who ask in the same turn: what lives now and then is in it. */
export function nextSurvey(): Promise<Survey> {
  pending ??= nextTurn().then(() => {
    pending = null;
    return takeSurvey();
  });
  return pending;
}

let latest: Survey | null = null;
let pending: Promise<Survey> | null = null;

/** Environments by pid: each is read once, since it stays as long as the process runs the same program. */
const environments = new Map<number, { readonly image: string; readonly text: string }>();

function has(entry: ProcessEntry, variables: readonly string[]): boolean {
  const text = environmentOf(entry);
  return variables.every((one) => text.includes(one));
}

function environmentOf({ pid, image }: ProcessEntry): string {
  const known = environments.get(pid);
  if (known && known.image === image) return known.text;
  const text = environmentText(pid);
  if (image !== null) environments.set(pid, { image, text });
  return text;
}

function forgetAllBut(entries: readonly ProcessEntry[]): void {
  const living = new Set(entries.map(({ pid }) => pid));
  for (const pid of environments.keys()) if (!living.has(pid)) environments.delete(pid);
}
