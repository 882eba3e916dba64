/** What every command needs from its options: where to work, the configuration, and how to talk. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { AGENT_NAMES } from '../actors/agents/registry.ts';
import type { CommandOptions } from './cli-program.ts';
import { type Config, environment, loadConfig } from './config.ts';
import type { Flags } from './config-flags.ts';
import type { HookHost } from './hooks.ts';
import { flagAttribute, OPTION_LIST } from './options.ts';
import type { Output, Streams } from './output.ts';
import { jsonOutput } from './output-json.ts';
import { terminalOutput } from './output-terminal.ts';

export interface CommandContext {
  readonly cwd: string;
  readonly config: Config;
}

export async function commandContext(options: CommandOptions): Promise<CommandContext> {
  const cwd = resolve(typeof options.cwd === 'string' ? options.cwd : '.');
  const configFile =
    typeof options.config === 'string' ? { configFile: resolve(options.config) } : {};
  const config = await loadConfig({
    cwd,
    home: homedir(),
    ...configFile,
    flags: flagsOf(options),
    agents: AGENT_NAMES,
  });
  return { cwd, config };
}

export const STREAMS: Streams = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};

export function createOutput(options: CommandOptions): Output {
  if (options.json) return jsonOutput(STREAMS);
  return terminalOutput(STREAMS, {
    color: usesColor(options, process.stderr),
    live: process.stderr.isTTY === true && !options.quiet,
    verbosity: options.quiet ? 'quiet' : options.verbose ? 'verbose' : 'normal',
    columns: () => process.stderr.columns || 100,
    now: Date.now,
  });
}

/** Where hooks run and what they may do to the terminal. */
export function hookHost({ notice }: Output): HookHost {
  const ring = () => {
    if (process.stderr.isTTY) STREAMS.err('\u0007');
  };
  return { environment: environment(), ring, notify: notice };
}

/** Colours are for terminals; NO_COLOR (https://no-color.org) and `--no-color` turn them off. */
export function usesColor(options: CommandOptions, stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && options.color !== false && !environment().NO_COLOR;
}

function flagsOf(options: CommandOptions): Flags {
  const pairs = OPTION_LIST.map((option) => [option.key, options[flagAttribute(option)]] as const);
  const given = pairs.filter(([, value]) => typeof value === 'string' || Array.isArray(value));
  // The keys are those of the table.
  return Object.fromEntries(given) as Flags;
}
