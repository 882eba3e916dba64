/** A schema for each kind of file or line that oneshot writes, by the name that its JSON Schema has. */
import type * as z from 'zod';
import {
  commandSchema,
  exitSchema,
  permissionAnswerSchema,
  permissionSchema,
  processSchema,
  protectedChangesFileSchema,
  protectedSchema,
  refusalSchema,
  stopSchema,
  treesSchema,
} from './attempt-schemas.ts';
import { hookLineSchema, hookSchema } from './hook-schemas.ts';
import {
  logLineSchema,
  outputLineSchema,
  replayLineSchema,
  reportSchema,
} from './output-schemas.ts';
import { journalLineSchema, lockSchema, snapshotFileSchema } from './run-schemas.ts';
import { agentLineSchema, findingSchema, verificationRowSchema } from './survey-schemas.ts';
import { applySchema, cleanSchema, diffSchema, forkSchema, restoreSchema } from './tree-schemas.ts';

export const RECORD_SCHEMAS = {
  oneshot: snapshotFileSchema,
  'journal-line': journalLineSchema,
  'log-line': logLineSchema,
  lock: lockSchema,
  command: commandSchema,
  process: processSchema,
  stop: stopSchema,
  exit: exitSchema,
  trees: treesSchema,
  protected: protectedSchema,
  'protected-changes': protectedChangesFileSchema,
  refusal: refusalSchema,
  permission: permissionSchema,
  'permission-answer': permissionAnswerSchema,
  'output-line': outputLineSchema,
  report: reportSchema,
  'replay-line': replayLineSchema,
  'agent-line': agentLineSchema,
  'doctor-line': findingSchema,
  'verification-line': verificationRowSchema,
  diff: diffSchema,
  restore: restoreSchema,
  fork: forkSchema,
  apply: applySchema,
  clean: cleanSchema,
  hook: hookSchema,
  'hook-line': hookLineSchema,
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type RecordKind = keyof typeof RECORD_SCHEMAS;
