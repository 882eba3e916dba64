import type { Activity } from '../machines/activity.ts';
import type { Role } from '../machines/contracts.ts';
import type { AgentAdapter, AgentSettings, LaunchPlace } from './agents/adapter.ts';
import type { AttemptStops } from './attempt-stops.ts';
import type { Worktree } from './git-worktree.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { ProtectedFiles } from './protected-files.ts';
import type { Redactor } from './redaction.ts';
import type { TreeRecorder } from './tree-recorder.ts';

/** A check that is run as evidence. */
export interface CheckSettings {
  readonly name: string;
  readonly command: string;
  readonly timeoutMs: number;
  readonly required: boolean;
}

export interface TreeSettings {
  readonly record: boolean;
  /** Bytes from which on a file is left out. */
  readonly fileLimitBytes: number;
}

/** For runs that were recorded without a word on it. */
export const DEFAULT_TREES: TreeSettings = { record: true, fileLimitBytes: 50 * 1024 ** 2 };

/** An agent with what a person chose for it. */
export type AgentChoice = AgentSettings & { readonly name: string };

/** What a person asked for that concerns how things are done; it is recorded with the run, so resume does the same. */
export interface RunSettings {
  /** The work tree, as its real path. */
  readonly cwd: string;
  readonly agents: Readonly<Record<Role, AgentChoice>>;
  /** Those that take a role's place at a usage limit, the most wanted first. Default: none. */
  readonly fallbacks?: Readonly<Record<Role, readonly AgentChoice[]>>;
  readonly headers: {
    readonly worker: string | null;
    readonly reworker: string | null;
    readonly auditor: string | null;
  };
  readonly checks: readonly CheckSettings[];
  /** Globs or folders, relative to `cwd`, of the files that the checks depend on. */
  readonly protect: readonly string[];
  /** From SIGTERM to SIGKILL. */
  readonly killGraceMs: number;
  /** From a final result to the exit of the process. */
  readonly resultGraceMs: number;
  /** Bytes that one attempt may print. */
  readonly outputLimitBytes: number;
  /** Names of environment variables that are secret whatever they look like. */
  readonly secrets: readonly string[];
  /** How the work tree is recorded around each attempt. Default: {@link DEFAULT_TREES}. */
  readonly trees?: TreeSettings;
  /** The git worktree that was made for the run, in which `cwd` is. Default: none was. */
  readonly worktree?: Worktree;
}

/** One activity as it stands in the log. */
export interface LogEntry {
  /** When it arrived, in epoch milliseconds. */
  readonly at: number;
  /** The attempt's name, `0001-worker`. */
  readonly attempt: string;
  /** Offset in the attempt's stdout after which the activity is complete. */
  readonly offset: number;
  readonly activity: Activity;
}

/** What the actors of one run are given by whoever hosts it. Nothing here is shared between runs. */
export interface RunHost {
  readonly runId: string;
  /** Absolute path of the run folder. */
  readonly folder: string;
  readonly settings: RunSettings;
  /** Of each role: its own agent, and those to fall back on. */
  readonly adapters: Readonly<Record<Role, readonly AgentAdapter[]>>;
  readonly place: LaunchPlace;
  readonly redactor: Redactor;
  readonly stops: AttemptStops;
  readonly trees: TreeRecorder;
  readonly protection: ProtectedFiles;
  /** The first process that this run can have anything to do with; `null` when that was an earlier host of it. */
  readonly since: ProcessIdentity | null;
  /** Milliseconds between looks at the slower signs of life (see liveness.ts). */
  readonly samplingMs: number;
  /** Epoch milliseconds. */
  now(): number;
  /** Records what the agents did. Throws when it cannot be recorded. */
  log(entries: readonly LogEntry[]): void;
  /** The offset up to which the log already has this attempt, 0 when it has nothing of it. */
  loggedOffset(attempt: string): number;
}
