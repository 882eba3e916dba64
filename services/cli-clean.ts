/** `oneshot clean`: shows what it would remove, and with `--yes` removes it. */
import type { Phase } from '../machines/context.ts';
import { formatByteSize } from './byte-sizes.ts';
import {
  type CleanedRun,
  type CleanVerdict,
  cleanRun,
  type KeptRun,
  OVER,
  planClean,
} from './clean.ts';
import { commandContext, STREAMS } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { formatDuration } from './durations.ts';
import { UsageError } from './errors.ts';
import { findRun } from './run-store.ts';

const DAY_MS = 86_400_000;

/** Default of `--older-than`. */
const OLD_MS = 30 * DAY_MS;

export async function cleanCommand(options: CommandOptions): Promise<number> {
  const { config } = await commandContext(options);
  const { runsDir } = config;
  const isDry = options.yes !== true || options.dryRun === true;
  const named = [options.run ?? []].flat().map((id) => findRun(runsDir, `${id}`));
  const request = {
    runsDir,
    olderThanMs: ageOf(options.olderThan),
    states: statesOf(options.state),
    named,
    now: Date.now(),
  };
  const verdicts = await planClean(request);
  const results = isDry ? verdicts.map(withoutHandles) : await cleanAll(verdicts);
  const removed = results.filter((result): result is CleanedRun => !('why' in result));
  const kept = results.filter((result): result is KeptRun => 'why' in result);
  const line: CleanLine = { type: 'clean', version: 1, dryRun: isDry, removed, kept };
  STREAMS.out(options.json ? `${JSON.stringify(line)}\n` : described(line));
  return named.length > 0 && kept.length > 0 ? 1 : 0;
}

/** What `clean --json` prints. */
export interface CleanLine {
  readonly type: 'clean';
  readonly version: 1;
  /** Nothing was removed: it would be. */
  readonly dryRun: boolean;
  readonly removed: readonly CleanedRun[];
  /** Runs that were meant and are kept all the same. */
  readonly kept: readonly KeptRun[];
}

async function cleanAll(verdicts: readonly CleanVerdict[]): Promise<(CleanedRun | KeptRun)[]> {
  const results: (CleanedRun | KeptRun)[] = [];
  for (const verdict of verdicts)
    results.push('why' in verdict ? verdict : await cleanRun(verdict));
  return results;
}

function withoutHandles(verdict: CleanVerdict): CleanedRun | KeptRun {
  if ('why' in verdict) return verdict;
  const { folder: _folder, remains: _remains, ...cleaned } = verdict;
  return cleaned;
}

/** `30d`, `12h`, `0d`. */
function ageOf(option: CommandOptions[string]): number {
  if (option === undefined) return OLD_MS;
  const [, number, unit = 'd'] = /^(\d{1,6})([hdw])?$/.exec(`${option}`) ?? [];
  if (number === undefined)
    throw new UsageError(`--older-than is "${option}"; it is an age such as 12h, 30d or 8w.`);
  return Number(number) * { h: DAY_MS / 24, d: DAY_MS, w: 7 * DAY_MS }[unit as 'h' | 'd' | 'w'];
}

function statesOf(option: CommandOptions[string]): readonly Phase[] {
  if (option === undefined) return OVER;
  const wanted = [option].flat().flatMap((text) => `${text}`.split(','));
  const states = OVER.filter((state) => wanted.includes(state));
  if (states.length === wanted.length) return states;
  throw new UsageError(
    `--state is "${wanted.join(',')}"; it is completed or rejected. A run that can still be resumed is ` +
      'removed only when it is named: --run ID.',
  );
}

function described({ dryRun, removed, kept }: CleanLine): string {
  const bytes = removed.reduce((sum, run) => sum + run.bytes, 0);
  const count = `${removed.length} run${removed.length === 1 ? '' : 's'}, ${formatByteSize(bytes)}`;
  const next = dryRun && removed.length > 0 ? ' To do it: the same with --yes.' : '';
  const head = `${dryRun ? 'Would remove' : 'Removed'} ${count}.${next}`;
  const keeping = kept.map(({ run, why }) => `  ${run}  kept: ${why}`);
  return `${[...removed.map(removedLine), ...keeping, head].join('\n')}\n`;
}

function removedLine({ run, state, updatedAt, refs, worktree, keptBranch }: CleanedRun): string {
  const age =
    updatedAt === null
      ? ''
      : `, ${formatDuration(Math.floor((Date.now() - updatedAt) / 1000) * 1000)} old`;
  const parts = [
    `${state ?? 'unreadable'}${age}`,
    refs > 0 ? `${refs} refs` : '',
    worktree ? 'a worktree' : '',
    keptBranch ? `its branch ${keptBranch} stays: it is merged nowhere` : '',
  ];
  return `  ${run}  ${parts.filter(Boolean).join(', ')}`;
}
