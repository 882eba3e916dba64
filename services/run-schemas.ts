/** Schemas of the files of a run folder: `oneshot.json`, the journal's lines, the lock. */
import * as z from 'zod';
import type { Worktree } from '../actors/git-worktree.ts';
import type { ProcessIdentity } from '../actors/process-identity.ts';
import type { CheckSettings, RunSettings } from '../actors/run-host.ts';
import { contextSchema, phaseSchema, stateValueSchema, statusSchema } from './context-schemas.ts';
import { objectName } from './contract-schemas.ts';
import { journaledEventSchema } from './event-schemas.ts';
import type { JournalEntry, MachineStamp, RunHeader } from './journal.ts';
import type { LockRecord } from './lock-record.ts';
import type { HistoryEntry } from './run-view.ts';
import {
  count,
  epochMs,
  exactly,
  list,
  milliseconds,
  ordinal,
  sha256,
  version1,
} from './schema-of.ts';
import { HISTORY_KEPT, type SnapshotFile } from './snapshot-file.ts';

const identityShape = {
  pid: ordinal,
  startTime: z.string().describe('Linux: clock ticks since boot; macOS: the start date.'),
  bootId: z.string().describe('Changes with every boot of the machine.'),
  host: z.string(),
  pidNamespace: z.string().nullable().describe('null where there are no namespaces.'),
};

export const identitySchema = exactly<ProcessIdentity>()(
  z
    .strictObject(identityShape)
    .meta({ id: 'ProcessIdentity', description: 'A process, not to be taken for a later one.' }),
);

export const lockSchema = exactly<LockRecord>()(
  z
    .strictObject({
      version: version1,
      ...identityShape,
      generation: ordinal.describe('Rises with every holder.'),
      run: z.string().describe('Id of the run that it is held for.'),
      acquiredAt: epochMs,
    })
    .meta({ title: 'lock', description: 'Who hosts the run.' }),
);

export const machineSchema = exactly<MachineStamp>()(
  z
    .strictObject({ id: z.string(), version: z.string(), hash: sha256 })
    .meta({ id: 'Machine', description: 'Which statechart made the record.' }),
);

export const parentSchema = exactly<RunHeader['parent']>()(
  z
    .strictObject({ run: z.string(), seq: count })
    .nullable()
    .describe('The run and step that this one was forked from.'),
);

const agentSchema = exactly<RunSettings['agents']['worker']>()(
  z.strictObject({
    name: z.string(),
    model: z.string().nullable(),
    command: z.string().nullable().describe('The command line of the agents `command` and `acp`.'),
    output: z.enum(['text', 'jsonl', 'auto']),
    args: list(z.string()),
    baseUrl: z.string().nullable().exactOptional().describe('Of the agent `openai`.'),
    permissions: z
      .enum(['allow', 'deny', 'ask'])
      .exactOptional()
      .describe('What the agent `acp` is answered when it asks for permission.'),
  }),
);

const header = z.string().nullable();

const checkSchema = exactly<CheckSettings>()(
  z.strictObject({
    name: z.string(),
    command: z.string(),
    timeoutMs: milliseconds,
    required: z.boolean(),
  }),
);

const worktreeSchema = exactly<Worktree>()(
  z
    .strictObject({
      root: z.string().describe("The user's own work tree."),
      path: z.string().describe("The run's."),
      branch: z.string().describe('Without `refs/heads/`.'),
      base: objectName.describe('The commit that the branch began at.'),
    })
    .meta({ id: 'Worktree', description: 'The git worktree that was made for the run.' }),
);

export const settingsSchema = exactly<RunSettings>()(
  z.strictObject({
    cwd: z.string().describe('The work tree, as its real path.'),
    agents: z.strictObject({ worker: agentSchema, auditor: agentSchema }),
    fallbacks: z
      .strictObject({ worker: list(agentSchema), auditor: list(agentSchema) })
      .exactOptional()
      .describe("Those that take a role's place at a usage limit, in order."),
    headers: z.strictObject({ worker: header, reworker: header, auditor: header }),
    checks: list(checkSchema),
    protect: list(z.string()).describe('Globs of the files that the checks depend on.'),
    killGraceMs: milliseconds.describe('From SIGTERM to SIGKILL, in milliseconds.'),
    resultGraceMs: milliseconds.describe('From a final result to the exit, in milliseconds.'),
    outputLimitBytes: count.describe('Bytes that one attempt may print.'),
    secrets: list(z.string()).describe('Names of environment variables that are secret.'),
    trees: z
      .strictObject({
        record: z.boolean(),
        fileLimitBytes: count.describe('Bytes from which on a file is left out.'),
      })
      .exactOptional()
      .describe('How the work tree is recorded around each attempt.'),
    worktree: worktreeSchema.exactOptional(),
  }),
);

const headerSchema = exactly<RunHeader>()(
  z.strictObject({
    id: z.string(),
    createdAt: epochMs,
    machine: machineSchema,
    parent: parentSchema,
    settings: settingsSchema,
  }),
);

const journalShape = {
  version: version1,
  seq: count.describe('0 for the first line, then one more for each.'),
  at: epochMs,
  generation: ordinal.describe('Of the lock under which it was written.'),
  run: z.exactOptional(headerSchema).describe('What the run is; on the first line only.'),
  status: statusSchema,
  context: contextSchema,
};

// The event and the value are told more exactly than their types, which are XState's.
exactly<Omit<JournalEntry, 'event' | 'value'>>()(z.strictObject(journalShape));

export const journalLineSchema = z
  .strictObject({
    ...journalShape,
    event: journaledEventSchema,
    value: stateValueSchema,
    hash: sha256.describe('SHA-256 over the hash of the line before and this line without it.'),
  })
  .meta({ title: 'A line of journal.ndjson', description: 'An event and the state it led to.' });

export const historyEntrySchema = exactly<HistoryEntry>()(
  z
    .strictObject({
      state: phaseSchema,
      at: epochMs,
      reason: z.exactOptional(z.string()),
      pid: z.exactOptional(ordinal).describe("The agent's, in a state that runs one."),
    })
    .meta({ id: 'HistoryEntry', description: 'One stay in a state.' }),
);

const snapshotShape = {
  version: version1,
  id: z.string(),
  task: z.string().describe('The beginning of the task; all of it is in `task.md`.'),
  state: phaseSchema,
  reason: z.string().nullable().describe('A stable word for programs.'),
  iteration: count,
  maxIterations: ordinal,
  createdAt: epochMs,
  updatedAt: epochMs,
  seq: count.describe("Of the journal's line that it was made from."),
  hash: sha256.describe('Of that line.'),
  cwd: z.string().describe('The work tree, as its real path.'),
  agents: z.strictObject({ worker: z.string(), auditor: z.string() }),
  history: list(historyEntrySchema).describe(`The first and the newest, ${HISTORY_KEPT} at most.`),
  historyOmitted: count.describe('Entries between the first and the second that are left out.'),
  machine: machineSchema,
  parent: parentSchema,
};

// XState's type for a persisted snapshot names only what all actor kinds have in common.
exactly<Omit<SnapshotFile, 'snapshot'>>()(z.strictObject(snapshotShape));

export const snapshotFileSchema = z
  .strictObject({
    ...snapshotShape,
    snapshot: z
      .strictObject({
        status: statusSchema,
        value: stateValueSchema,
        context: contextSchema,
        children: z.strictObject({}),
        historyValue: z.strictObject({}),
      })
      .describe('What XState restores.'),
  })
  .meta({ title: 'oneshot.json', description: 'The newest snapshot, made from the journal.' });
