import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CheckResult, Finding } from '../machines/contracts.ts';
import { protectedLines } from '../machines/evidence.ts';
import { assetsFolder } from './assets.ts';
import { commandContext, STREAMS } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { formatDuration } from './durations.ts';
import { messageOf, UsageError } from './errors.ts';
import { childrenOf, familyLines, familyOf } from './family.ts';
import { hostPid } from './hosted.ts';
import { clock, limitOf, remainsOf } from './output-terminal.ts';
import { type RunReport, reportRun } from './run-report.ts';
import { findRun, type RunFolder } from './run-store.ts';
import type { AttemptView } from './run-view.ts';
import { safeLine, safeText } from './safe-text.ts';

/** `oneshot show`: one run with its history and attempts. Takes no lock and changes nothing. */
export async function showCommand(id: string, options: CommandOptions): Promise<number> {
  const { config } = await commandContext(options);
  const folder = findRun(config.runsDir, id);
  const report = reportRun(folder);
  if (typeof options.svg === 'string') return writeChart(folder, resolve(options.svg));
  const text = options.json
    ? JSON.stringify(shown(report, config.runsDir), null, 2)
    : describe(
        report,
        hostPid(folder),
        familyLines(familyOf(config.runsDir, folder.id), folder.id),
      );
  STREAMS.out(`${text}\n`);
  return 0;
}

/** For a bug report or a pull request. */
async function writeChart(folder: RunFolder, path: string): Promise<number> {
  const [{ runChart }, { runPath }] = await Promise.all([
    import('./run-chart.ts'),
    import('./run-path.ts'),
  ]);
  const chart = readFileSync(join(assetsFolder(), 'statechart.svg'), 'utf8');
  try {
    writeFileSync(path, runChart(chart, runPath(folder)));
  } catch (error) {
    throw new UsageError(`The picture cannot be written: ${messageOf(error)}`);
  }
  STREAMS.err(`The way of the run ${folder.id} is drawn in ${path}.\n`);
  return 0;
}

/** What `show --json` tells: the report, with the runs that were forked from this one. */
export interface ShownReport extends RunReport {
  readonly children: readonly { readonly run: string; readonly seq: number }[];
}

function shown(report: RunReport, runsDir: string): ShownReport {
  return { ...report, children: childrenOf(runsDir, report.id) };
}

function describe(report: RunReport, pid: number | null, family: readonly string[]): string {
  const { state, reason, message, verdict, feedback, ledger, usage } = report;
  const label = report.evidence === null ? '' : ` (${report.evidence})`;
  const rows: [string, string | null][] = [
    ['run', report.id],
    ['task', safeLine(report.task)],
    [
      'state',
      `${state}${label}${reason ? `: ${reason}` : ''}${pid === null ? '' : ` (pid ${pid})`}`,
    ],
    ['message', message && safeLine(message)],
    ['limit', limitOf(report, Date.now())[0] ?? null],
    ['verdict', verdict],
    ['feedback', feedback && safeText(feedback)],
    ...ledger.map((finding): [string, string] => ['finding', findingText(finding)]),
    ...report.checks.map((check): [string, string] => ['check', checkText(check)]),
    ...protectedRows(report),
    ['iteration', `${report.iteration} of ${report.maxIterations}`],
    ['tokens', `${usage.inputTokens ?? 'unknown'} in, ${usage.outputTokens ?? 'unknown'} out`],
    ['cost', usage.costUsd === null ? 'unknown' : `$${usage.costUsd.toFixed(4)}`],
    ['branch', report.worktree?.branch ?? null],
    ['folder', report.folder],
  ];
  const head = rows
    .filter(([, value]) => value)
    .map(([name, value]) => `${name.padEnd(10)} ${value}`);
  const history = report.history.map(
    ({ state: phase, at, reason: why }) =>
      `  ${clock(at)}  ${phase}${why ? ` (${safeLine(why)})` : ''}`,
  );
  return [
    ...head,
    '',
    'history',
    ...history,
    ...(family.length > 0 ? ['', 'family', ...family] : []),
    '',
    'attempts',
    ...report.attempts.map(attemptLine),
    ...remainsOf(report).map((line) => `  ${line}`),
  ].join('\n');
}

/** `npm test: passed (exit 0, 12s)`. */
function checkText({ name, passed, required, end, exitCode, durationMs }: CheckResult): string {
  const how = end === 'exited' ? `exit ${exitCode ?? 'by a signal'}` : `stopped: ${end}`;
  const result = `${passed ? 'passed' : 'FAILED'} (${how}, ${formatDuration(durationMs)})`;
  return `${safeLine(name)}: ${result}${required ? '' : ', not required'}`;
}

function protectedRows({ protectedChanges }: RunReport): [string, string][] {
  const lines = protectedChanges === null ? [] : protectedLines(protectedChanges);
  return lines.map((line) => ['protected', safeLine(line)]);
}

/** `F-1a2b3c repeated, 2 rounds: src/a.ts: the sum is wrong`. */
function findingText({ id, status, rounds, text, dismissal }: Finding): string {
  const often = rounds > 1 ? `, ${rounds} rounds` : '';
  const why = dismissal ? ` (${safeLine(dismissal)})` : '';
  return `${id} ${status}${often}${why}: ${safeLine(text)}`;
}

function attemptLine({
  number,
  role,
  agent,
  startedAt,
  endedAt,
  end,
  result,
}: AttemptView): string {
  const took = endedAt === null ? 'running' : formatDuration(endedAt - startedAt);
  const how = end ? `${end.reason}, ${end.class}${exitText(end)}` : '';
  const said = result ? `  ${safeLine(result.preview).slice(0, 80)}` : '';
  return `  ${String(number).padStart(4, '0')} ${role.padEnd(7)} ${agent.padEnd(9)} ${took.padStart(8)}  ${how}${said}`;
}

function exitText({ exitCode, signal }: NonNullable<AttemptView['end']>): string {
  return signal ? `, ${signal}` : exitCode === null ? '' : `, exit ${exitCode}`;
}
