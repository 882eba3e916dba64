/** Schemas of the records in the folder of an attempt or a check. */
import * as z from 'zod';
import type { PermissionQuestion, PermissionReply } from '../actors/agents/acp/asking.ts';
import type {
  CommandRecord,
  ExitRecord,
  ProcessRecord,
  RefusalRecord,
  StopRecord,
  TreesRecord,
} from '../actors/attempt-files.ts';
import type { ProtectedChangesRecord, ProtectedRecord } from '../actors/protected-files.ts';
import type { RecordedTree } from '../actors/tree-recorder.ts';
import {
  livenessSchema,
  objectName,
  protectedChangesSchema,
  skippedFileSchema,
  usageSchema,
} from './contract-schemas.ts';
import { identitySchema } from './run-schemas.ts';
import { epochMs, exactly, list, milliseconds, version1 } from './schema-of.ts';

export const commandSchema = exactly<CommandRecord>()(
  z
    .strictObject({
      version: version1,
      attempt: z.string().describe('As `0001-worker`.'),
      agent: z.string(),
      argv: list(z.string()),
      cwd: z.string(),
      sessionId: z.string().nullable().describe('When it is known before the start.'),
      usedBefore: usageSchema.nullable().describe('By the resumed session; null for a fresh one.'),
      startedAt: epochMs,
      bootId: z.string().describe('The boot in which it was started.'),
      startedUptimeMs: milliseconds.describe('The same moment on the clock of that boot.'),
    })
    .meta({ title: 'command.json', description: 'What was to be started, without secrets.' }),
);

export const processSchema = exactly<ProcessRecord>()(
  z
    .strictObject({
      version: version1,
      agent: identitySchema,
      wrapper: identitySchema.nullable().describe('The shell that records the exit code.'),
    })
    .meta({ title: 'process.json', description: 'What was started.' }),
);

export const stopSchema = exactly<StopRecord>()(
  z
    .strictObject({
      version: version1,
      at: epochMs,
      liveness: livenessSchema.nullable().describe('The silence that it is based on.'),
    })
    .meta({
      title: 'stop.json',
      description: 'oneshot was about to end it: from here on an exit code is no evidence.',
    }),
);

export const exitSchema = exactly<ExitRecord>()(
  z
    .strictObject({
      version: version1,
      exitCode: z.int().min(0).max(255).describe('Above 128 where a signal ended it.'),
    })
    .meta({ title: 'exit.json', description: 'How the program exited, as its shell saw it.' }),
);

const recordedTreeSchema = exactly<RecordedTree>()(
  z
    .strictObject({
      tree: objectName,
      commit: objectName.describe('It keeps the tree, under `refs/oneshot/<run>/`.'),
      head: objectName.nullable().describe('The commit that HEAD was at.'),
      at: epochMs,
      skipped: list(skippedFileSchema),
    })
    .meta({ id: 'RecordedTree', description: 'The work tree at a moment.' }),
);

export const treesSchema = exactly<TreesRecord>()(
  z
    .strictObject({
      version: version1,
      before: recordedTreeSchema.nullable(),
      after: recordedTreeSchema.nullable().describe('null: not recorded, or not yet.'),
    })
    .meta({ title: 'trees.json', description: 'The work tree before and after the attempt.' }),
);

export const protectedSchema = exactly<ProtectedRecord>()(
  z
    .strictObject({
      version: version1,
      files: z
        .record(z.string(), z.string().nullable())
        .describe('SHA-256 in hex by path; null for what could not be read.'),
    })
    .meta({ title: 'protected.json', description: 'Files that the checks depend on, at first.' }),
);

export const protectedChangesFileSchema = exactly<ProtectedChangesRecord>()(
  z
    .strictObject({ version: version1, ...protectedChangesSchema.shape })
    .meta({ title: 'protected-changes.json', description: 'What an attempt left changed.' }),
);

export const refusalSchema = exactly<RefusalRecord>()(
  z
    .strictObject({
      version: version1,
      class: z.enum(['notFound', 'contextTooLong', 'crashed']),
      message: z.string().describe('For a person: why, and what to do.'),
    })
    .meta({ title: 'refusal.json', description: 'Why the agent could not be started.' }),
);

const questionNumber = z.int().positive().describe('Counts the questions of the attempt.');

export const permissionSchema = exactly<PermissionQuestion>()(
  z
    .strictObject({
      version: version1,
      number: questionNumber,
      what: z.string().describe('What the agent wants to do, in its own words.'),
    })
    .meta({ title: 'permission.json', description: 'An agent waits for permission.' }),
);

export const permissionAnswerSchema = exactly<PermissionReply>()(
  z
    .strictObject({
      version: version1,
      number: questionNumber,
      isGranted: z.boolean(),
      why: z.string().describe('Why not; empty where it is granted.'),
    })
    .meta({
      title: 'permission-answer.json',
      description: 'What was decided; removed with the question when the agent has been told.',
    }),
);
