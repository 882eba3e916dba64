import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptPlan, TextRef } from '../machines/contracts.ts';
import type { Quote } from '../machines/prompts.ts';
import {
  auditorPrompt,
  DEFAULT_AUDITOR_HEADER,
  DEFAULT_REWORKER_HEADER,
  DEFAULT_WORKER_HEADER,
  workerPrompt,
} from '../machines/prompts.ts';
import { readChanges } from './attempt-changes.ts';
import { attemptFiles } from './attempt-files.ts';
import type { RunHost } from './run-host.ts';
import { readText } from './run-texts.ts';

/** The prompt of an attempt, from its plan and the texts of the run folder that the plan refers to. */
export function buildPrompt(host: RunHost, plan: AttemptPlan): string {
  const task = readFileSync(join(host.folder, 'task.md'), 'utf8');
  switch (plan.role) {
    case 'worker':
      return buildWorkerPrompt(host, plan, task);
    case 'auditor':
      return buildAuditorPrompt(host, plan, task);
  }
}

function buildWorkerPrompt(host: RunHost, plan: AttemptPlan, task: string): string {
  const { worker, reworker } = host.settings.headers;
  const { feedback, findings, salvage } = plan;
  const isRework = feedback !== null || salvage !== null;
  return workerPrompt({
    header: isRework
      ? (reworker ?? worker ?? DEFAULT_REWORKER_HEADER)
      : (worker ?? DEFAULT_WORKER_HEADER),
    task,
    protect: host.settings.protect,
    feedback: feedback && { ...quoted(host, feedback.text), from: feedback.from },
    findings,
    salvage: salvage && { ...quoted(host, salvage.text), reason: salvage.reason },
  });
}

function buildAuditorPrompt(host: RunHost, plan: AttemptPlan, task: string): string {
  const { work, rounds, findings, diagnosis } = plan;
  if (!work) throw new Error(`The auditor of attempt ${plan.number} has no result to judge.`);
  return auditorPrompt({
    header: host.settings.headers.auditor ?? DEFAULT_AUDITOR_HEADER,
    task,
    result: quoted(host, work.result),
    changes: readChanges(attemptFiles(host.folder, plan)),
    checks: work.checks,
    protectedChanges: work.protectedChanges ?? null,
    rounds,
    findings,
    diagnosis,
  });
}

function quoted(host: RunHost, ref: TextRef): Quote {
  return { text: readText(host, ref), file: join(host.folder, ref.path) };
}
