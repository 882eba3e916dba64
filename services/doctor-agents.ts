import { AGENT_NAMES, AGENTS, INSTALLABLE_AGENTS } from '../actors/agents/registry.ts';
import { type AgentStatus, agentStatus } from './agent-status.ts';
import type { Config } from './config.ts';
import type { DoctorRequest, Finding } from './doctor.ts';

/** Starts each installed agent with `--version`. One that is missing is a finding only when it is configured. */
export async function lookAtAgents({ config, place }: DoctorRequest): Promise<Finding[]> {
  const all = await Promise.all(AGENTS.map((agent) => agentStatus(agent, place)));
  const programs = all.filter(({ install }) => install !== null);
  const installed = programs.filter((agent) => agent.installed || agent.problem !== null);
  const wanted = configuredAgents(config);
  return [
    ...(installed.length === 0 && wanted.length === 0 ? [noneInstalled()] : []),
    ...installed.map((agent) => standing(agent, wanted.includes(agent.name))),
    ...programs
      .filter((agent) => wanted.includes(agent.name) && !installed.includes(agent))
      .map(missing),
  ];
}

function configuredAgents({ workerAgent, auditorAgent }: Config): string[] {
  const names = [workerAgent, auditorAgent].filter((name) => name !== null);
  return [...new Set(names)].filter((name) => AGENT_NAMES.includes(name));
}

function noneInstalled(): Finding {
  const ways = INSTALLABLE_AGENTS.map(({ name, install }) => `${name}: ${install}`).join('; ');
  return {
    check: 'agents',
    status: 'problem',
    message: 'No agent is installed.',
    advice: `Install one (${ways}), or name any command line with --agent-command.`,
  };
}

/** An agent that does not start is a problem where it is configured, and else to be known. */
function standing(agent: AgentStatus, isWanted: boolean): Finding {
  const { name, version, path, problem } = agent;
  if (problem === null) {
    return { check: name, status: 'ok', message: `${version} (${path})`, advice: null };
  }
  const status = isWanted ? 'problem' : 'warning';
  const known = `${path ?? name}: ${problem.replace(/[.]?$/, '.')}`;
  // What started says itself what to do about its problem.
  const advice =
    version === null
      ? `Look at it: ${name} --version. To install it anew: ${agent.install}`
      : `The run would be refused. Do as it says, or take another agent.`;
  return { check: name, status, message: known, advice };
}

function missing({ name, install }: AgentStatus): Finding {
  const message = 'It is configured and not installed.';
  return { check: name, status: 'problem', message, advice: `Install it: ${install}` };
}
