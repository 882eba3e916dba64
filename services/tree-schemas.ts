/** Schemas of what the commands on recorded trees print. */
import * as z from 'zod';
import type { ChangedFile } from '../machines/changes.ts';
import type { CleanedRun, KeptRun } from './clean.ts';
import type { ApplyLine } from './cli-apply.ts';
import type { CleanLine } from './cli-clean.ts';
import type { DiffLine } from './cli-diff.ts';
import type { ForkLine } from './cli-fork.ts';
import type { RestoreLine } from './cli-restore.ts';
import { phaseSchema } from './context-schemas.ts';
import { objectName, skippedFileSchema } from './contract-schemas.ts';
import { count, epochMs, exactly, list, ordinal, version1 } from './schema-of.ts';

const changedFileSchema = exactly<ChangedFile>()(
  z
    .strictObject({
      path: z.string().describe('From the top of the work tree, with `/`.'),
      status: z.enum(['added', 'deleted', 'modified', 'renamed', 'typeChanged']),
      from: z.string().nullable().describe('What a renamed file was called.'),
      added: count.nullable().describe('Lines; null for a file that has none.'),
      deleted: count.nullable(),
    })
    .meta({ id: 'ChangedFile', description: 'How a file differs between two trees.' }),
);

export const diffSchema = exactly<DiffLine>()(
  z
    .strictObject({
      type: z.literal('diff'),
      version: version1,
      run: z.string().describe('Id of the run.'),
      attempt: ordinal.nullable().describe('null: from the beginning of the run to its end.'),
      from: objectName.describe("Name of git's tree object."),
      to: objectName,
      isNow: z.boolean().describe('`to` is the tree as it is now: the attempt has no end yet.'),
      files: list(changedFileSchema),
      skipped: list(skippedFileSchema),
    })
    .meta({ title: 'diff --json', description: 'What a run, or an attempt of it, changed.' }),
);

export const restoreSchema = exactly<RestoreLine>()(
  z
    .strictObject({
      type: z.literal('restore'),
      version: version1,
      run: z.string().describe('Id of the run.'),
      tree: objectName.describe("Name of git's tree object."),
      to: z.string().describe('Absolute path of the folder that the files are in now.'),
      written: count.describe('Files.'),
      removed: count.describe('Files.'),
      parked: z.string().nullable().describe('The ref of what was there; null: nothing replaced.'),
    })
    .meta({ title: 'restore --json', description: 'What was put back.' }),
);

export const forkSchema = exactly<ForkLine>()(
  z
    .strictObject({
      type: z.literal('fork'),
      version: version1,
      run: z.string().describe('Id of the new run.'),
      parent: z.strictObject({ run: z.string(), seq: count }),
      state: phaseSchema,
      folder: z.string().describe("Absolute path of the new run's folder."),
      restored: z
        .strictObject({ written: count, removed: count, parked: z.string().nullable() })
        .nullable()
        .describe('Files that were put back; null: only the state is forked.'),
    })
    .meta({ title: 'fork --no-start --json', description: 'A run that was forked.' }),
);

export const applySchema = exactly<ApplyLine>()(
  z
    .strictObject({
      type: z.literal('apply'),
      version: version1,
      run: z.string().describe('Id of the run.'),
      result: z.enum(['merged', 'patched', 'nothing']),
      branch: z.string(),
      to: z.string().describe("Absolute path of the user's work tree."),
      files: count,
    })
    .meta({ title: 'apply --json', description: 'What was brought into the work tree.' }),
);

const cleanedSchema = exactly<CleanedRun>()(
  z.strictObject({
    run: z.string().describe('Id of the run.'),
    state: phaseSchema.nullable().describe('null: it cannot be read.'),
    updatedAt: epochMs.nullable(),
    bytes: count.describe('Of its folder, without a worktree.'),
    refs: count,
    worktree: z.string().nullable(),
    keptBranch: z.string().nullable().describe('It stays, since it is merged nowhere.'),
  }),
);

const keptSchema = exactly<KeptRun>()(z.strictObject({ run: z.string(), why: z.string() }));

export const cleanSchema = exactly<CleanLine>()(
  z
    .strictObject({
      type: z.literal('clean'),
      version: version1,
      dryRun: z.boolean().describe('Nothing was removed: it would be.'),
      removed: list(cleanedSchema),
      kept: list(keptSchema).describe('Runs that were meant and are kept all the same.'),
    })
    .meta({ title: 'clean --json', description: 'What was removed, or would be.' }),
);
