/** What a person wants to be told of a run, and how: the setting `on`. */
import type { ValueRule } from './config-values.ts';
import { duration, text } from './config-values.ts';

/** What hooks can be for: a state that the run has come to, or any change of its state. */
export const HOOK_EVENTS = [
  'completed',
  'failed',
  'rejected',
  'interrupted',
  'waitingForQuota',
  'transition',
] as const;

export type HookEvent = (typeof HOOK_EVENTS)[number];

export interface HookSettings {
  readonly event: HookEvent;
  /** The bell of the terminal, a notification of the desktop, or a command line. */
  readonly kind: 'bell' | 'notify' | 'command';
  /** Of the kind `command`; else the kind's name. */
  readonly command: string;
  readonly timeoutMs: number;
}

/** Milliseconds that one hook may take. */
export const HOOK_TIMEOUT_MS = 10_000;

const ONE = {
  anyOf: [
    { type: 'string', minLength: 1 },
    {
      type: 'object',
      properties: {
        command: { type: 'string', minLength: 1 },
        timeout: { ...duration(1).json, default: '10s' },
      },
      required: ['command'],
      additionalProperties: false,
    },
  ],
} as const;

/** An object of events, each with a hook or a list of them. */
export const hookRule: ValueRule<readonly HookSettings[]> = {
  allowed:
    `an object of ${HOOK_EVENTS.map((event) => `\`${event}\``).join(', ')}, each a command line, \`bell\`, ` +
    '`notify`, an object of `command` and `timeout`, or a list of these',
  json: {
    type: 'object',
    properties: Object.fromEntries(
      HOOK_EVENTS.map((event) => [event, { anyOf: [...ONE.anyOf, { type: 'array', items: ONE }] }]),
    ),
    additionalProperties: false,
  },
  fromText: (given) => given,
  read: (value) => {
    if (!isObject(value)) return undefined;
    const hooks = Object.entries(value).flatMap(([event, given]) =>
      [given].flat().map((one) => readHook(event, one)),
    );
    return hooks.every((hook) => hook !== undefined) ? hooks : undefined;
  },
  format: (hooks) => JSON.stringify(hooks),
};

function readHook(name: string, given: unknown): HookSettings | undefined {
  const event = HOOK_EVENTS.find((known) => known === name);
  const { command, timeout, ...others } = isObject(given) ? given : { command: given };
  const line = text.read(command);
  const timeoutMs = timeout === undefined ? HOOK_TIMEOUT_MS : duration(1).read(timeout);
  if (!event || line === undefined || timeoutMs === undefined) return undefined;
  if (Object.keys(others).length > 0) return undefined;
  return {
    event,
    kind: line === 'bell' || line === 'notify' ? line : 'command',
    command: line,
    timeoutMs,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
