import { styleText } from 'node:util';
import { AGENT_NAMES, AGENTS } from '../actors/agents/registry.ts';
import { type AgentStatus, abilityNames, agentStatus } from './agent-status.ts';
import { commandContext, STREAMS, usesColor } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { UsageError } from './errors.ts';
import { launchPlace } from './launch-place.ts';
import { textTable } from './text-table.ts';
import { realWorkTree } from './work-tree.ts';

/** `oneshot agents`: all of them, and how each stands here. `agents verify NAME` tries one out. */
export async function agentsCommand(
  [action, name, ...more]: readonly string[],
  options: CommandOptions,
): Promise<number> {
  if (action === undefined) return listAgents(options);
  if (action !== 'verify' || name === undefined || more.length > 0)
    throw new UsageError(
      `\`oneshot agents\` lists them, \`oneshot agents verify NAME\` tries one out; there are: ${AGENT_NAMES.join(', ')}`,
    );
  return (await import('./cli-verify.ts')).verifyCommand(name, options);
}

async function listAgents(options: CommandOptions): Promise<number> {
  const { cwd } = await commandContext(options);
  const place = launchPlace(realWorkTree(cwd));
  const agents = await Promise.all(AGENTS.map((agent) => agentStatus(agent, place)));
  if (options.json) {
    for (const agent of agents) STREAMS.out(`${JSON.stringify(agent)}\n`);
    return 0;
  }
  const [head = '', ...lines] = textTable([
    ['AGENT', 'VERSION', 'PROMPT', 'CAN', 'WHERE, OR HOW TO INSTALL IT'],
    ...agents.map(row),
  ]);
  const color = usesColor(options, process.stdout);
  STREAMS.out(`${color ? styleText('bold', head) : head}\n${lines.join('\n')}\n`);
  return 0;
}

function row(agent: AgentStatus): string[] {
  const { name, abilities, path, install, problem } = agent;
  const where = path ?? install ?? '';
  const trouble = problem === null ? '' : ` (${problem})`;
  const can = abilityNames(abilities).join(' ') || '-';
  return [name, standing(agent), abilities.prompt, can, `${where}${trouble}`.trim()];
}

function standing({ install, installed, version }: AgentStatus): string {
  if (install === null) return 'comes with oneshot';
  return installed ? (version ?? 'unknown') : 'not installed';
}
