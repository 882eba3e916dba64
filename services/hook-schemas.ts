/** Schemas of what hooks read, and of the log of what became of them. */
import * as z from 'zod';
import { phaseSchema } from './context-schemas.ts';
import { protectedChangesSchema, usageSchema } from './contract-schemas.ts';
import { HOOK_EVENTS } from './hook-settings.ts';
import type { HookInput, HookRecord } from './hooks.ts';
import { count, epochMs, exactly, ordinal, version1 } from './schema-of.ts';

const event = z.enum(HOOK_EVENTS);

export const hookSchema = exactly<HookInput>()(
  z
    .strictObject({
      type: z.literal('hook'),
      version: version1,
      event,
      run: z.string().describe('Id of the run.'),
      seq: count.describe("Of the journal's line."),
      at: epochMs,
      state: phaseSchema,
      from: phaseSchema.nullable().describe('The state before.'),
      reason: z.string().nullable().describe('A stable word for programs.'),
      message: z.string().nullable().describe('The same for a person.'),
      iteration: count,
      attempt: ordinal.nullable(),
      evidence: z
        .string()
        .nullable()
        .describe('Of a completed run: `verified`, or why not so sure.'),
      protectedChanges: protectedChangesSchema
        .nullable()
        .describe('Files that the checks depend on, and that the last worker left changed.'),
      task: z.string().describe('The beginning of the task.'),
      resumeAt: epochMs.nullable().describe('When a usage limit ends.'),
      usage: usageSchema,
      exitCode: count.nullable().describe('What oneshot exits with, in a state that ends it.'),
      cwd: z.string(),
      folder: z.string().describe('Absolute path of the run folder.'),
    })
    .meta({ title: 'Standard input of a hook', description: 'What has happened to a run.' }),
);

export const hookLineSchema = exactly<HookRecord>()(
  z
    .strictObject({
      version: version1,
      at: epochMs.describe('When it ended.'),
      event,
      seq: count.describe("Of the journal's line that it was called for."),
      hook: z.string().describe('Its command line, without secrets.'),
      exitCode: z.int().nullable(),
      signal: z.string().nullable(),
      failure: z.string().nullable().describe('Why it was ended or not started.'),
      durationMs: count,
      output: z.string().describe('The end of what it printed.'),
    })
    .meta({ title: 'A line of hooks.ndjson', description: 'What became of a hook.' }),
);
