import { styleText } from 'node:util';
import type { AgentAdapter, AgentSettings } from '../actors/agents/adapter.ts';
import { AGENT_NAMES, findAgent } from '../actors/agents/registry.ts';
import { absoluteCommand } from './absolute-command.ts';
import { agentStatus } from './agent-status.ts';
import { commandContext, STREAMS, usesColor } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import type { Config } from './config.ts';
import { UsageError } from './errors.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { launchPlace } from './launch-place.ts';
import { requireAgent } from './run-settings.ts';
import { questionsOf, type VerificationRow, verify } from './verification.ts';
import { createVerificationHost } from './verification-host.ts';

/** Milliseconds that one answer may take, however long an attempt of a run may. */
const ATTEMPT_LIMIT_MS = 5 * 60_000;

/**
 * `oneshot agents verify NAME`: asks the agent a few small questions and stops it once. Exits with 0 when all that is
 * mandatory is kept.
 */
export async function verifyCommand(name: string, options: CommandOptions): Promise<number> {
  const adapter = findAgent(name);
  if (!adapter)
    throw new UsageError(`no agent is named "${name}"; there are: ${AGENT_NAMES.join(', ')}`);
  const { cwd, config } = await commandContext(options);
  const settings = settingsFor(adapter, config, cwd, options);
  const host = createVerificationHost(adapter, settings, config);
  const rows: VerificationRow[] = [];
  const tell = (row: VerificationRow) => {
    rows.push(row);
    STREAMS.out(`${options.json ? JSON.stringify(row) : line(row, options)}\n`);
  };
  const stop = stopSignals();
  try {
    requireAgent('worker', host.settings.agents.worker, host.place);
    if (!options.json)
      STREAMS.err(`Trying out ${name} with ${questionsOf(host)} small questions to its model.\n`);
    const attemptMs = Math.min(config.attemptMs, ATTEMPT_LIMIT_MS);
    await tellVersion(adapter, host.place.cwd, tell);
    await verify({ host, signal: stop.signal, attemptMs, tell });
  } finally {
    stop.dispose();
    if (rows.every(({ outcome }) => outcome === 'passed')) host.remove();
  }
  return conclude(rows, host.folder, stop.signal.aborted);
}

function settingsFor(
  { name }: AgentAdapter,
  config: Config,
  cwd: string,
  { model }: CommandOptions,
): AgentSettings {
  const { agentCommand, agentOutput, agentArgs, baseUrl, permissions } = config;
  const configured = config.workerAgent === name ? config.workerModel : null;
  return {
    model: typeof model === 'string' ? model : configured,
    // It is tried out in a folder of its own.
    command: agentCommand && absoluteCommand(agentCommand, cwd),
    output: agentOutput,
    args: agentArgs,
    baseUrl,
    // It needs no tool, and nobody answers here.
    permissions: permissions === 'ask' ? 'deny' : permissions,
  };
}

async function tellVersion(
  adapter: AgentAdapter,
  cwd: string,
  tell: (row: VerificationRow) => void,
): Promise<void> {
  if (adapter.install === null) return;
  const { version, problem, path } = await agentStatus(adapter, launchPlace(cwd));
  const outcome = version === null ? 'failed' : 'passed';
  const detail = `${version ?? problem ?? 'unknown'} (${path})`;
  tell({ what: 'version', tier: 'capability', outcome, detail });
}

function conclude(rows: readonly VerificationRow[], folder: string, isAborted: boolean): number {
  const failed = rows.filter(({ outcome }) => outcome !== 'passed');
  if (failed.length > 0) STREAMS.err(`What it said and how it ended: ${folder}/attempts\n`);
  if (isAborted) return EXIT_CODES.SIGINT.code;
  return failed.some(({ tier }) => tier === 'mandatory') ? EXIT_CODES.failed.code : 0;
}

const MARKS = { passed: 'ok', failed: 'FAILED', notTested: 'not tested' } as const;
const STYLES = { passed: 'green', failed: 'red', notTested: 'yellow' } as const;

function line({ what, tier, outcome, detail }: VerificationRow, options: CommandOptions): string {
  const mark = MARKS[outcome].padEnd(10);
  const shown = usesColor(options, process.stdout) ? styleText(STYLES[outcome], mark) : mark;
  return `${shown}  ${tier.padEnd(10)}  ${what.padEnd(15)}  ${detail}`;
}

/** The first signal ends what is going on in order; a second one is Node's. */
function stopSignals() {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.once(name, abort);
  const dispose = () => {
    for (const name of names) process.off(name, abort);
  };
  return { signal: controller.signal, dispose };
}
