/** Schemas of what is told about this machine and its agents: the lines of `agents --json`, its `verify`, and `doctor`. */
import * as z from 'zod';
import type { AgentStatus } from './agent-status.ts';
import type { Finding } from './doctor.ts';
import { exactly } from './schema-of.ts';
import type { VerificationRow } from './verification.ts';

export const agentLineSchema = exactly<AgentStatus>()(
  z
    .strictObject({
      name: z.string().describe('As in `--agent NAME`.'),
      title: z.string(),
      installed: z.boolean().describe('What comes with oneshot always is.'),
      path: z.string().nullable().describe('Of its program; null for what comes with oneshot.'),
      version: z.string().nullable().describe('As it says itself.'),
      problem: z.string().nullable().describe('What is wrong with it.'),
      install: z.string().nullable().describe('What to type; null for what comes with oneshot.'),
      abilities: z.strictObject({
        resume: z.boolean(),
        schema: z.boolean(),
        usage: z.boolean(),
        cost: z.boolean(),
        prompt: z.enum(['stdin', 'argument', 'file']),
      }),
    })
    .meta({ title: 'A line of agents --json', description: 'One agent, as it stands here.' }),
);

export const findingSchema = exactly<Finding>()(
  z
    .strictObject({
      check: z.string().describe('What was looked at.'),
      status: z.enum(['ok', 'warning', 'problem']).describe('With a problem the exit code is 1.'),
      message: z.string(),
      advice: z.string().nullable().describe('What to do; null when there is nothing to do.'),
    })
    .meta({ title: 'A line of doctor --json' }),
);

export const verificationRowSchema = exactly<VerificationRow>()(
  z
    .strictObject({
      what: z.string(),
      tier: z.enum(['mandatory', 'capability']),
      outcome: z.enum(['passed', 'failed', 'notTested']),
      detail: z.string(),
    })
    .meta({ title: 'A line of agents verify --json' }),
);
