import type { CheckSettings } from '../actors/run-host.ts';
import { BYTE_SIZE_PATTERN, formatByteSize, parseByteSize } from './byte-sizes.ts';
import { DEFAULTS } from './defaults.ts';
import {
  DURATION_PATTERN,
  formatDuration,
  LONGEST_DURATION_MS,
  parseDuration,
} from './durations.ts';

/**
 * The rule for one kind of value. A flag and a configuration file ask the same rule, so what one takes the other takes;
 * it needs no library, so that a start without a configuration file loads none.
 */
export interface ValueRule<T> {
  /** What is allowed, as in "must be …". */
  readonly allowed: string;
  /** The values as a file may have them, in JSON Schema. */
  readonly json: Readonly<Record<string, unknown>>;
  /** The text of a flag as the value that a file would have. */
  fromText(text: string): unknown;
  /** The value in the unit that the program uses, or `undefined` when it is not allowed. */
  read(value: unknown): T | undefined;
  /** As a person, and a file, would write it. */
  format(value: T): string;
}

/** A whole number within bounds, both included. */
export function wholeNumber(min: number, max: number): ValueRule<number> {
  return {
    allowed: `a whole number from ${min} to ${max}`,
    json: { type: 'integer', minimum: min, maximum: max },
    fromText: (text) => (/^\d+$/.test(text) ? Number(text) : text),
    read: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
        ? value
        : undefined,
    format: String,
  };
}

/** A duration in milliseconds from `minMs` up to what a timer can take; a bare number is one of seconds. */
export function duration(minMs: 0 | 1): ValueRule<number> {
  return {
    allowed:
      'a duration such as `500ms`, `90s`, `5m`, `1h` or a number of seconds, ' +
      `from ${minMs}ms to ${LONGEST_DURATION_MS}ms (24 days and 20 hours)`,
    json: {
      anyOf: [
        { type: 'string', pattern: DURATION_PATTERN },
        { type: 'number', minimum: minMs / 1000, maximum: LONGEST_DURATION_MS / 1000 },
      ],
    },
    fromText: (text) => text,
    read: (value) => {
      const ms = withUnit(value, parseDuration, 1000);
      return ms !== undefined && ms >= minMs && ms <= LONGEST_DURATION_MS ? ms : undefined;
    },
    format: (ms) => formatDuration(ms),
  };
}

/** An amount of money, in US dollars. */
export const dollars: ValueRule<number> = {
  allowed: 'an amount in US dollars such as `2.50`, more than 0',
  json: { type: 'number', exclusiveMinimum: 0 },
  fromText: (text) => (/^\$?\d+(\.\d+)?$/.test(text) ? Number(text.replace('$', '')) : text),
  read: (value) =>
    typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined,
  format: String,
};

/** An amount of bytes, at least one. */
export const byteSize: ValueRule<number> = {
  allowed: 'an amount such as `4GiB`, `500MB` or a number of bytes, at least 1 byte',
  json: {
    anyOf: [
      { type: 'string', pattern: BYTE_SIZE_PATTERN },
      { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    ],
  },
  fromText: (text) => text,
  read: (value) => {
    const bytes = Number.isInteger(value) || typeof value === 'string' ? value : undefined;
    const size = withUnit(bytes, parseByteSize, 1);
    return size !== undefined && size >= 1 && Number.isSafeInteger(size) ? size : undefined;
  },
  format: formatByteSize,
};

/** A text that goes into an argument, a path or the like, where a NUL character cannot stand. */
export const text: ValueRule<string> = {
  allowed: 'a text that is not empty and has no NUL character',
  json: { type: 'string', minLength: 1 },
  fromText: (value) => value,
  read: (value) =>
    typeof value === 'string' && value !== '' && !value.includes('\0') ? value : undefined,
  format: (value) => value,
};

/** Where an endpoint is. */
export const httpUrl: ValueRule<string> = {
  ...text,
  allowed: 'a URL that begins with http:// or https://',
  json: { type: 'string', pattern: '^https?://' },
  read: (value) => {
    const url = text.read(value);
    return url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : undefined;
  },
};

/** Files, relative to the working folder. */
export const filePattern: ValueRule<string> = {
  ...text,
  allowed:
    'a glob such as `test/**` or `*.{json,yml}`, relative to the working folder and within it',
  read: (value) => {
    const pattern = text.read(value);
    return pattern !== undefined && isWithin(pattern) && isBalanced(pattern) ? pattern : undefined;
  },
};

function isWithin(pattern: string): boolean {
  const path = pattern.replace(/^!/, '');
  return path.trim() !== '' && !path.startsWith('/') && !/(^|[/{,])\.\.([/},]|$)/.test(path);
}

/** A brace without a partner is a typing error: it would match nothing. */
function isBalanced(pattern: string): boolean {
  let depth = 0;
  for (const brace of pattern.replace(/\\./g, '').match(/[{}]/g) ?? []) {
    depth += brace === '{' ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** A text that may be empty: then nothing stands where it would stand. */
export const anyText: ValueRule<string> = {
  allowed: 'a text',
  json: { type: 'string' },
  fromText: (value) => value,
  read: (value) => (typeof value === 'string' ? value : undefined),
  format: (value) => value,
};

/** An argument for a program: it may be empty, but no NUL character can stand in it. */
export const argument: ValueRule<string> = {
  ...anyText,
  allowed: 'a text without a NUL character',
  read: (value) => (typeof value === 'string' && !value.includes('\0') ? value : undefined),
};

/** Which agents there are is known to the caller only, who holds every name against the list. */
export const agentName: ValueRule<string> = { ...text, allowed: 'the name of an agent' };

export const variableName: ValueRule<string> = {
  ...text,
  allowed: 'the name of an environment variable',
  json: { type: 'string', pattern: '^[^=]+$' },
  read: (value) => (/^[^=]+$/s.test(String(value)) ? text.read(value) : undefined),
};

export function choice<const T extends string>(...choices: readonly T[]): ValueRule<T> {
  return {
    allowed: `one of ${choices.map((name) => `\`${name}\``).join(', ')}`,
    json: { enum: choices },
    fromText: (value) => value,
    read: (value) => choices.find((name) => name === value),
    format: (value) => value,
  };
}

/** Something for a shell to do: an empty one would pass whatever was done. */
export const commandLine: ValueRule<string> = {
  ...text,
  allowed: 'a command line that runs something',
  json: { type: 'string', pattern: '^\\s*[^#\\s]|\\n\\s*[^#\\s]' },
  read: (value) => {
    const line = text.read(value);
    return line !== undefined && /^\s*[^#\s]/m.test(line) ? line : undefined;
  },
};

/** A check given by its command alone: named after it, required, with the default time. */
export const checkCommand: ValueRule<CheckSettings> = {
  ...commandLine,
  read: (value) => {
    const command = commandLine.read(value);
    return command === undefined ? undefined : checkOf({ command });
  },
  format: ({ command }) => command,
};

/** A check as a file gives it, with what it leaves out. */
export function checkOf(given: {
  readonly command: string;
  readonly name?: string | undefined;
  readonly timeout?: number | undefined;
  readonly required?: boolean | undefined;
}): CheckSettings {
  return {
    name: given.name ?? given.command,
    command: given.command,
    timeoutMs: given.timeout ?? DEFAULTS.checkTimeoutMs,
    required: given.required ?? true,
  };
}

/** A text read with its unit, or a bare number of units. */
function withUnit(value: unknown, parse: (text: string) => number, unit: number) {
  if (typeof value === 'number' && value >= 0) return Math.round(value * unit);
  if (typeof value !== 'string') return undefined;
  try {
    return parse(value);
  } catch {
    return undefined;
  }
}
