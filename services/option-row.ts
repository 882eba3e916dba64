import type { ValueRule } from './config-values.ts';

export type OptionGroup = 'Agents' | 'Limits' | 'Evidence' | 'Prompts' | 'Files';

export interface OptionRow {
  /** `--max-iterations`; `--` for what stands behind it; `null` where only a configuration file can set it. */
  readonly flag: string | null;
  /** What the flag takes, as in its help. */
  readonly argument: string;
  readonly group: OptionGroup;
  /** What it means, without a final stop. */
  readonly description: string;
  /** What is allowed, for the flag and for the files; for a list, of one of its items. */
  readonly rule: ValueRule<unknown>;
  readonly isList: boolean;
  /** As the program uses it: milliseconds, bytes. `null`: nothing, and `otherwise` says what that means. */
  readonly default: unknown;
  readonly otherwise: string | null;
  /** Whether it may stand in a configuration file. */
  readonly inFiles: boolean;
}

/** What most rows have in common: one value, which a file may give. */
export const single = { isList: false, otherwise: null, inFiles: true } as const;

/** What the rows with several values have in common. */
export const list = { isList: true, default: [], otherwise: 'none', inFiles: true } as const;
