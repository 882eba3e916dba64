import type { AgentAbilities, AgentAdapter, LaunchPlace } from '../actors/agents/adapter.ts';
import { lookUpProgram } from '../actors/agents/lookup.ts';
import { probeVersion } from '../actors/version-probe.ts';
import { NO_SETTINGS } from './run-settings.ts';

/** How an agent stands here. */
export interface AgentStatus {
  readonly name: string;
  readonly title: string;
  /** What comes with oneshot always is. */
  readonly installed: boolean;
  /** Absolute path of its program; `null` when it is not installed, or comes with oneshot. */
  readonly path: string | null;
  /** As it says itself; `null` when it does not, or was not asked. */
  readonly version: string | null;
  /** What is wrong with it, for a person; `null` when nothing is known to be. */
  readonly problem: string | null;
  /** What to type to install it; `null` for what comes with oneshot. */
  readonly install: string | null;
  readonly abilities: AgentAbilities;
}

/** Milliseconds that an agent may take to say its version: some start in seconds, and several are asked at once. */
const VERSION_LIMIT_MS = 20_000;

/** Looks an agent up, and starts it with `--version`. */
export async function agentStatus(agent: AgentAdapter, place: LaunchPlace): Promise<AgentStatus> {
  const { name, title, install, abilities } = agent;
  const known = { name, title, install, abilities, path: null, version: null, problem: null };
  if (install === null) return { ...known, installed: true };
  const program = agent.program(NO_SETTINGS);
  const lookup = lookUpProgram(program, place);
  if (!lookup.found) {
    const isThere = lookup.why === 'notExecutable';
    const problem = isThere ? `"${program}" is not executable` : null;
    return { ...known, installed: false, problem };
  }
  const probe = await probeVersion(lookup.path, {
    environment: place.environment,
    cwd: place.cwd,
    limitMs: VERSION_LIMIT_MS,
    isSharedService: agent.isSharedService,
  });
  const problem = probe.problem ?? agent.preflight?.(place) ?? null;
  return { ...known, installed: true, path: lookup.path, version: probe.version, problem };
}

/** The abilities that are there, in one word each. */
export function abilityNames({ resume, schema, usage, cost }: AgentAbilities): string[] {
  return Object.entries({ resume, schema, usage, cost }).flatMap(([name, has]) =>
    has ? [name] : [],
  );
}
