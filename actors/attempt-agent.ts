import type { Role } from '../machines/contracts.ts';
import type { AgentAdapter } from './agents/adapter.ts';
import type { AgentChoice, RunHost } from './run-host.ts';

/** Which agent an attempt is for: its role, and which of the role's agents. */
export interface AttemptAgent {
  readonly role: Role;
  /** 0 is the role's own, those to fall back on follow. */
  readonly agent: number;
}

/** What is known of the agent of an attempt, and what was chosen for it. Throws for one that the run does not have. */
export function agentOf(
  { adapters, settings }: Pick<RunHost, 'adapters' | 'settings'>,
  { role, agent }: AttemptAgent,
): { readonly adapter: AgentAdapter; readonly settings: AgentChoice } {
  const adapter = adapters[role][agent];
  const choice = choicesOf(settings, role)[agent];
  if (adapter && choice) return { adapter, settings: choice };
  throw new Error(`The ${role} has no agent ${agent}; it has ${adapters[role].length}.`);
}

/** The agents of a role, each once: its own, and those to fall back on. */
export function choicesOf(
  { agents, fallbacks }: Pick<RunHost['settings'], 'agents' | 'fallbacks'>,
  role: Role,
): readonly AgentChoice[] {
  const own = agents[role];
  return [own, ...(fallbacks?.[role] ?? []).filter(({ name }) => name !== own.name)];
}
