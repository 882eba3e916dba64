import { join, resolve } from 'node:path';
import type { Permissions } from '../actors/agents/adapter.ts';
import type { CheckSettings } from '../actors/run-host.ts';
import type { Limits } from '../machines/contracts.ts';
import { type ConfigDocument, findConfig, readConfig } from './config-files.ts';
import { type Flags, readFlags } from './config-flags.ts';
import { DEFAULTS } from './defaults.ts';
import { ConfigError, OneshotError } from './errors.ts';
import type { HookSettings } from './hook-settings.ts';
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
  readonly baseUrl: string | null;
  /** By the same rule as {@link Config.workerAgent}. */
  readonly workerBaseUrl: string | null;
  readonly auditorBaseUrl: string | null;
  readonly permissions: Permissions;
  /** Names of the agents that take the place of one at its usage limit, in order. */
  readonly fallbackAgents: readonly string[];
  readonly agentOutput: 'text' | 'jsonl' | 'auto';
  readonly agentArgs: readonly string[];
  readonly workerPromptHeader: string | null;
  readonly reworkerPromptHeader: string | null;
  readonly auditorPromptHeader: string | null;
  readonly killGraceMs: number;
  readonly resultGraceMs: number;
  readonly outputLimitBytes: number;
  readonly checks: readonly CheckSettings[];
  readonly recordTrees: 'on' | 'off';
  readonly treeFileLimitBytes: number;
  readonly worktree: 'on' | 'off';
  readonly on: readonly HookSettings[];
  /** Names of environment variables. */
  readonly protect: readonly string[];
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
 * Throws a `UsageError` for wrong flags and a `ConfigError` for wrong files, or for both; in any case with one line for
 * each problem of all of them.
 */
export async function loadConfig(request: ConfigRequest): Promise<Config> {
  const read = [readFlagSource(request), ...findFiles(request).map(readSource(request))];
  const sources = allOf(await Promise.allSettled(read));
  return resolved(
    sources.filter((source) => source !== null),
    request,
  );
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

/** Where files are looked for, strongest first. */
function findFiles({ cwd, home, configFile }: ConfigRequest): Promise<ConfigDocument | null>[] {
  if (configFile !== undefined) return [readConfig(resolve(cwd, configFile))];
  const folders = home === '' || resolve(home) === resolve(cwd) ? [cwd] : [cwd, home];
  return folders.map(findConfig);
}

async function readFlagSource({ flags, agents }: ConfigRequest): Promise<Source> {
  return { name: null, values: readFlags(flags, agents) };
}

/** What validation needs is loaded only when there is something to validate. */
function readSource({ agents }: ConfigRequest) {
  return async (found: Promise<ConfigDocument | null>): Promise<Source | null> => {
    const document = await found;
    if (document === null) return null;
    const { validateConfig } = await import('./config-schema.ts');
    return { name: document.file, values: validateConfig(document, agents) };
  };
}

/** All values, or the one error that says everything that the errors say. */
function allOf<T>(results: readonly PromiseSettledResult<T>[]): T[] {
  const errors = results.flatMap((each): unknown[] =>
    each.status === 'rejected' ? [each.reason] : [],
  );
  if (errors.length > 0) throw oneOf(errors);
  return results.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

/** A defect of the program goes before what a person can mend. */
function oneOf(errors: readonly unknown[]): unknown {
  const mendable = errors.filter((error) => error instanceof OneshotError);
  if (mendable.length < errors.length) return errors.find((e) => !(e instanceof OneshotError));
  if (mendable.length === 1) return mendable[0];
  return new ConfigError(mendable.map(({ message }) => message).join('\n'));
}

/** @param sources strongest first */
function resolved(sources: readonly Source[], { cwd, home }: Folders): Config {
  const set: OptionValues = Object.assign({}, ...sources.map(({ values }) => values).reverse());
  const ofRole = (own: RoleKey) => set[strongerOf(sources, own)] ?? null;
  return {
    ...limitsOf(set),
    ...budgetsOf(set),
    ...textsOf(set),
    workerAgent: ofRole('workerAgent'),
    auditorAgent: ofRole('auditorAgent'),
    workerAgentCommand: ofRole('workerAgentCommand'),
    auditorAgentCommand: ofRole('auditorAgentCommand'),
    workerBaseUrl: ofRole('workerBaseUrl'),
    auditorBaseUrl: ofRole('auditorBaseUrl'),
    permissions: set.permissions ?? DEFAULTS.permissions,
    fallbackAgents: set.fallbackAgents ?? [],
    agentOutput: set.agentOutput ?? DEFAULTS.agentOutput,
    agentArgs: set.agentArgs ?? [],
    checks: set.checks ?? [],
    protect: set.protect ?? [],
    recordTrees: set.recordTrees ?? DEFAULTS.recordTrees,
    on: set.on ?? [],
    worktree: set.worktree ?? DEFAULTS.worktree,
    treeFileLimitBytes: set.treeFileLimit ?? DEFAULTS.treeFileLimitBytes,
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
    onLimit: set.onLimit ?? (set.fallbackAgents?.length ? 'fallback' : DEFAULTS.onLimit),
  };
}

/** What ends a run as a whole, besides its iterations. */
function budgetsOf(set: OptionValues) {
  return {
    maxCostUsd: set.maxCost ?? null,
    maxTokens: set.maxTokens ?? null,
    maxTimeMs: set.maxTime ?? null,
    maxLosses: set.maxLosses ?? DEFAULTS.maxLosses,
    stallAfter: set.stallAfter ?? DEFAULTS.stallAfter,
  };
}

function textsOf(set: OptionValues) {
  return {
    agent: set.agent ?? null,
    agentCommand: set.agentCommand ?? null,
    baseUrl: set.baseUrl ?? null,
    workerModel: set.workerModel ?? null,
    auditorModel: set.auditorModel ?? null,
    workerPromptHeader: set.workerPromptHeader ?? null,
    reworkerPromptHeader: set.reworkerPromptHeader ?? null,
    auditorPromptHeader: set.auditorPromptHeader ?? null,
  };
}

/** What a role uses where nothing is said of it alone. */
const SHARED_KEYS = {
  workerAgent: 'agent',
  auditorAgent: 'agent',
  workerAgentCommand: 'agentCommand',
  auditorAgentCommand: 'agentCommand',
  workerBaseUrl: 'baseUrl',
  auditorBaseUrl: 'baseUrl',
} as const;

type RoleKey = keyof typeof SHARED_KEYS;

/** `--agent` on the command line is meant for both roles, whatever a file says of one of them. */
function strongerOf(sources: readonly Source[], own: RoleKey) {
  const shared = SHARED_KEYS[own];
  const first = sources.find(({ values }) => own in values || shared in values);
  return first === undefined || own in first.values ? own : shared;
}

function isRoleKey(key: OptionKey): key is RoleKey {
  return Object.hasOwn(SHARED_KEYS, key);
}

/** `~/runs` in a file, where no shell has replaced it. */
function atHome(path: string, home: string): string {
  return home !== '' && /^~(\/|$)/.test(path) ? join(home, path.slice(1)) : path;
}

function sourceNames(sources: readonly Source[]): Record<OptionKey, string> {
  const named = OPTION_LIST.map(({ key }) => [
    key,
    sourceName(sources, isRoleKey(key) ? strongerOf(sources, key) : key),
  ]);
  // Object.fromEntries forgets the keys, which are all of the table.
  return Object.fromEntries(named) as Record<OptionKey, string>;
}

function sourceName(sources: readonly Source[], key: OptionKey): string {
  const first = sources.find(({ values }) => key in values);
  return first === undefined ? 'default' : (first.name ?? OPTIONS[key].flag ?? key);
}
