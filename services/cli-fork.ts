/** `oneshot fork`: a run of its own that goes on from a checkpoint of another. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { attemptTrees } from '../actors/attempt-changes.ts';
import type { RunSettings } from '../actors/run-host.ts';
import type { Role } from '../machines/contracts.ts';
import { commandContext, createOutput, STREAMS } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { goOn } from './cli-run.ts';
import type { Config } from './config.ts';
import { messageOf, OneshotError, UsageError } from './errors.ts';
import { discardFork, forkRun } from './fork.ts';
import { parseChange } from './fork-changes.ts';
import { type ForkPoint, forkPoint } from './fork-point.ts';
import { findRun, type RunFolder } from './run-store.ts';
import { phaseOf } from './run-view.ts';

export async function forkCommand(id: string, options: CommandOptions): Promise<number> {
  const { cwd, config } = await commandContext(options);
  const from = findRun(config.runsDir, id);
  const changes = [options.set ?? []].flat().map((text) => parseChange(`${text}`));
  const task =
    typeof options.taskFile === 'string' ? readTask(resolve(cwd, options.taskFile)) : null;
  const point = forkPoint(from, pointOf(options.at));
  const isGiven = (key: keyof Config['sources']) => config.sources[key].startsWith('--');
  const maxIterations = isGiven('maxIterations') ? config.maxIterations : null;
  const settings = forkedSettings(point.header.settings, config, isGiven);
  const folder = await forkRun({ from, point, task, maxIterations, settings, changes });
  if (options.start === false) return tellOf(folder, from, point, options);
  createOutput(options).notice(description(folder, from, point));
  return goOnOrDiscard(folder, config, options);
}

/** A fork that is refused before anything has begun leaves nothing behind. */
async function goOnOrDiscard(
  folder: RunFolder,
  config: Config,
  options: CommandOptions,
): Promise<number> {
  const before = readFileSync(folder.journal);
  try {
    return await goOn(folder, {}, config, options);
  } catch (error) {
    if (error instanceof OneshotError && before.equals(readFileSync(folder.journal)))
      discardFork(folder);
    throw error;
  }
}

function tellOf(
  folder: RunFolder,
  from: RunFolder,
  point: ForkPoint,
  options: CommandOptions,
): number {
  const { entry } = point;
  const parent = { run: from.id, seq: entry.seq };
  const state = phaseOf(entry.value);
  const line = { type: 'fork', version: 1, run: folder.id, parent, state, folder: folder.path };
  if (!options.json)
    STREAMS.err(
      `${description(folder, from, point)}\nGo on with it: oneshot resume ${folder.id}\n`,
    );
  STREAMS.out(`${options.json ? JSON.stringify(line) : folder.id}\n`);
  return 0;
}

function description(
  folder: RunFolder,
  from: RunFolder,
  { entry, asked, header }: ForkPoint,
): string {
  const state = phaseOf(entry.value);
  const back = asked === state ? '' : `, the last checkpoint before ${asked}`;
  return (
    `The run ${folder.id} goes on from ${from.id} at seq ${entry.seq} (${state}${back}). ` +
    `Only the state is forked: the files in ${header.settings.cwd} are as they are now${wayBack(from, entry)}.`
  );
}

/** How to have the files as they were then, where they are recorded. */
function wayBack(from: RunFolder, { context }: ForkPoint['entry']): string {
  const number = context.attempt?.number ?? 0;
  const recorded = attemptTrees(from.path);
  const isThere =
    number === 0 ? recorded[0]?.before : recorded.find((a) => a.number === number)?.after;
  return isThere ? `; as they were then: oneshot restore ${from.id} --attempt ${number}` : '';
}

function pointOf(at: CommandOptions[string]): number | 'last-checkpoint' {
  if (at === undefined || at === 'last-checkpoint') return 'last-checkpoint';
  if (typeof at === 'string' && /^\d{1,9}$/.test(at)) return Number(at);
  throw new UsageError(
    `--at is "${at}"; it is a seq, as \`oneshot replay\` shows them, or last-checkpoint.`,
  );
}

type IsGiven = (key: keyof Config['sources']) => boolean;

function forkedSettings(settings: RunSettings, config: Config, isGiven: IsGiven): RunSettings {
  const { worker, auditor } = settings.agents;
  return {
    ...settings,
    agents: {
      worker: forkedAgent('worker', worker, config, isGiven),
      auditor: forkedAgent('auditor', auditor, config, isGiven),
    },
  };
}

type Agent = RunSettings['agents'][Role];

/** Model, command line and arguments are those of one agent: another one has them only when they are given too. */
function forkedAgent(role: Role, before: Agent, config: Config, isGiven: IsGiven): Agent {
  const [name, model, command] = [`${role}Agent`, `${role}Model`, `${role}AgentCommand`] as const;
  const url = `${role}BaseUrl` as const;
  const chosen = isGiven(name) ? config[name] : isGiven(command) ? 'command' : null;
  const isOther = chosen !== null && chosen !== before.name;
  const kept: Agent = isOther
    ? { name: chosen, model: null, command: null, output: 'auto', args: [] }
    : before;
  return {
    ...kept,
    ...(isGiven(model) ? { model: config[model] } : {}),
    ...(isGiven(command) ? { command: config[command] } : {}),
    ...(isGiven(url) ? { baseUrl: config[url] } : {}),
    ...(isGiven('permissions') ? { permissions: config.permissions } : {}),
  };
}

function readTask(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`The task file ${path} cannot be read: ${messageOf(error)}`);
  }
  if (text.trim() === '') throw new UsageError(`The task file ${path} is empty.`);
  return text;
}
