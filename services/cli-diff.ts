/** `oneshot diff`: what a run, or one of its attempts, changed. */
import { styleText } from 'node:util';
import { changedFiles, patchBytes, patchStat } from '../actors/git-diff.ts';
import { withPlain, writeTreeNow } from '../actors/tree-now.ts';
import type { ChangedFile } from '../machines/changes.ts';
import type { SkippedFile } from '../machines/contracts.ts';
import { formatByteSize } from './byte-sizes.ts';
import { commandContext, STREAMS, usesColor } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { findRun } from './run-store.ts';
import {
  attemptNumber,
  findAttempt,
  firstTree,
  openTrees,
  type RunTrees,
  usingGit,
} from './run-trees.ts';
import { safeLine, safeText } from './safe-text.ts';

export async function diffCommand(id: string, options: CommandOptions): Promise<number> {
  const { config } = await commandContext(options);
  const number = attemptNumber(options.attempt);
  const trees = await openTrees(findRun(config.runsDir, id));
  return usingGit(async () => {
    const span = await spanOf(trees, number);
    if (options.json) await printJson(trees, span, number);
    else await printText(trees, span, options);
    return 0;
  });
}

/** The trees to compare. */
interface Span {
  readonly from: string;
  readonly to: string;
  /** The attempt goes on, or was lost: `to` is the tree as it is now. */
  readonly isNow: boolean;
  readonly skipped: readonly SkippedFile[];
}

async function spanOf(trees: RunTrees, number: number | null): Promise<Span> {
  const last = trees.attempts.at(-1) ?? trees.attempts[0];
  const attempt = number === null ? last : findAttempt(trees, number);
  const from = (number === null ? null : attempt.before)?.tree ?? firstTree(trees).tree;
  const { after } = attempt;
  if (after) return { from, to: after.tree, isNow: false, skipped: after.skipped };
  const later = trees.attempts.find(({ number: other }) => other > attempt.number)?.before;
  if (later) return { from, to: later.tree, isNow: false, skipped: later.skipped };
  const now = await withPlain(trees, (plain) =>
    writeTreeNow(trees, plain, trees.settings.fileLimitBytes),
  );
  return { from, to: now.tree, isNow: true, skipped: now.skipped };
}

async function printText(
  { repository }: RunTrees,
  { from, to, isNow, skipped }: Span,
  options: CommandOptions,
): Promise<void> {
  if (isNow)
    STREAMS.err('The last attempt has no end yet: compared with the files as they are now.\n');
  for (const file of skipped) STREAMS.err(`Not recorded: ${skippedText(file)}\n`);
  if (options.stat) {
    const stat = await patchStat(repository, from, to, process.stdout.columns || 100);
    STREAMS.out(safeText(stat));
    return;
  }
  const patch = await patchBytes(repository, from, to);
  if (process.stdout.isTTY)
    STREAMS.out(paintPatch(patch.toString(), usesColor(options, process.stdout)));
  // Whoever applies it needs its very bytes.
  else process.stdout.write(patch);
}

/** What `diff --json` prints. */
export interface DiffLine {
  readonly type: 'diff';
  readonly version: 1;
  readonly run: string;
  /** `null`: from the beginning of the run to its end. */
  readonly attempt: number | null;
  /** Names of git's tree objects. */
  readonly from: string;
  readonly to: string;
  /** Whether `to` is the work tree as it is now, since the attempt has no end yet. */
  readonly isNow: boolean;
  readonly files: readonly ChangedFile[];
  readonly skipped: readonly SkippedFile[];
}

async function printJson(trees: RunTrees, span: Span, attempt: number | null): Promise<void> {
  const files = await changedFiles(trees.repository, span.from, span.to);
  const line: DiffLine = {
    type: 'diff',
    version: 1,
    run: trees.folder.id,
    attempt,
    ...span,
    files,
  };
  STREAMS.out(`${JSON.stringify(line)}\n`);
}

function skippedText({ path, bytes, why }: SkippedFile): string {
  const cause =
    why === 'tooLarge' ? `larger than the limit, ${formatByteSize(bytes)}` : 'unreadable';
  return `${safeLine(path)} (${cause})`;
}

const LINE_STYLES: readonly [start: RegExp, style: Parameters<typeof styleText>[0]][] = [
  [/^(diff|index|---|\+\+\+|new file|deleted file|old mode|new mode|similarity|rename) /, 'bold'],
  [/^@@/, 'cyan'],
  [/^\+/, 'green'],
  [/^-/, 'red'],
];

/** For a terminal, which obeys no control character of a file's. */
function paintPatch(patch: string, color: boolean): string {
  const paint = (line: string) => {
    const style = color ? LINE_STYLES.find(([start]) => start.test(line))?.[1] : undefined;
    return style ? styleText(style, line) : line;
  };
  return safeText(patch).split('\n').map(paint).join('\n');
}
