/** Runs the user's checks: process trees like the agents', with the same records and the same stopping rules. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { concatMap, defer, finalize, from, lastValueFrom, race, timer, toArray } from 'rxjs';
import { fromEventObservable } from 'xstate';
import type { AttemptPlan, CheckResult, TextRef, Work } from '../machines/contracts.ts';
import { PREVIEW_LENGTH } from '../machines/contracts.ts';
import type { CheckEvent } from '../machines/events.ts';
import { readExit } from './attempt-exit.ts';
import { type AttemptFiles, createAttemptFolder } from './attempt-files.ts';
import { attemptMarker, startTree } from './attempt-launch.ts';
import { startedProcess } from './attempt-process.ts';
import { type CheckRound, nextCheckRound } from './check-round.ts';
import type { CheckSettings, RunHost } from './run-host.ts';
import { writeText } from './run-texts.ts';
import { treeOf } from './tree-recorder.ts';

/** Characters of a failing check's output that the next worker is given: the last ones. */
const FEEDBACK_LENGTH = 20_000;

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
}

function runCheck(host: RunHost, files: AttemptFiles, check: CheckSettings) {
  return defer(async (): Promise<CheckRun> => {
    createAttemptFolder(files);
    const startedAt = host.now();
    const tree = startTree({
      files,
      program: '/bin/sh',
      args: ['-c', check.command],
      input: '/dev/null',
      cwd: host.place.cwd,
      environment: { ...host.place.environment, ...attemptMarker(host.runId, files.name) },
    });
    const { gone$ } = startedProcess(files, host.runId, tree);
    await lastValueFrom(race(gone$, timer(check.timeoutMs)));
    await host.stops.stop({ files, wrapperPid: tree.wrapperPid, liveness: null });
    return { check, files, result: checkResult(host, files, check, host.now() - startedAt) };
  }).pipe(finalize(() => void stopCheck(host, files)));
}

/** Leaving the state in the middle ends the check that runs; one that has ended has nothing left to stop. */
function stopCheck(host: RunHost, files: AttemptFiles): Promise<unknown> {
  return host.stops.stop({ files, wrapperPid: null, liveness: null });
}

function workOf({ work, number }: AttemptPlan): Work {
  if (!work) throw new Error(`The checks after attempt ${number} have no result to judge.`);
  return work;
}

function checkResult(
  host: RunHost,
  files: AttemptFiles,
  check: CheckSettings,
  durationMs: number,
): CheckResult {
  const { exitCode } = readExit(files);
  const text =
    readFileSync(files.file('stdout'), 'utf8') + readFileSync(files.file('stderr'), 'utf8');
  const clean = host.redactor.redactText(text);
  return {
    name: check.name,
    passed: exitCode === 0,
    required: check.required,
    exitCode,
    durationMs,
    output: {
      preview: clean.slice(-PREVIEW_LENGTH),
      length: clean.length,
      hash: createHash('sha256').update(clean).digest('hex'),
      path: `${files.path}/stdout`,
    },
  };
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

function writeFeedback(host: RunHost, { check, files, result }: CheckRun): TextRef {
  const output = (['stdout', 'stderr'] as const)
    .map((name) => readFileSync(files.file(name), 'utf8').slice(-FEEDBACK_LENGTH))
    .join('');
  const text = `The check "${check.name}" (${check.command}) ended with exit code ${result.exitCode}:\n\n${output}`;
  return writeText(host, `${files.path}/feedback.md`, text);
}
