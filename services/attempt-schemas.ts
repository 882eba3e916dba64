/** Schemas of the records in the folder of an attempt or a check. */
import { z } from 'zod';
import type {
  CommandRecord,
  ExitRecord,
  ProcessRecord,
  RefusalRecord,
  StopRecord,
} from '../actors/attempt-files.ts';
import { livenessSchema, usageSchema } from './contract-schemas.ts';
import { identitySchema } from './run-schemas.ts';
import { epochMs, exactly, list, version1 } from './schema-of.ts';

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

export const refusalSchema = exactly<RefusalRecord>()(
  z
    .strictObject({
      version: version1,
      class: z.enum(['notFound', 'contextTooLong', 'crashed']),
      message: z.string().describe('For a person: why, and what to do.'),
    })
    .meta({ title: 'refusal.json', description: 'Why the agent could not be started.' }),
);
