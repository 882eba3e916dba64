/** Schemas of the shared vocabulary (machines/contracts.ts), of which the records are made. */
import * as z from 'zod';
import type {
  AttemptEnd,
  AttemptTree,
  CheckResult,
  EndClass,
  EndReason,
  Feedback,
  Finding,
  Findings,
  Limits,
  Liveness,
  ProtectedChanges,
  Role,
  Round,
  Salvage,
  SalvagedSession,
  SkippedFile,
  Standstill,
  TextRef,
  Usage,
  Verdict,
  Work,
} from '../machines/contracts.ts';
import { PROTECTED_NAMED, SKIPPED_NAMED } from '../machines/contracts.ts';
import { count, epochMs, exactly, list, milliseconds, ordinal, sha256 } from './schema-of.ts';

export const roleSchema = exactly<Role>()(z.enum(['worker', 'auditor']));

export const endReasonSchema = exactly<EndReason>()(
  z
    .enum([
      'exited',
      'inactivity',
      'attemptCeiling',
      'interrupted',
      'outputLimit',
      'spawnFailed',
      'orchestratorLost',
      'budget',
    ])
    .meta({ id: 'EndReason', description: 'Why an attempt ended: the first reason counts.' }),
);

export const endClassSchema = exactly<EndClass>()(
  z
    .enum([
      'clean',
      'limited',
      'unauthorized',
      'notFound',
      'contextTooLong',
      'crashed',
      'empty',
      'stopped',
    ])
    .meta({
      id: 'EndClass',
      description: 'What an end amounts to, judged from exit code, final event and result.',
    }),
);

export const textRefSchema = exactly<TextRef>()(
  z
    .strictObject({
      preview: z.string().describe('A part of the text; all of it is in the file.'),
      length: count.describe('Of the whole text, in UTF-16 code units.'),
      hash: sha256.describe('SHA-256 of the whole text as UTF-8, in hex.'),
      path: z.string().describe('Relative to the run folder, with `/`.'),
    })
    .meta({ id: 'TextRef', description: 'A text that lies in a file of the run folder.' }),
);

export const usageSchema = exactly<Usage>()(
  z
    .strictObject({
      inputTokens: z.number().nullable().describe('Tokens.'),
      outputTokens: z.number().nullable().describe('Tokens.'),
      costUsd: z.number().nullable().describe('US dollars.'),
    })
    .meta({ id: 'Usage', description: 'Tokens and money; null where no agent told.' }),
);

const decided = { feedback: z.string(), findings: list(z.string()) };

export const verdictSchema = exactly<Verdict>()(
  z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('done'), ...decided }),
      z.strictObject({ kind: z.literal('retry'), ...decided }),
      z.strictObject({ kind: z.literal('impossible'), ...decided }),
      z.strictObject({ kind: z.literal('unreadable'), diagnosis: z.string() }),
    ])
    .meta({ id: 'Verdict', description: 'What the auditor decided; its texts are bounded.' }),
);

export const livenessSchema = exactly<Liveness>()(
  z
    .strictObject({
      outputAt: epochMs.nullable(),
      transcriptAt: epochMs.nullable(),
      cpuAt: epochMs.nullable(),
    })
    .meta({
      id: 'Liveness',
      description:
        'When each channel last showed life, in epoch milliseconds; null: never, or not watched.',
    }),
);

export const skippedFileSchema = exactly<SkippedFile>()(
  z
    .strictObject({
      path: z.string().describe('From the top of the work tree; a folder ends with `/`.'),
      bytes: count,
      why: z.enum(['tooLarge', 'unreadable']),
    })
    .meta({ id: 'SkippedFile', description: 'A file that was not recorded.' }),
);

export const objectName = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);

const attemptTreeSchema = exactly<AttemptTree>()(
  z
    .strictObject({
      before: objectName.nullable().describe('null: it could not be recorded.'),
      after: objectName.nullable(),
      skipped: list(skippedFileSchema).describe(`At most ${SKIPPED_NAMED}.`),
    })
    .meta({ id: 'AttemptTree', description: "Names of git's tree objects." }),
);

export const protectedChangesSchema = exactly<ProtectedChanges>()(
  z
    .strictObject({
      count,
      named: list(
        z.strictObject({
          path: z.string().describe('From the work tree, with `/`.'),
          change: z.enum(['added', 'changed', 'deleted']),
        }),
      ).describe(`At most ${PROTECTED_NAMED} of them.`),
    })
    .meta({ id: 'ProtectedChanges', description: 'What became of files that the checks need.' }),
);

export const attemptEndSchema = exactly<AttemptEnd>()(
  z
    .strictObject({
      reason: endReasonSchema,
      class: endClassSchema,
      exitCode: z.int().nullable(),
      signal: z.string().nullable().describe('As `SIGKILL`.'),
      result: textRefSchema.nullable().describe("The agent's final answer."),
      verdict: verdictSchema.nullable().describe("The auditor's; null for a worker."),
      feedback: textRefSchema.nullable().describe('What a retry hands to the next worker, whole.'),
      sessionId: z.string().nullable().describe("The agent's own id for its session."),
      usage: usageSchema,
      message: z.string().describe('For a person: what happened and what to do.'),
      endedAt: epochMs,
      ranMs: milliseconds.describe('Milliseconds from its start.'),
      liveness: livenessSchema
        .nullable()
        .describe('What the kill was based on, for an attempt that oneshot ended.'),
      survivors: list(z.string()).describe('Processes that outlived SIGKILL, as `pid name`.'),
      protectedChanges: protectedChangesSchema.exactOptional(),
      sharedServices: list(z.string())
        .exactOptional()
        .describe(
          "Services that the agent's CLI shares between its sessions: left running, as `pid name`. Absent: none.",
        ),
      tree: attemptTreeSchema
        .nullable()
        .describe('The files before and after; null where there is no git work tree to record.'),
    })
    .meta({ id: 'AttemptEnd', description: 'How one attempt ended.' }),
);

export const findingsSchema = exactly<Findings>()(
  z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('alive'), pid: ordinal, ranMs: milliseconds }),
      z.strictObject({ kind: z.literal('success'), end: attemptEndSchema }),
      z.strictObject({
        kind: z.literal('partial'),
        end: attemptEndSchema,
        summary: textRefSchema,
      }),
      z.strictObject({
        kind: z.literal('limited'),
        end: attemptEndSchema,
        resumeAt: epochMs.nullable(),
        summary: textRefSchema.nullable().describe('What it did before its limit.'),
      }),
      z.strictObject({ kind: z.literal('dead'), end: attemptEndSchema }),
    ])
    .meta({ id: 'Findings', description: 'What recovery saw after an abnormal end.' }),
);

export const checkResultSchema = exactly<CheckResult>()(
  z
    .strictObject({
      name: z.string(),
      passed: z.boolean(),
      required: z.boolean().describe('Whether the work is not done while it fails.'),
      end: z
        .enum(['exited', 'timeout', 'outputLimit'])
        .describe('By itself, or by oneshot: then it has failed.'),
      exitCode: z.int().nullable(),
      durationMs: z.number().describe('Milliseconds.'),
      head: z.string().describe('The beginning of the output, bounded.'),
      output: textRefSchema.describe('Its preview is the end of the output.'),
    })
    .meta({ id: 'CheckResult', description: 'One check that oneshot ran as evidence.' }),
);

export const limitsShape = {
  maxIterations: ordinal,
  workerAttempts: ordinal.describe('Starts of a worker in one iteration.'),
  auditorAttempts: ordinal.describe('Starts of an auditor in one iteration.'),
  inactivityMs: milliseconds.describe('Milliseconds of silence on all channels.'),
  attemptMs: milliseconds.describe('Milliseconds that one attempt may take.'),
  retryPauseMs: milliseconds.describe(
    'Milliseconds before a dead role is started again; doubles with each.',
  ),
  onLimit: z.enum(['wait', 'stop', 'fallback']).describe('What to do at a usage limit.'),
  maxCostUsd: z.number().positive().nullable().describe('US dollars; null: no limit.'),
  maxTokens: ordinal.nullable().describe('Read and written; null: no limit.'),
  maxTimeMs: milliseconds
    .nullable()
    .describe('Milliseconds of attempts and checks; null: no limit.'),
  maxLosses: ordinal.describe('How often in a row oneshot may be lost with nothing to show.'),
  stallAfter: count.describe('Rounds in a row that find the same in unchanged files; 0: no limit.'),
};

export const limitsSchema = exactly<Limits>()(
  z.strictObject(limitsShape).meta({ id: 'Limits', description: 'The budgets of a run.' }),
);

export const roundSchema = exactly<Round>()(
  z
    .strictObject({
      iteration: count,
      attempt: ordinal,
      verdict: z.enum(['retry', 'partial', 'checksFailed']),
      feedback: z.string().describe('Bounded.'),
    })
    .meta({ id: 'Round', description: 'What an earlier round decided.' }),
);

export const findingSchema = exactly<Finding>()(
  z
    .strictObject({
      id: z.string().regex(/^F-[0-9a-f]{6}$/),
      text: z.string().describe('As it was first said; bounded.'),
      status: z.enum(['new', 'repeated', 'fixed', 'dismissed']).describe('By the last verdict.'),
      iteration: count.describe('In which it was found first.'),
      rounds: ordinal.describe('Verdicts that found it.'),
      dismissal: z.string().nullable().describe('Why it is none.'),
    })
    .meta({ id: 'Finding', description: 'One thing that auditors found, over all rounds.' }),
);

export const standstillSchema = exactly<Standstill>()(
  z.strictObject({
    tree: z.string().describe('The files that were judged, as the name of a tree object of git.'),
    found: list(z.string()).describe('Ids of findings, or names of failing checks; sorted.'),
    rounds: ordinal.describe('In a row that came to the same.'),
  }),
);

export const feedbackSchema = exactly<Feedback>()(
  z.strictObject({
    from: z.enum(['auditor', 'checks']),
    attempt: ordinal,
    text: textRefSchema,
  }),
);

export const salvageSchema = exactly<Salvage>()(
  z.strictObject({
    attempt: ordinal,
    reason: endReasonSchema,
    text: textRefSchema,
    session: exactly<SalvagedSession>()(
      z.strictObject({ id: z.string(), usage: usageSchema }),
    ).nullable(),
  }),
);

export const workSchema = exactly<Work>()(
  z.strictObject({
    attempt: ordinal,
    result: textRefSchema,
    checks: list(checkResultSchema).describe('Empty until they have run on the files as they are.'),
    checkedTree: z
      .string()
      .nullable()
      .describe('The work tree that the required checks passed on.'),
    protectedChanges: protectedChangesSchema.exactOptional(),
  }),
);
