/** Steps and outcomes of a replay, for a person and for a program. */
import { styleText } from 'node:util';
import { type Difference, differences } from './differences.ts';
import type { ReplayOutcome, ReplayStep } from './replay.ts';
import { phaseOf } from './run-view.ts';
import { safeLine } from './safe-text.ts';

/** Characters of a value that are shown of it. */
const VALUE_LENGTH = 80;

/** A step with what it changed in the context, one line each. */
export function stepText(step: ReplayStep, color: boolean): string {
  const { seq, at, event, value } = step;
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    color ? styleText(style, text) : text;
  const time = paint('dim', new Date(at).toISOString());
  const head = `${String(seq).padStart(4)}  ${time}  ${paint('bold', event.type)} → ${paint('cyan', stateText(value))}`;
  const changes = changesOf(step).map((change) => paint('dim', `      ${changeText(change)}`));
  return [head, ...changes].join('\n');
}

/** The same as one line of JSON. */
export function stepJson(step: ReplayStep): string {
  const { seq, at, event, value, context } = step;
  const state = phaseOf(value);
  const { reason } = context;
  const changes = changesOf(step).map(({ path, before = null, after = null }) => ({
    path,
    before,
    after,
  }));
  return JSON.stringify({
    type: 'step',
    version: 1,
    seq,
    at,
    event,
    state,
    value,
    reason,
    changes,
  });
}

export function outcomeLine(journal: string, outcome: ReplayOutcome, color: boolean): string {
  const isGood = outcome.kind === 'identical';
  const word = color ? styleText(isGood ? 'green' : 'red', outcome.kind) : outcome.kind;
  const what = isGood ? `${outcome.steps} steps` : outcome.message;
  return `${word}  ${journal}: ${safeLine(what)}`;
}

/** The changes of the context since the step before; the first step has no step before. */
function changesOf({ before, context }: ReplayStep): Difference[] {
  return before ? differences(before.context, context) : [];
}

function changeText({ path, before, after }: Difference): string {
  return `${path}: ${valueText(before)} → ${valueText(after)}`;
}

function valueText(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = safeLine(JSON.stringify(value));
  return text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH - 1)}…` : text;
}

/** `workerExecuting.live` */
function stateText(value: ReplayStep['value']): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([name, inner]) => (inner === undefined ? name : `${name}.${stateText(inner)}`))
    .join(' ');
}
