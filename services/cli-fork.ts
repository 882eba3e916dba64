/** `oneshot fork`: a run of its own that goes on from a checkpoint of another. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunSettings } from '../actors/run-host.ts';
import type { Phase } from '../machines/context.ts';
import type { Role } from '../machines/contracts.ts';
import { commandContext, createOutput, STREAMS } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { goOn } from './cli-run.ts';
import type { Config } from './config.ts';
import { messageOf, OneshotError, RunRefusedError, UsageError } from './errors.ts';
import { discardFork, type ForkRequest, forkRun } from './fork.ts';
import { parseChange } from './fork-changes.ts';
import { type ForkFiles, forkFiles, restoreForFork } from './fork-files.ts';
import { type ForkPoint, forkPoint } from './fork-point.ts';
import type { Restored } from './restore.ts';
import { findRun, type RunFolder } from './run-store.ts';
import { phaseOf } from './run-view.ts';
import { lockWorkTree, realWorkTree } from './work-tree.ts';

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
  const request = { from, point, task, maxIterations, settings, changes };
  const files = forkFiles(from, point.entry);
  const fork = options.restoreFiles
    ? await forkWithFiles(request, files, options)
    : { folder: await forkRun(request), restored: null };
  if (options.start === false) return tellOf({ ...fork, from, point, files }, options);
  createOutput(options).notice(description({ ...fork, from, point, files }));
  return goOnOrDiscard(fork, config, options);
}

interface Fork {
  readonly folder: RunFolder;
  /** `null`: only the state is forked. */
  readonly restored: Restored | null;
}

/** What there is to tell of a fork. */
interface Told extends Fork {
  readonly from: RunFolder;
  readonly point: ForkPoint;
  readonly files: ForkFiles | null;
}

/** Nobody may work in the files meanwhile, not even with `--share`. */
async function forkWithFiles(
  request: ForkRequest,
  files: ForkFiles | null,
  options: CommandOptions,
): Promise<Fork> {
  const { from, point } = request;
  if (!files) throw notRecorded(from, point);
  const cwd = realWorkTree(point.header.settings.cwd);
  const { notice } = createOutput(options);
  const waiting = { signal: new AbortController().signal, notify: notice };
  const lock = await lockWorkTree(cwd, from.id, options.wait ? 'wait' : 'refuse', waiting);
  let folder: RunFolder | null = null;
  try {
    folder = await forkRun(request);
    return { folder, restored: await restoreForFork(folder, files, options.force === true) };
  } catch (error) {
    if (folder) discardFork(folder);
    throw error;
  } finally {
    lock?.release();
  }
}

function notRecorded(from: RunFolder, { entry }: ForkPoint): RunRefusedError {
  return new RunRefusedError(
    `The files as they were at seq ${entry.seq} of the run ${from.id} are not recorded, so only the state can be ` +
      'forked. Nothing was done; leave --restore-files out to fork it with the files as they are now.',
    2,
  );
}

/** A fork that is refused before anything has begun leaves nothing behind, but for one that has changed the files. */
async function goOnOrDiscard(
  { folder, restored }: Fork,
  config: Config,
  options: CommandOptions,
): Promise<number> {
  const before = readFileSync(folder.journal);
  try {
    return await goOn(folder, {}, config, options);
  } catch (error) {
    const isUnbegun = error instanceof OneshotError && before.equals(readFileSync(folder.journal));
    if (isUnbegun && !restored?.parked) discardFork(folder);
    else if (isUnbegun)
      createOutput(options).notice(
        `The run ${folder.id} is kept, since its files are restored. Go on with it: oneshot resume ${folder.id}`,
      );
    throw error;
  }
}

/** What `fork --no-start --json` prints. */
export interface ForkLine {
  readonly type: 'fork';
  readonly version: 1;
  readonly run: string;
  readonly parent: { readonly run: string; readonly seq: number };
  readonly state: Phase;
  /** Absolute path of the fork's folder. */
  readonly folder: string;
  /** What became of the files of the work tree; `null`: they are as they were, only the state is forked. */
  readonly restored: Restored | null;
}

function tellOf(told: Told, options: CommandOptions): number {
  const { folder, from, point, restored } = told;
  if (!options.json) {
    STREAMS.err(`${description(told)}\nGo on with it: oneshot resume ${folder.id}\n`);
    STREAMS.out(`${folder.id}\n`);
    return 0;
  }
  const line: ForkLine = {
    type: 'fork',
    version: 1,
    run: folder.id,
    parent: { run: from.id, seq: point.entry.seq },
    state: phaseOf(point.entry.value),
    folder: folder.path,
    restored,
  };
  STREAMS.out(`${JSON.stringify(line)}\n`);
  return 0;
}

function description({ folder, from, point, files, restored }: Told): string {
  const { entry, asked, header } = point;
  const state = phaseOf(entry.value);
  const back = asked === state ? '' : `, the last checkpoint before ${asked}`;
  const fork = `The run ${folder.id} goes on from ${from.id} at seq ${entry.seq} (${state}${back}).`;
  const { cwd } = header.settings;
  if (restored && files) return `${fork} ${restoredText(folder, cwd, files, restored)}`;
  return `${fork} Only the state is forked: the files in ${cwd} are as they are now. ${offer(files)}`;
}

function restoredText(
  folder: RunFolder,
  cwd: string,
  { wanted }: ForkFiles,
  { written, removed, parked }: Restored,
): string {
  const counts = `The files in ${cwd} are ${wanted.what} (${written} written, ${removed} removed).`;
  if (parked === null) return counts;
  const name = parked.split('/').at(-1);
  return `${counts} What was there is parked: ${parked}; to get it back: oneshot restore ${folder.id} --parked ${name}`;
}

/** How to have the files as they were then, where they are recorded. */
function offer(files: ForkFiles | null): string {
  if (!files) return 'As they were then is not recorded.';
  const { owner, attempt } = files;
  return `As they were then: oneshot fork --restore-files, or oneshot restore ${owner.id} --attempt ${attempt}`;
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
