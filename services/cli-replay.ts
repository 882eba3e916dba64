/** `oneshot replay`: what a run did, computed again from its journal. Starts no process and changes nothing. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commandContext, STREAMS, usesColor } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { RunNotFoundError, UsageError } from './errors.ts';
import { expandGlob } from './glob.ts';
import { type ReplayOutcome, replay, replaySteps } from './replay.ts';
import { outcomeLine, stepJson, stepText } from './replay-text.ts';
import { findRun, listRunIds, runFolder } from './run-store.ts';

export async function replayCommand(id: string, options: CommandOptions): Promise<number> {
  const { cwd, config } = await commandContext(options);
  const { runsDir } = config;
  if (typeof options.all === 'string') return replayAll(options.all, cwd, runsDir, options);
  const journal = journalOf(id, cwd, runsDir);
  if (options.speed !== undefined) return play(id, runsDir, options);
  if (options.at !== undefined) return showAt(journal, seqOf(options.at));
  const outcome = options.verify ? replay(journal) : printSteps(journal, options);
  tell(journal, outcome, options);
  return exitCodeOf(outcome);
}

/** Prints each step as it is computed. */
function printSteps(journal: string, options: CommandOptions): ReplayOutcome {
  const steps = replaySteps(journal);
  const color = usesColor(options, process.stdout);
  for (let next = steps.next(); ; next = steps.next()) {
    if (next.done) return next.value;
    STREAMS.out(`${options.json ? stepJson(next.value) : stepText(next.value, color)}\n`);
  }
}

/** All journals that a pattern means; one that is wrong does not keep the others from being replayed. */
function replayAll(pattern: string, cwd: string, runsDir: string, options: CommandOptions): number {
  const journals = journalsOf(pattern, cwd, runsDir);
  if (journals.length === 0) throw new RunNotFoundError(`No journal is meant by "${pattern}".`);
  const codes = journals.map((journal) => {
    const outcome = replay(journal);
    tell(journal, outcome, options);
    return exitCodeOf(outcome);
  });
  return codes.includes(1) ? 1 : Math.max(...codes);
}

/** A result goes to standard output, also of `--verify`, where it is all there is. */
function tell(journal: string, outcome: ReplayOutcome, options: CommandOptions): void {
  const color = usesColor(options, process.stdout);
  const line = options.json
    ? JSON.stringify({ type: 'replay', version: 1, journal, ...outcome })
    : outcomeLine(journal, outcome, color);
  STREAMS.out(`${line}\n`);
}

function exitCodeOf({ kind }: ReplayOutcome): number {
  switch (kind) {
    case 'identical':
      return 0;
    case 'diverged':
      return 1;
    case 'incompatible':
    case 'corrupt':
      return 2;
  }
}

function showAt(journal: string, seq: number): number {
  const steps = replaySteps(journal);
  for (let next = steps.next(); ; next = steps.next()) {
    if (next.done) return missing(journal, seq, next.value);
    const { before: _, ...step } = next.value;
    if (step.seq !== seq) continue;
    STREAMS.out(`${JSON.stringify(step, null, 2)}\n`);
    return 0;
  }
}

function missing(journal: string, seq: number, outcome: ReplayOutcome): number {
  if (outcome.kind === 'identical') {
    throw new UsageError(`There is no seq ${seq}: the run has 0 to ${outcome.steps - 1}.`);
  }
  tell(journal, outcome, {});
  return exitCodeOf(outcome);
}

/** Plays the run in the page, in its own time or faster. No browser is opened: a replay starts no process. */
async function play(id: string, runsDir: string, options: CommandOptions): Promise<number> {
  const { servePlayback } = await import('./cli-inspect.ts');
  return servePlayback(findRun(runsDir, id), speedOf(options.speed), options);
}

function speedOf(text: CommandOptions[string]): number {
  const speed = typeof text === 'string' ? Number(text) : Number.NaN;
  if (Number.isFinite(speed) && speed > 0) return speed;
  throw new UsageError(`--speed is "${text}"; it is a number above 0: 1 is the run's own time.`);
}

function seqOf(text: CommandOptions[string]): number {
  if (typeof text === 'string' && /^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--at is "${text}"; it is a seq, as \`oneshot replay\` shows them.`);
}

/** The journal of a run, or one that is named by its path. */
function journalOf(id: string, cwd: string, runsDir: string): string {
  if (!id.includes('/')) return findRun(runsDir, id).journal;
  const journal = asJournal(resolve(cwd, id));
  if (existsSync(journal)) return journal;
  throw new RunNotFoundError(`There is no journal at ${journal}.`);
}

/** A pattern with a slash means paths, of journals or run folders; one without means ids. */
function journalsOf(pattern: string, cwd: string, runsDir: string): string[] {
  const paths = pattern.includes('/') ? expandGlob(pattern, cwd) : expandGlob(pattern, runsDir);
  const known = new Set(listRunIds(runsDir).map((id) => runFolder(runsDir, id).path));
  const meant = pattern.includes('/') ? paths : paths.filter((path) => known.has(path));
  return meant.map(asJournal).filter((path) => existsSync(path) && isJournalName(path));
}

/** `**` means everything in a run's folder. */
function isJournalName(path: string): boolean {
  return path.endsWith('.ndjson') && !path.endsWith('oneshot-log.ndjson');
}

function asJournal(path: string): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder ? join(path, 'journal.ndjson') : path;
}
