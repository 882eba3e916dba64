import { ruleFor, wrongValue } from './config-rules.ts';
import { UsageError } from './errors.ts';
import { OPTION_LIST, type Option, type OptionKey, type OptionValues } from './options.ts';

/** What the command line gave: texts as they were typed, by option; several for a flag that may be repeated. */
export type Flags = {
  readonly [K in OptionKey]?: string | readonly string[] | undefined;
};

/**
 * The flags as values. A list without items counts as not given. Throws a {@link UsageError} with one line for each
 * wrong value.
 */
export function readFlags(flags: Flags, agents: readonly string[]): OptionValues {
  const problems: string[] = [];
  const values: Partial<Record<OptionKey, unknown>> = {};
  for (const option of OPTION_LIST) {
    const texts = textsOf(flags[option.key]);
    if (texts.length > 0) values[option.key] = readTexts(option, texts, agents, problems);
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  // Each value was read by the rule of its own row, from which OptionValues is derived.
  return values as OptionValues;
}

/** The last one typed holds, but a list takes all. */
function readTexts(
  option: Option,
  texts: readonly string[],
  agents: readonly string[],
  problems: string[],
): unknown {
  const read = (text: string) => readText(option, text, agents, problems);
  return option.isList ? texts.map(read) : texts.slice(-1).map(read)[0];
}

function readText(
  option: Option,
  text: string,
  agents: readonly string[],
  problems: string[],
): unknown {
  const rule = ruleFor(option, agents);
  const value = rule.read(rule.fromText(text));
  if (value === undefined) problems.push(wrongValue(option.flag ?? option.key, rule.allowed, text));
  return value;
}

function textsOf(given: string | readonly string[] | undefined): readonly string[] {
  return given === undefined ? [] : typeof given === 'string' ? [given] : given;
}
