import { DEFAULT_TREES } from '../actors/run-host.ts';

/**
 * What holds where neither a flag nor a configuration file says anything. The command line's help, the configuration
 * and the README's table all take it from here.
 */
export const DEFAULTS = Object.freeze({
  /** Worker attempts that are judged before the run fails for its budget. */
  maxIterations: 5,
  /** Starts of the worker in one iteration while its attempts end dead. */
  workerAttempts: 2,
  /** Starts of the auditor in one iteration while its attempts end dead or unreadable. */
  auditorAttempts: 2,
  /** Milliseconds of silence on all channels, counted from the last sign of life. */
  inactivityMs: 300_000,
  /** Milliseconds that one attempt may take, counted from its start. */
  attemptMs: 3_600_000,
  /** Milliseconds from SIGTERM to SIGKILL. */
  killGraceMs: 5_000,
  /** Milliseconds from an agent's final result to the exit of its process. */
  resultGraceMs: 10_000,
  /** Milliseconds before a dead role is started again for the first time. */
  retryPauseMs: 1_000,
  /** Milliseconds that one check may take, counted from its start. */
  checkTimeoutMs: 600_000,
  /** Bytes that one attempt may print. */
  outputLimitBytes: 4 * 1024 ** 3,
  /** Whether the work tree is recorded around each attempt, where it is one of git's. */
  recordTrees: 'on',
  /** Bytes from which on a file of the work tree is not recorded. */
  treeFileLimitBytes: DEFAULT_TREES.fileLimitBytes,
  /** Whether a run works in a git worktree of its own. */
  worktree: 'off',
  /** Folder of the runs, from the working folder on. */
  runsDir: '.oneshot',
  /** What to do at an agent's usage limit. */
  onLimit: 'wait',
  /** Attempts in a row that may come to nothing since oneshot was lost under them. */
  maxLosses: 5,
  stallAfter: 2,
  /** How the output of the agent `command` is read. */
  agentOutput: 'auto',
  /** What an agent is answered that asks for permission. */
  permissions: 'allow',
} as const);
