import { join, resolve } from 'node:path';
import type { CheckSettings } from '../actors/run-host.ts';
import type { Limits } from '../machines/contracts.ts';
import { type ConfigDocument, findConfig, readConfig } from './config-files.ts';
import { type Flags, readFlags } from './config-flags.ts';
import { DEFAULTS } from './defaults.ts';
import { OPTION_LIST, OPTIONS, type OptionKey, type OptionValues } from './options.ts';

/** Everything that was set or holds by default, in the units of the program; `null` is not set. */
export interface Config extends Limits {
  /** Name of the agent of both roles; each role's own stands below. */
  readonly agent: string | null;
  /** What the worker's role uses: its own setting, or the one for both roles when that comes from a stronger source. */
  readonly workerAgent: string | null;
  readonly auditorAgent: string | null;
  readonly workerModel: string | null;
  readonly auditorModel: string | null;
  readonly agentCommand: string | null;
  /** By the same rule as {@link Config.workerAgent}. */
  readonly workerAgentCommand: string | null;
  readonly auditorAgentCommand: string | null;
  readonly agentOutput: 'text' | 'jsonl' | 'auto';
  readonly agentArgs: readonly string[];
  readonly workerPromptHeader: string | null;
  readonly reworkerPromptHeader: string | null;
  readonly auditorPromptHeader: string | null;
  readonly killGraceMs: number;
  readonly resultGraceMs: number;
  readonly outputLimitBytes: number;
  readonly checks: readonly CheckSettings[];
  /** Names of environment variables. */
  readonly secrets: readonly string[];
  /** Absolute path. */
  readonly runsDir: string;
  /** Where each setting comes from: the flag, the path of a file, or `default`. */
  readonly sources: Readonly<Record<OptionKey, string>>;
}

export interface ConfigRequest {
  /** Absolute path of the working folder. */
  readonly cwd: string;
  /** Absolute path of the home folder; empty when there is none. */
  readonly home: string;
  /** Of `--config FILE`, relative to the working folder: then no other file is looked for. */
  readonly configFile?: string | undefined;
  /** The texts of the command line, by option. */
  readonly flags: Flags;
  /** Names of the agents that there are. */
  readonly agents: readonly string[];
}

/**
 * The settings that hold, key by key from the strongest source that has it: flags, then the file of `--config` or else
 * the one in the working folder and the one in the home folder, then the defaults.
 *
 * Throws a `UsageError` for wrong flags and a `ConfigError` for a wrong file, each with one line per problem.
 */
export async function loadConfig(request: ConfigRequest): Promise<Config> {
  const { cwd, home, flags, agents } = request;
  const fromFlags = { name: null, values: readFlags(flags, agents) };
  const fromFiles = await readFiles(await findFiles(request), agents);
  return resolved([fromFlags, ...fromFiles], { cwd, home });
}

/** The environment of this process. It is read here and nowhere else, so that its readers can be given another. */
export function environment(): NodeJS.ProcessEnv {
  return process.env;
}

/** What one source says; its name is a path, or `null` for the command line. */
interface Source {
  readonly name: string | null;
  readonly values: OptionValues;
}

interface Folders {
  readonly cwd: string;
  readonly home: string;
}

async function findFiles({ cwd, home, configFile }: ConfigRequest): Promise<ConfigDocument[]> {
  if (configFile !== undefined) return [await readConfig(resolve(cwd, configFile))];
  const folders = home === '' || resolve(home) === resolve(cwd) ? [cwd] : [cwd, home];
  const found = await Promise.all(folders.map(findConfig));
  return found.filter((document) => document !== null);
}

/** What validation needs is loaded only when there is something to validate. */
async function readFiles(
  documents: readonly ConfigDocument[],
  agents: readonly string[],
): Promise<Source[]> {
  if (documents.length === 0) return [];
  const { validateConfig } = await import('./config-schema.ts');
  return documents.map((document) => ({
    name: document.file,
    values: validateConfig(document, agents),
  }));
}

/** @param sources strongest first */
function resolved(sources: readonly Source[], { cwd, home }: Folders): Config {
  const set: OptionValues = Object.assign({}, ...sources.map(({ values }) => values).reverse());
  const inherited = (own: RoleKey, shared: SharedKey) =>
    set[strongerOf(sources, own, shared)] ?? null;
  return {
    ...limitsOf(set),
    ...textsOf(set),
    workerAgent: inherited('workerAgent', 'agent'),
    auditorAgent: inherited('auditorAgent', 'agent'),
    workerAgentCommand: inherited('workerAgentCommand', 'agentCommand'),
    auditorAgentCommand: inherited('auditorAgentCommand', 'agentCommand'),
    agentOutput: set.agentOutput ?? DEFAULTS.agentOutput,
    agentArgs: set.agentArgs ?? [],
    checks: set.checks ?? [],
    secrets: set.secrets ?? [],
    runsDir: resolve(cwd, atHome(set.runsDir ?? DEFAULTS.runsDir, home)),
    sources: sourceNames(sources),
  };
}

function limitsOf(set: OptionValues) {
  return {
    maxIterations: set.maxIterations ?? DEFAULTS.maxIterations,
    workerAttempts: set.workerAttempts ?? DEFAULTS.workerAttempts,
    auditorAttempts: set.auditorAttempts ?? DEFAULTS.auditorAttempts,
    inactivityMs: set.inactivityTimeout ?? DEFAULTS.inactivityMs,
    attemptMs: set.attemptTimeout ?? DEFAULTS.attemptMs,
    killGraceMs: set.killGrace ?? DEFAULTS.killGraceMs,
    resultGraceMs: set.resultGrace ?? DEFAULTS.resultGraceMs,
    retryPauseMs: set.retryPause ?? DEFAULTS.retryPauseMs,
    outputLimitBytes: set.outputLimit ?? DEFAULTS.outputLimitBytes,
    onLimit: set.onLimit ?? DEFAULTS.onLimit,
  };
}

function textsOf(set: OptionValues) {
  return {
    agent: set.agent ?? null,
    agentCommand: set.agentCommand ?? null,
    workerModel: set.workerModel ?? null,
    auditorModel: set.auditorModel ?? null,
    workerPromptHeader: set.workerPromptHeader ?? null,
    reworkerPromptHeader: set.reworkerPromptHeader ?? null,
    auditorPromptHeader: set.auditorPromptHeader ?? null,
  };
}

type SharedKey = 'agent' | 'agentCommand';
type RoleKey = 'workerAgent' | 'auditorAgent' | 'workerAgentCommand' | 'auditorAgentCommand';

/** `--agent` on the command line is meant for both roles, whatever a file says of one of them. */
function strongerOf(
  sources: readonly Source[],
  own: RoleKey,
  shared: SharedKey,
): RoleKey | SharedKey {
  const first = sources.find(({ values }) => own in values || shared in values);
  return first === undefined || own in first.values ? own : shared;
}

/** `~/runs` in a file, where no shell has replaced it. */
function atHome(path: string, home: string): string {
  return home !== '' && /^~(\/|$)/.test(path) ? join(home, path.slice(1)) : path;
}

function sourceNames(sources: readonly Source[]): Record<OptionKey, string> {
  const named = OPTION_LIST.map(({ key }) => [key, sourceName(sources, key)]);
  // Object.fromEntries forgets the keys, which are all of the table.
  return Object.fromEntries(named) as Record<OptionKey, string>;
}

function sourceName(sources: readonly Source[], key: OptionKey): string {
  const first = sources.find(({ values }) => key in values);
  return first === undefined ? 'default' : (first.name ?? OPTIONS[key].flag ?? key);
}
