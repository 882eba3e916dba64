import { byteSize, choice, dollars, duration, wholeNumber } from './config-values.ts';
import { DEFAULTS } from './defaults.ts';
import { type OptionRow, single } from './option-row.ts';

const limits = { ...single, group: 'Limits' } as const;

const budget = { ...limits, default: null, otherwise: 'no limit' } as const;

/** How long, how often and how much. */
export const LIMIT_OPTIONS = {
  maxIterations: {
    ...limits,
    flag: '--max-iterations',
    argument: '<number>',
    description: 'How often the worker is judged before the run fails for its budget',
    rule: wholeNumber(1, 1000),
    default: DEFAULTS.maxIterations,
  },
  workerAttempts: {
    ...limits,
    flag: '--worker-attempts',
    argument: '<number>',
    description: 'How often the worker is started in one iteration when its attempts end dead',
    rule: wholeNumber(1, 100),
    default: DEFAULTS.workerAttempts,
  },
  auditorAttempts: {
    ...limits,
    flag: '--auditor-attempts',
    argument: '<number>',
    description:
      'How often the auditor is started in one iteration when its attempts end dead or unreadable',
    rule: wholeNumber(1, 100),
    default: DEFAULTS.auditorAttempts,
  },
  inactivityTimeout: {
    ...limits,
    flag: '--inactivity-timeout',
    argument: '<duration>',
    description:
      'Silence on all channels (output, transcript, CPU time of its processes) that ends an attempt',
    rule: duration(1),
    default: DEFAULTS.inactivityMs,
  },
  attemptTimeout: {
    ...limits,
    flag: '--attempt-timeout',
    argument: '<duration>',
    description: 'Time that one attempt may take from its start, whatever it does',
    rule: duration(1),
    default: DEFAULTS.attemptMs,
  },
  killGrace: {
    ...limits,
    flag: null,
    argument: '<duration>',
    description: 'Time from SIGTERM to SIGKILL',
    rule: duration(0),
    default: DEFAULTS.killGraceMs,
  },
  resultGrace: {
    ...limits,
    flag: null,
    argument: '<duration>',
    description:
      "Time from an agent's final result to the exit of its process, which is then stopped",
    rule: duration(0),
    default: DEFAULTS.resultGraceMs,
  },
  retryPause: {
    ...limits,
    flag: null,
    argument: '<duration>',
    description:
      'Pause before a role is started again after a dead attempt; doubles with each, up to a minute',
    rule: duration(0),
    default: DEFAULTS.retryPauseMs,
  },
  outputLimit: {
    ...limits,
    flag: null,
    argument: '<bytes>',
    description: 'How much one attempt may print before it is stopped',
    rule: byteSize,
    default: DEFAULTS.outputLimitBytes,
  },
  maxCost: {
    ...budget,
    flag: '--max-cost',
    argument: '<dollars>',
    description: 'What all agents of the run may cost together, as far as they tell',
    rule: dollars,
  },
  maxTokens: {
    ...budget,
    flag: '--max-tokens',
    argument: '<number>',
    description: 'How many tokens all agents of the run may read and write, as far as they tell',
    rule: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  },
  maxTime: {
    ...budget,
    flag: '--max-time',
    argument: '<duration>',
    description:
      'How long attempts and checks may take together; waiting for a usage limit is free',
    rule: duration(1),
  },
  maxLosses: {
    ...limits,
    flag: null,
    argument: '<number>',
    description:
      'How often in a row oneshot itself may be lost under an attempt that has nothing to show for it',
    rule: wholeNumber(1, 1000),
    default: DEFAULTS.maxLosses,
  },
  stallAfter: {
    ...limits,
    flag: '--stall-after',
    argument: '<number>',
    description:
      'Rounds in a row that find the same in unchanged files before the run fails as `stalled`; 0 for never',
    rule: wholeNumber(0, 1000),
    default: DEFAULTS.stallAfter,
  },
  onLimit: {
    ...limits,
    flag: '--on-limit',
    argument: '<what>',
    description:
      "At an agent's usage limit: `wait` until it is over, `stop` with exit code 75 so that \
`oneshot resume` can go on, or `fallback`: the next agent of `--fallback-agent` takes its place",
    rule: choice('wait', 'stop', 'fallback'),
    default: DEFAULTS.onLimit,
  },
} as const satisfies Record<string, OptionRow>;
