/** Schemas of what the statechart remembers, and of its states. */
import * as z from 'zod';
import type { AgentTurn } from '../machines/agent-turns.ts';
import {
  type CurrentAttempt,
  type LifecycleContext,
  type LifecycleInput,
  PHASES,
  type Phase,
  ROUNDS_KEPT,
} from '../machines/context.ts';
import { LEDGER_LIMIT } from '../machines/findings-ledger.ts';
import {
  endReasonSchema,
  feedbackSchema,
  findingSchema,
  limitsSchema,
  protectedChangesSchema,
  roleSchema,
  roundSchema,
  salvageSchema,
  standstillSchema,
  textRefSchema,
  usageSchema,
  verdictSchema,
  workSchema,
} from './contract-schemas.ts';
import { count, epochMs, exactly, list, milliseconds, ordinal } from './schema-of.ts';

export const phaseSchema = exactly<Phase>()(
  z.enum(PHASES).meta({ id: 'Phase', description: 'A state of the statechart at its top level.' }),
);

const live = z.literal('live').describe('The agent shows signs of life.');

/** XState's state value: the state's name, or that of a state that has states within it with the inner one. */
export const stateValueSchema = z
  .union([
    phaseSchema.exclude(['workerExecuting', 'auditorExecuting', 'recoveryPending']),
    z.strictObject({ workerExecuting: live }),
    z.strictObject({ auditorExecuting: live }),
    z.strictObject({ recoveryPending: z.enum(['examining', 'pausing']) }),
  ])
  .meta({ id: 'StateValue', description: "XState's value of the state, with inner states." });

export const statusSchema = z.enum(['active', 'done', 'error', 'stopped']);

const inputShape = {
  runId: z.string(),
  task: textRefSchema,
  limits: limitsSchema,
  hasChecks: z.boolean().describe('Whether checks are configured.'),
  agentCounts: z
    .strictObject({ worker: ordinal, auditor: ordinal })
    .describe('Agents of each role: its own, and those to fall back on.'),
};

export const inputSchema = exactly<LifecycleInput>()(z.strictObject(inputShape));

const currentAttemptSchema = exactly<CurrentAttempt>()(
  z.strictObject({
    number: ordinal,
    role: roleSchema,
    agent: count.describe("Which of the role's agents; 0 is its own."),
    attach: z.boolean().describe('To its living process, found by recovery, instead of a start.'),
    ranMs: milliseconds.describe('Milliseconds that it is known to have run.'),
    spent: usageSchema.describe('What it is known to have used so far.'),
    pid: ordinal.nullable().describe("The agent's, once it has started."),
    endReason: endReasonSchema.nullable(),
    counted: z.boolean().describe('Among the deaths of its role.'),
  }),
);

const turnSchema = exactly<AgentTurn>()(
  z.strictObject({
    current: count,
    limitedUntil: list(epochMs).describe('Of each agent; 0: no limit of it is known.'),
  }),
);

const usageByRole = z.strictObject({ worker: usageSchema, auditor: usageSchema });
const countByRole = z.strictObject({ worker: count, auditor: count });

export const contextSchema = exactly<LifecycleContext>()(
  z
    .strictObject({
      ...inputShape,
      iteration: count.describe('0 before the first worker attempt.'),
      attempt: currentAttemptSchema
        .nullable()
        .describe('The attempt that runs, or that ended last.'),
      deaths: countByRole.describe('Attempts of this iteration that ended dead or unreadable.'),
      work: workSchema.nullable().describe("The worker's finished attempt, up for judgement."),
      feedback: feedbackSchema.nullable().describe('Why the attempt before was not enough.'),
      salvage: salvageSchema.nullable().describe('What a cut-short attempt left behind.'),
      repeatsIteration: z.boolean().describe('The next worker attempt counts as no iteration.'),
      findings: list(findingSchema).describe(`What stands first; at most ${LEDGER_LIMIT}.`),
      standstill: standstillSchema.nullable().describe('Null also where files are not recorded.'),
      rounds: list(roundSchema).describe(`The latest rounds, at most ${ROUNDS_KEPT}.`),
      diagnosis: z.string().nullable().describe("Why the auditor's answer could not be read."),
      protectedChanges: protectedChangesSchema
        .nullable()
        .exactOptional()
        .describe('That the last worker left, whatever its end. Absent: there never were any.'),
      verdict: verdictSchema.nullable(),
      usage: usageByRole,
      activeMs: milliseconds.describe('Milliseconds that attempts and checks took.'),
      usageUpTo: count.describe('The latest attempt whose usage and time are in the sums.'),
      losses: count.describe(
        'Attempts in a row that oneshot was lost under, with nothing to show.',
      ),
      failedIn: phaseSchema.nullable().describe('The state in which a budget ended the run.'),
      resumeAt: epochMs.nullable().describe('When a usage limit ends, in epoch milliseconds.'),
      turns: z
        .strictObject({ worker: turnSchema, auditor: turnSchema })
        .describe('Which agent each role uses next, and the limits that are known of its others.'),
      quotaProbes: count.describe(
        'Usage limits in a row whose end was not told, or told to be soon.',
      ),
      phase: phaseSchema.describe('The state, or the one that was interrupted.'),
      reason: z.string().nullable().describe('A stable word for programs.'),
      message: z.string().nullable().describe('The same for a person, with what to do.'),
    })
    .meta({ id: 'Context', description: 'Everything that the statechart remembers.' }),
);
