/**
 * The machine as JSON, as the Stately editor takes it and its inspector shows it: `createMachine` makes the same states
 * and transitions of it. What only code can say (the context, inputs of actors) is left out; guards have their words.
 */
import type { Lifecycle } from '../machines/lifecycle.ts';
import { guardLabels } from './labels.ts';

export function definitionOf(machine: Lifecycle): string {
  return `${JSON.stringify(machine.config, wordsForCode, 2)}\n`;
}

/** A guard that is made of others is a function; JSON has no word for it, its parts have. */
function wordsForCode(key: string, value: unknown): unknown {
  if (key === 'guard') return { type: guardLabels(value).join(' and ') };
  return typeof value === 'function' ? undefined : value;
}
