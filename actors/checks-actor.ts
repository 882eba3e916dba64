/** Runs the user's checks: process trees like the agents', with the same records and the same stopping rules. */
import {
  concatMap,
  defer,
  filter,
  finalize,
  firstValueFrom,
  from,
  interval,
  map,
  type Observable,
  race,
  toArray,
} from 'rxjs';
import { fromEventObservable } from 'xstate';
import type { AttemptPlan, CheckResult, TextRef, Work } from '../machines/contracts.ts';
import { PREVIEW_LENGTH } from '../machines/contracts.ts';
import type { CheckEvent } from '../machines/events.ts';
import { readExit } from './attempt-exit.ts';
import { type AttemptFiles, createAttemptFolder } from './attempt-files.ts';
import { attemptMarker, startTree } from './attempt-launch.ts';
import { startedProcess } from './attempt-process.ts';
import { awakeTimer } from './awake-timer.ts';
import { type CheckOutput, printedBytes, readCheckOutput } from './check-output.ts';
import { type CheckRound, nextCheckRound } from './check-round.ts';
import { emptyScript } from './check-target.ts';
import type { CheckSettings, RunHost } from './run-host.ts';
import { writeText } from './run-texts.ts';
import { treeOf } from './tree-recorder.ts';

/** Bytes of each stream of a failing check that the next worker is given. */
const FEEDBACK_ROOM = 24_000;

/** Milliseconds between looks at how much a check has printed. */
const SIZE_LOOK_MS = 500;

export function checksActor(host: RunHost) {
  return fromEventObservable<CheckEvent, AttemptPlan>(({ input }) =>
    defer(() => {
      const round = nextCheckRound(host.folder, workOf(input));
      return from(host.trees.before(round.files)).pipe(
        concatMap(() => host.settings.checks.map((check, index) => ({ check, index }))),
        concatMap(({ check, index }) => runCheck(host, round.ofCheck(index), check)),
        toArray(),
        concatMap(async (runs) => {
          await host.trees.after(round.files);
          return checksEnded(host, input, round, runs);
        }),
      );
    }),
  );
}

interface CheckRun {
  readonly check: CheckSettings;
  readonly files: AttemptFiles;
  readonly result: CheckResult;
  /** What it printed, bounded. */
  readonly text: string;
}

function runCheck(host: RunHost, files: AttemptFiles, check: CheckSettings) {
  return defer(async (): Promise<CheckRun> => {
    createAttemptFolder(files);
    const nothing = emptyScript(check.command, host.place.cwd);
    const startedAt = performance.now();
    const tree = startTree({
      files,
      program: '/bin/sh',
      args: ['-c', check.command],
      input: '/dev/null',
      cwd: host.place.cwd,
      environment: { ...host.place.environment, ...attemptMarker(host.runId, files.name) },
    });
    const { gone$ } = startedProcess(files, host.runId, tree);
    const end = await firstValueFrom(
      race(gone$.pipe(map(() => EXITED)), cutShort(host, files, check)),
    );
    await host.stops.stop({ files, wrapperPid: tree.wrapperPid, liveness: null });
    const output = await readCheckOutput(files, FEEDBACK_ROOM);
    const text = host.redactor.redactText(
      nothing === null ? output.text : `${nothing}\n${output.text}`,
    );
    const durationMs = Math.round(performance.now() - startedAt);
    const result = {
      ...resultOf(files, check, end, nothing === null),
      durationMs,
      ...shown(files, output, text),
    };
    return { check, files, result, text };
  }).pipe(finalize(() => void stopCheck(host, files)));
}

/** Leaving the state in the middle ends the check that runs; one that has ended has nothing left to stop. */
function stopCheck(host: RunHost, files: AttemptFiles): Promise<unknown> {
  return host.stops.stop({ files, wrapperPid: null, liveness: null });
}

const EXITED: CheckResult['end'] = 'exited';

/** The ways in which oneshot ends a check: then it has not passed, whatever exit code it leaves with. */
function cutShort(
  { settings }: RunHost,
  files: AttemptFiles,
  { timeoutMs }: CheckSettings,
): Observable<CheckResult['end']> {
  const overflow$ = interval(SIZE_LOOK_MS).pipe(
    filter(() => printedBytes(files) > settings.outputLimitBytes),
    map(() => 'outputLimit' as const),
  );
  return race(awakeTimer(timeoutMs).pipe(map(() => 'timeout' as const)), overflow$);
}

function workOf({ work, number }: AttemptPlan): Work {
  if (!work) throw new Error(`The checks after attempt ${number} have no result to judge.`);
  return work;
}

/** A command with nothing behind it has not passed, also where that ends with exit code 0. */
function resultOf(
  files: AttemptFiles,
  { name, required }: CheckSettings,
  end: CheckResult['end'],
  tests: boolean,
) {
  const { exitCode } = readExit(files);
  return { name, required, passed: tests && end === EXITED && exitCode === 0, end, exitCode };
}

/** The beginning and the end of what it printed; where these are all of it, the beginning only when it is not the end. */
function shown(files: AttemptFiles, { length, hash }: CheckOutput, text: string) {
  const preview = text.slice(-PREVIEW_LENGTH);
  const head = text.slice(0, Math.min(PREVIEW_LENGTH, text.length - preview.length));
  return { head, output: { preview, length, hash, path: `${files.path}/stdout` } };
}

function checksEnded(
  host: RunHost,
  plan: AttemptPlan,
  round: CheckRound,
  runs: readonly CheckRun[],
): CheckEvent {
  const failed = runs.find(({ check, result }) => check.required && !result.passed);
  return {
    type: 'checks.ended',
    attempt: plan.number,
    results: runs.map(({ result }) => result),
    feedback: failed ? writeFeedback(host, failed) : null,
    tree: treeOf(round.files)?.after ?? null,
  };
}

function writeFeedback(host: RunHost, { check, files, result, text }: CheckRun): TextRef {
  const how = endText(result, check, host.settings);
  return writeText(
    host,
    `${files.path}/feedback.md`,
    `The check "${check.name}" (${check.command}) ${how}:\n\n${text}`,
  );
}

function endText(
  { end, exitCode }: CheckResult,
  { timeoutMs }: CheckSettings,
  { outputLimitBytes }: RunHost['settings'],
): string {
  switch (end) {
    case 'exited':
      return exitCode === null
        ? 'was killed'
        : `ended with exit code ${exitCode}${cause(exitCode)}`;
    case 'timeout':
      return `took longer than ${timeoutMs / 1_000} s and was stopped`;
    case 'outputLimit':
      return `printed more than ${outputLimitBytes} bytes and was stopped`;
  }
}

/** What these exit codes of a shell mean. */
function cause(exitCode: number): string {
  if (exitCode === 127) return ' (a program was not found)';
  return exitCode === 126 ? ' (a program is not executable)' : '';
}
