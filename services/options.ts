import type { ValueRule } from './config-values.ts';
import type { OptionRow } from './option-row.ts';
import { AGENT_OPTIONS } from './options-agents.ts';
import { FILE_OPTIONS } from './options-files.ts';
import { LIMIT_OPTIONS } from './options-limits.ts';

/**
 * Everything that a person can set: the flags of the command line, the keys of the configuration files with their
 * JSON Schema, and the README's table are made from here.
 */
export const OPTIONS = { ...AGENT_OPTIONS, ...LIMIT_OPTIONS, ...FILE_OPTIONS } as const;

export type OptionKey = keyof typeof OPTIONS;

type RowValue<R> = R extends { readonly rule: ValueRule<infer T>; readonly isList: infer L }
  ? L extends true
    ? readonly T[]
    : T
  : never;

/** What one source of settings says, in the units of the program. */
export type OptionValues = { readonly [K in OptionKey]?: RowValue<(typeof OPTIONS)[K]> };

export interface Option extends OptionRow {
  readonly key: OptionKey;
}

/** The table as a list, in the order of help and README. */
export const OPTION_LIST: readonly Option[] = Object.entries(OPTIONS).map(([key, row]) => ({
  // Object.entries widens the keys of a constant to string.
  key: key as OptionKey,
  ...row,
}));

/** The name under which a parsed command line holds the option's flag: `maxIterations` for `--max-iterations`. */
export function flagAttribute({ key, flag }: Option): string {
  const name = flag
    ?.replace(/^--/, '')
    .replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return name || key;
}
