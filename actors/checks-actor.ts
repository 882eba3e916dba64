/** Runs the user's checks: process trees like the agents', with the same records and the same stopping rules. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { concatMap, defer, finalize, from, lastValueFrom, map, race, timer, toArray } from 'rxjs';
import { fromEventObservable } from 'xstate';
import type { AttemptPlan, CheckResult, TextRef } from '../machines/contracts.ts';
import { PREVIEW_LENGTH } from '../machines/contracts.ts';
import type { CheckEvent } from '../machines/events.ts';
import { readExit } from './attempt-exit.ts';
import { type AttemptFiles, attemptFiles, createAttemptFolder } from './attempt-files.ts';
import { attemptMarker, startTree } from './attempt-launch.ts';
import { startedProcess } from './attempt-process.ts';
import type { CheckSettings, RunHost } from './run-host.ts';
import { writeText } from './run-texts.ts';

/** Characters of a failing check's output that the next worker is given: the last ones. */
const FEEDBACK_LENGTH = 20_000;

export function checksActor(host: RunHost) {
  return fromEventObservable<CheckEvent, AttemptPlan>(({ input }) =>
    from(host.settings.checks.map((check, index) => ({ check, index }))).pipe(
      concatMap(({ check, index }) => runCheck(host, input, check, index)),
      toArray(),
      map((runs) => checksEnded(host, input, runs)),
    ),
  );
}

interface CheckRun {
  readonly check: CheckSettings;
  readonly result: CheckResult;
}

function runCheck(host: RunHost, plan: AttemptPlan, check: CheckSettings, index: number) {
  return defer(async (): Promise<CheckRun> => {
    const files = checkFiles(host, plan, index);
    // What a run of it left that was lost half way: its exit record must not pass for that of this one.
    rmSync(files.folder, { recursive: true, force: true });
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
    return { check, result: checkResult(host, files, check, host.now() - startedAt) };
  }).pipe(finalize(() => void stopCheck(host, plan, index)));
}

/** Leaving the state in the middle ends the check that runs; one that has ended has nothing left to stop. */
function stopCheck(host: RunHost, plan: AttemptPlan, index: number): Promise<unknown> {
  return host.stops.stop({
    files: checkFiles(host, plan, index),
    wrapperPid: null,
    liveness: null,
  });
}

/** A check's files lie in the folder of the attempt that it judges. */
function checkFiles(host: RunHost, plan: AttemptPlan, index: number): AttemptFiles {
  const parent = attemptFiles(host.folder, { number: plan.number, role: 'worker' });
  const name = `check-${index + 1}`;
  const folder = join(parent.folder, name);
  return {
    name: `${parent.name}/${name}`,
    path: `${parent.path}/${name}`,
    folder,
    file: (file) => join(folder, file),
  };
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

function checksEnded(host: RunHost, plan: AttemptPlan, runs: readonly CheckRun[]): CheckEvent {
  const failed = runs.find(({ check, result }) => check.required && !result.passed);
  return {
    type: 'checks.ended',
    attempt: plan.number,
    results: runs.map(({ result }) => result),
    feedback: failed ? writeFeedback(host, plan, failed) : null,
  };
}

function writeFeedback(host: RunHost, plan: AttemptPlan, { check, result }: CheckRun): TextRef {
  const index = host.settings.checks.indexOf(check);
  const files = checkFiles(host, plan, index);
  const output = (['stdout', 'stderr'] as const)
    .map((name) => readFileSync(files.file(name), 'utf8').slice(-FEEDBACK_LENGTH))
    .join('');
  const text = `The check "${check.name}" (${check.command}) ended with exit code ${result.exitCode}:\n\n${output}`;
  return writeText(host, `${files.path}/feedback.md`, text);
}
