/** Schemas of the events in the journal, as they are after JSON. */
import * as z from 'zod';
import type { LifecycleEvent } from '../machines/events.ts';
import { contextSchema, inputSchema, stateValueSchema } from './context-schemas.ts';
import {
  attemptEndSchema,
  checkResultSchema,
  findingsSchema,
  limitsShape,
  textRefSchema,
  usageSchema,
} from './contract-schemas.ts';
import type { JournaledEvent } from './journal.ts';
import { exactly, list, milliseconds, ordinal } from './schema-of.ts';

const largerLimits = z.strictObject({
  maxIterations: z.exactOptional(limitsShape.maxIterations),
  workerAttempts: z.exactOptional(limitsShape.workerAttempts),
  auditorAttempts: z.exactOptional(limitsShape.auditorAttempts),
  inactivityMs: z.exactOptional(limitsShape.inactivityMs),
  attemptMs: z.exactOptional(limitsShape.attemptMs),
  retryPauseMs: z.exactOptional(limitsShape.retryPauseMs),
  onLimit: z.exactOptional(limitsShape.onLimit),
  maxCostUsd: z.exactOptional(limitsShape.maxCostUsd),
  maxTokens: z.exactOptional(limitsShape.maxTokens),
  maxTimeMs: z.exactOptional(limitsShape.maxTimeMs),
  maxLosses: z.exactOptional(limitsShape.maxLosses),
  stallAfter: z.exactOptional(limitsShape.stallAfter),
});

/** Events whose type says all that is recorded of them. */
const plainEventSchema = exactly<Exclude<JournaledEvent, Unrecorded | Forked | FromXState>>()(
  z.union([
    z.strictObject({ type: z.literal('run.start') }),
    z.strictObject({
      type: z.literal('run.interrupt'),
      reason: z.string().describe('As `SIGINT`.'),
    }),
    z.strictObject({ type: z.literal('run.resume') }),
    z.strictObject({ type: z.literal('run.extend'), limits: largerLimits }),
    z.strictObject({ type: z.literal('process.restarted') }),
    z.strictObject({ type: z.literal('agent.started'), attempt: ordinal, pid: ordinal }),
    z.strictObject({
      type: z.literal('agent.spent'),
      attempt: ordinal,
      usage: usageSchema,
      ranMs: milliseconds,
    }),
    z.strictObject({ type: z.literal('agent.ended'), attempt: ordinal, end: attemptEndSchema }),
    z.strictObject({
      type: z.literal('checks.ended'),
      attempt: ordinal,
      results: list(checkResultSchema),
      feedback: textRefSchema.nullable(),
      tree: z.string().nullable().describe('The work tree that they left.'),
    }),
    z.strictObject({ type: z.literal('xstate.init'), input: inputSchema }),
    z.strictObject({ type: z.templateLiteral(['xstate.after.', z.string()]) }),
  ]),
);

/** A sign of life is too frequent to be worth a record. */
type Unrecorded = { readonly type: 'agent.activity' };

type Forked = Extract<JournaledEvent, { type: 'run.forked' }>;

/** XState adds to these who sent them; the types name only what the statechart reads. */
type FromXState = Extract<
  LifecycleEvent,
  { type: `xstate.done.${string}` | `xstate.error.${string}` }
>;

const actorId = z.string();

/** Its value is told more exactly than its type, which is XState's. */
const forkedEventSchema = z.strictObject({
  type: z.literal('run.forked'),
  value: stateValueSchema,
  context: contextSchema,
});

const xstateEventSchema = z.union([
  z.strictObject({
    type: z.literal('xstate.done.actor.recovery'),
    output: z.strictObject({ attempt: ordinal, findings: findingsSchema }),
    actorId,
  }),
  z.strictObject({
    type: z.literal('xstate.done.actor.quotaReset'),
    output: z.exactOptional(z.unknown()),
    actorId,
  }),
  z.strictObject({
    type: z.templateLiteral(['xstate.error.actor.', z.string()]),
    error: z.unknown().describe('An object of name, message and code, for an error.'),
    actorId,
  }),
]);

export const journaledEventSchema = z
  .union([plainEventSchema, forkedEventSchema, xstateEventSchema])
  .meta({ id: 'Event', description: 'What happened to the run.' });
