/** From the configuration to what a run is recorded with, and to the agents of its roles. */
import type { AgentAdapter, AgentSettings, LaunchPlace } from '../actors/agents/adapter.ts';
import { lookUpProgram } from '../actors/agents/lookup.ts';
import { AGENT_NAMES, findAgent, INSTALLABLE_AGENTS } from '../actors/agents/registry.ts';
import type { RunSettings } from '../actors/run-host.ts';
import type { Limits, Role } from '../machines/contracts.ts';
import type { Config } from './config.ts';
import { EnvironmentError } from './errors.ts';

export function limitsOf(config: Config): Limits {
  const { maxIterations, workerAttempts, auditorAttempts } = config;
  const { inactivityMs, attemptMs, retryPauseMs, onLimit } = config;
  const { maxCostUsd, maxTokens, maxTimeMs, maxLosses } = config;
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
  };
}

export function settingsOf(config: Config, place: LaunchPlace): RunSettings {
  return {
    cwd: place.cwd,
    agents: {
      worker: agentOf(config, 'worker', place),
      auditor: agentOf(config, 'auditor', place),
    },
    headers: {
      worker: config.workerPromptHeader,
      reworker: config.reworkerPromptHeader,
      auditor: config.auditorPromptHeader,
    },
    checks: config.checks,
    killGraceMs: config.killGraceMs,
    resultGraceMs: config.resultGraceMs,
    outputLimitBytes: config.outputLimitBytes,
    secrets: config.secrets,
    trees: { record: config.recordTrees === 'on', fileLimitBytes: config.treeFileLimitBytes },
  };
}

function agentOf(
  config: Config,
  role: Role,
  place: LaunchPlace,
): AgentSettings & { readonly name: string } {
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
export function adaptersOf(settings: RunSettings, place: LaunchPlace): Record<Role, AgentAdapter> {
  return {
    worker: requireAgent('worker', settings, place),
    auditor: requireAgent('auditor', settings, place),
  };
}

/** The adapter of one role. Throws an {@link EnvironmentError} when it cannot be started here, with what to do. */
export function requireAgent(
  role: Role,
  { agents }: RunSettings,
  place: LaunchPlace,
): AgentAdapter {
  const settings = agents[role];
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
