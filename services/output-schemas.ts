/** Schemas of what programs read: the log's lines, the lines of `--json`, and `show --json`. */
import * as z from 'zod';
import type { StreamFailure } from '../machines/activity.ts';
import type { LogLine } from './activity-log.ts';
import type { ShownReport } from './cli-show.ts';
import { phaseSchema, stateValueSchema } from './context-schemas.ts';
import {
  attemptEndSchema,
  checkResultSchema,
  endClassSchema,
  findingSchema,
  protectedChangesSchema,
  roleSchema,
  usageSchema,
} from './contract-schemas.ts';
import { journaledEventSchema } from './event-schemas.ts';
import type { RunReport } from './run-report.ts';
import { historyEntrySchema, machineSchema, parentSchema } from './run-schemas.ts';
import type { AttemptView } from './run-view.ts';
import { count, epochMs, exactly, list, milliseconds, ordinal, version1 } from './schema-of.ts';

const failureSchema = exactly<StreamFailure>()(
  z.strictObject({
    class: endClassSchema.exclude(['clean']),
    message: z.string(),
    resumeAt: epochMs.nullable().describe('When a usage limit ends, in epoch milliseconds.'),
  }),
);

const said = { text: z.string() };
const toolId = z.string().nullable();

/** The kinds of activity, each with its fields. */
const KINDS = [
  { kind: z.literal('session'), sessionId: z.string() },
  { kind: z.literal('text'), ...said },
  { kind: z.literal('thinking'), ...said },
  { kind: z.literal('toolCall'), id: toolId, name: z.string(), input: z.string() },
  { kind: z.literal('toolResult'), id: toolId, ok: z.boolean(), ...said },
  { kind: z.literal('usage'), ...usageSchema.shape },
  { kind: z.literal('retry'), message: z.string(), delayMs: milliseconds.nullable() },
  { kind: z.literal('error'), message: z.string() },
  {
    kind: z.literal('result'),
    ...said,
    structured: z.unknown().describe('The typed answer; null when there is none.'),
    failure: failureSchema.nullable().describe('null when the agent claims success.'),
  },
] as const;

const [session, text, thinking, toolCall, toolResult, usage, retry, error, result] = KINDS;

const place = {
  version: version1,
  at: epochMs.describe('When it arrived, in epoch milliseconds.'),
  attempt: z.string().describe('As `0001-worker`.'),
  offset: count.describe("Bytes of the attempt's stdout after which it is complete."),
};

function activityWith<S extends z.ZodRawShape>(fields: S) {
  return z.discriminatedUnion('kind', [
    z.strictObject({ ...fields, ...session }),
    z.strictObject({ ...fields, ...text }),
    z.strictObject({ ...fields, ...thinking }),
    z.strictObject({ ...fields, ...toolCall }),
    z.strictObject({ ...fields, ...toolResult }),
    z.strictObject({ ...fields, ...usage }),
    z.strictObject({ ...fields, ...retry }),
    z.strictObject({ ...fields, ...error }),
    z.strictObject({ ...fields, ...result }),
  ]);
}

export const logLineSchema = exactly<LogLine>()(
  activityWith(place).meta({
    title: 'A line of oneshot-log.ndjson',
    description: 'What an agent did, in one vocabulary for all agents.',
  }),
);

const preview = z
  .strictObject({
    preview: z.string().describe('The beginning.'),
    path: z.string().describe('Of the whole text, relative to the run folder.'),
  })
  .nullable();

const attemptViewSchema = exactly<AttemptView>()(
  z
    .strictObject({
      number: ordinal,
      role: roleSchema,
      agent: z.string(),
      iteration: count,
      startedAt: epochMs,
      endedAt: epochMs.nullable(),
      end: attemptEndSchema
        .pick({
          reason: true,
          class: true,
          exitCode: true,
          signal: true,
          message: true,
          survivors: true,
          sharedServices: true,
        })
        .required({ sharedServices: true })
        .nullable(),
      result: preview,
      sessionId: z.string().nullable(),
      usage: usageSchema,
    })
    .meta({ id: 'Attempt', description: 'One start of an agent; null is unknown.' }),
);

const reportShape = {
  id: z.string(),
  task: z.string().describe('The beginning of the task.'),
  state: phaseSchema,
  reason: z.string().nullable().describe('A stable word for programs.'),
  message: z.string().nullable().describe('The same for a person.'),
  verdict: z.enum(['done', 'retry', 'impossible', 'unreadable']).nullable(),
  feedback: z.string().nullable(),
  findings: list(z.string()).describe('Of the last verdict, as it named them.'),
  ledger: list(findingSchema).describe('What all verdicts found, and what became of it.'),
  iteration: count,
  maxIterations: ordinal,
  seq: count.describe("Of the journal's last line."),
  parent: parentSchema,
  verified: z.boolean().describe('Whether checks passed on the work that was judged.'),
  evidence: z.string().nullable().describe('The same for a person; null when not completed.'),
  checks: list(checkResultSchema).describe('That ran last on the work of this iteration.'),
  protectedChanges: protectedChangesSchema.nullable(),
  resumeAt: epochMs.nullable().describe('When a usage limit ends, in epoch milliseconds.'),
  usage: usageSchema,
  exitCode: count.describe('What oneshot exits with for this run.'),
  folder: z.string().describe('Absolute path of the run folder.'),
  cwd: z.string(),
  worktree: z
    .strictObject({ path: z.string(), branch: z.string() })
    .nullable()
    .describe('The git worktree of its own, and the branch that its work is on.'),
  createdAt: epochMs,
  updatedAt: epochMs,
  result: preview.describe("The worker's latest accepted result."),
  history: list(historyEntrySchema),
  attempts: list(attemptViewSchema),
};

exactly<RunReport>()(z.strictObject(reportShape));

const childSchema = z.strictObject({ run: z.string(), seq: count });

export const reportSchema = exactly<ShownReport>()(
  z
    .strictObject({
      ...reportShape,
      children: list(childSchema).describe('The runs that were forked from this one.'),
    })
    .meta({ title: 'show --json', description: 'What is told about a run; null is unknown.' }),
);

const anyValue = z.unknown();

const outcomeShape = { type: z.literal('replay'), version: version1, journal: z.string() };

/** A value of the journal that is told as it is, or null. */
const told = anyValue.describe('null where there is nothing.');

export const replayLineSchema = z
  .union([
    z.strictObject({
      type: z.literal('step'),
      version: version1,
      seq: count,
      at: epochMs,
      event: journaledEventSchema,
      state: phaseSchema,
      value: stateValueSchema,
      reason: z.string().nullable(),
      changes: list(z.strictObject({ path: z.string(), before: told, after: told })),
    }),
    z.strictObject({ ...outcomeShape, kind: z.literal('identical'), steps: count }),
    z.strictObject({
      ...outcomeShape,
      kind: z.literal('diverged'),
      seq: count,
      event: z.string(),
      path: z.string(),
      expected: told,
      actual: told,
      message: z.string(),
    }),
    z.strictObject({
      ...outcomeShape,
      kind: z.literal('incompatible'),
      recorded: machineSchema,
      present: machineSchema,
      message: z.string(),
    }),
    z.strictObject({
      ...outcomeShape,
      kind: z.literal('corrupt'),
      line: ordinal.nullable(),
      message: z.string(),
    }),
  ])
  .meta({ title: 'A line of replay --json', description: 'Steps, and a last outcome.' });

const line = { version: version1, run: z.string().describe('Id of the run.') };

const transitionSchema = z.strictObject({
  type: z.literal('transition'),
  ...line,
  seq: count,
  at: epochMs,
  event: z.string().describe('Type of the event.'),
  state: phaseSchema,
  reason: z.string().nullable(),
  message: z.string().nullable(),
  iteration: count,
  attempt: ordinal.nullable(),
});

export const outputLineSchema = z
  .union([
    transitionSchema,
    activityWith({ ...place, type: z.literal('activity'), ...line }),
    z.strictObject({ type: z.literal('result'), ...line, ...reportShape }),
  ])
  .meta({ title: 'A line of --json', description: 'Transitions, activities, and a last result.' });
