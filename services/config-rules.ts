import { agentName, choice, type ValueRule } from './config-values.ts';
import type { Option } from './options.ts';

/** Characters of a wrong value that a message shows. */
const SHOWN_LENGTH = 80;

/** The rule of an option, with the agents that there are where it names one. */
export function ruleFor(
  { rule }: Pick<Option, 'rule'>,
  agents: readonly string[],
): ValueRule<unknown> {
  return rule === agentName && agents.length > 0 ? choice(...agents) : rule;
}

/** One line about a wrong value; `got` is the value as it was written. */
export function wrongValue(name: string, allowed: string, got: string): string {
  return `\`${name}\` must be ${allowed}, got \`${printable(got)}\``;
}

/** On one line, without control characters and not longer than a line may be. */
export function printable(text: string): string {
  const start = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
  return start.replace(/\p{C}/gu, escaped);
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
