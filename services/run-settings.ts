/** From the configuration to what a run is recorded with, and to the agents of its roles. */
import type { AgentAdapter, AgentSettings, LaunchPlace } from '../actors/agents/adapter.ts';
import { lookUpProgram } from '../actors/agents/lookup.ts';
import { AGENT_NAMES, findAgent, INSTALLABLE_AGENTS } from '../actors/agents/registry.ts';
import { choicesOf } from '../actors/attempt-agent.ts';
import type { AgentChoice, RunSettings } from '../actors/run-host.ts';
import type { Limits, Role } from '../machines/contracts.ts';
import type { Config } from './config.ts';
import { EnvironmentError, UsageError } from './errors.ts';

export function limitsOf(config: Config): Limits {
  const { maxIterations, workerAttempts, auditorAttempts } = config;
  const { inactivityMs, attemptMs, retryPauseMs, onLimit } = config;
  const { maxCostUsd, maxTokens, maxTimeMs, maxLosses, stallAfter } = config;
  return {
    maxIterations,
    workerAttempts,
    auditorAttempts,
    inactivityMs,
    attemptMs,
    retryPauseMs,
    onLimit,
    maxCostUsd,
    maxTokens,
    maxTimeMs,
    maxLosses,
    stallAfter,
  };
}

/** Throws a {@link UsageError} for settings that do not go together, and what {@link adaptersOf} throws. */
export function settingsOf(config: Config, place: LaunchPlace): RunSettings {
  const worker = agentOf(config, 'worker', place);
  const auditor = agentOf(config, 'auditor', place);
  return {
    cwd: place.cwd,
    agents: { worker, auditor },
    fallbacks: {
      worker: fallbacksOf(config, worker),
      auditor: fallbacksOf(config, auditor),
    },
    headers: {
      worker: config.workerPromptHeader,
      reworker: config.reworkerPromptHeader,
      auditor: config.auditorPromptHeader,
    },
    checks: config.checks,
    protect: config.protect,
    killGraceMs: config.killGraceMs,
    resultGraceMs: config.resultGraceMs,
    outputLimitBytes: config.outputLimitBytes,
    secrets: config.secrets,
    trees: { record: config.recordTrees === 'on', fileLimitBytes: config.treeFileLimitBytes },
  };
}

function agentOf(config: Config, role: Role, place: LaunchPlace): AgentChoice {
  const isWorker = role === 'worker';
  const command = isWorker ? config.workerAgentCommand : config.auditorAgentCommand;
  const chosen = isWorker ? config.workerAgent : config.auditorAgent;
  return {
    name: chosen ?? (command !== null ? 'command' : firstInstalled(place)),
    model: isWorker ? config.workerModel : config.auditorModel,
    command,
    output: config.agentOutput,
    args: config.agentArgs,
    baseUrl: isWorker ? config.workerBaseUrl : config.auditorBaseUrl,
    permissions: config.permissions,
  };
}

/**
 * What takes the place of a role's agent, in order. Model and further arguments are those of one agent, so these run with
 * their own.
 */
function fallbacksOf(config: Config, own: AgentChoice): AgentChoice[] {
  if (config.onLimit === 'fallback' && config.fallbackAgents.length === 0)
    throw new UsageError(
      '`--on-limit fallback` needs an agent to fall back on: --fallback-agent NAME, or fallbackAgents in a file.',
    );
  const names = new Set(config.fallbackAgents.filter((name) => name !== own.name));
  return [...names].map((name) => ({ ...own, name, model: null, args: [] }));
}

/** How many agents each role has, as the statechart is told. */
export function agentCountsOf(settings: RunSettings): Record<Role, number> {
  return {
    worker: choicesOf(settings, 'worker').length,
    auditor: choicesOf(settings, 'auditor').length,
  };
}

/** Nothing was chosen: the agent's own defaults. */
export const NO_SETTINGS: AgentSettings = { model: null, command: null, output: 'auto', args: [] };

function firstInstalled(place: LaunchPlace): string {
  const found = INSTALLABLE_AGENTS.find(
    (agent) => lookUpProgram(agent.program(NO_SETTINGS), place).found,
  );
  if (found) return found.name;
  const ways = INSTALLABLE_AGENTS.map(({ name, install }) => `  ${name}: ${install}`).join('\n');
  throw new EnvironmentError(
    `No agent is installed. Install one:\n${ways}\nOr name any command line: --agent command --agent-command 'my-agent'. ` +
      'To see how it works without one: oneshot demo.',
  );
}

/** The adapters of both roles, each looked up: an agent that is missing is said before the run exists. */
export function adaptersOf(
  settings: RunSettings,
  place: LaunchPlace,
): Record<Role, readonly AgentAdapter[]> {
  const all = (role: Role) =>
    choicesOf(settings, role).map((choice) => requireAgent(role, choice, place));
  return { worker: all('worker'), auditor: all('auditor') };
}

/** The adapter of an agent. Throws an {@link EnvironmentError} when it cannot be started here, with what to do. */
export function requireAgent(role: Role, settings: AgentChoice, place: LaunchPlace): AgentAdapter {
  const adapter = findAgent(settings.name);
  if (!adapter) {
    throw new EnvironmentError(
      `The ${role}'s agent "${settings.name}" is unknown; there are: ${AGENT_NAMES.join(', ')}.`,
    );
  }
  const lack = adapter.lacks?.(settings);
  if (lack) throw new EnvironmentError(`The ${role}'s agent "${adapter.name}" needs ${lack}.`);
  const program = adapter.program(settings);
  const lookup = lookUpProgram(program, place);
  if (!lookup.found) {
    const what = lookup.why === 'missing' ? 'is not installed' : 'is not executable';
    const next = adapter.install ? ` Install it: ${adapter.install}.` : '';
    throw new EnvironmentError(
      `The ${role}'s agent ${adapter.name} cannot be started: "${program}" ${what}.${next}`,
    );
  }
  const obstacle = adapter.preflight?.(place);
  if (obstacle) throw new EnvironmentError(`The ${role}'s agent ${adapter.name}: ${obstacle}`);
  return adapter;
}
