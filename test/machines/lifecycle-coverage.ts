/**
 * What of the statechart has been exercised, against what its definition says there is: states, transitions, guards
 * with both answers, delays. Everything is read from the machine itself, so a new transition is missed at once.
 */
import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type { LifecycleEvent } from '../../machines/events.ts';
import { lifecycle } from '../../machines/lifecycle.ts';
import type { Run } from './lifecycle-runs.ts';

export interface Tally {
  readonly covered: number;
  readonly total: number;
  readonly missing: readonly string[];
}

export type CoverageReport = Record<'states' | 'transitions' | 'guards' | 'delays', Tally>;

export interface Coverage {
  /** The lifecycle with its guards watched; exercise this one. */
  readonly machine: typeof lifecycle;
  /** Notes that the run has been in this state. */
  readonly seen: (run: Run) => void;
  /** Notes the transitions that the event takes in this state. */
  readonly taken: (run: Run, event: LifecycleEvent) => void;
  readonly report: () => CoverageReport;
}

export function watchCoverage(original: typeof lifecycle = lifecycle): Coverage {
  const answers = new Set<string>();
  const machine = withWatchedGuards(original, (name, answer) => answers.add(`${name}: ${answer}`));
  const nodes = allNodes(machine.root);
  const transitions = nodes.flatMap(transitionsOf);
  const states = new Set<AnyStateNode>();
  const taken = new Set<AnyTransitionDefinition>();

  return {
    machine,
    seen: (run) => {
      for (const node of run._nodes) states.add(node);
    },
    taken: (run, event) => {
      for (const definition of machine.getTransitionData(run, event)) taken.add(definition);
    },
    report: () => ({
      states: tally(nodes, states, ({ id }) => id),
      transitions: tally(transitions, taken, nameOf),
      guards: tally(guardAnswers(transitions), answers, (answer) => answer),
      delays: tally(delayed(transitions), taken, nameOf),
    }),
  };
}

export function allNodes(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(allNodes)];
}

/** Where the transition starts, its event, its place among the transitions of this event, and where it leads. */
export function nameOf(transition: AnyTransitionDefinition): string {
  const { source, eventType, target } = transition;
  const place = source.transitions.get(eventType)?.indexOf(transition) ?? -1;
  const leads = target?.map(({ id }) => id).join(' ') ?? 'no other state';
  return `${source.id} on ${eventType} [${place}] to ${leads}`;
}

export function transitionsOf(node: AnyStateNode): AnyTransitionDefinition[] {
  return [...node.transitions.values()].flat();
}

function delayed(transitions: readonly AnyTransitionDefinition[]): AnyTransitionDefinition[] {
  return transitions.filter(({ eventType }) => eventType.startsWith('xstate.after.'));
}

/** Every named guard that a transition asks, with its parameters, once with each answer. */
function guardAnswers(transitions: readonly AnyTransitionDefinition[]): string[] {
  const names = new Set(transitions.flatMap(({ guard }) => namedGuards(guard)));
  return [...names].flatMap((name) => [`${name}: true`, `${name}: false`]);
}

/** The names inside a guard: XState keeps those of `and` and `not` in their `guards`. */
export function namedGuards(guard: unknown): string[] {
  if (!guard) return [];
  if (typeof guard === 'string') return [guardName(guard, undefined)];
  if (typeof guard === 'function' && 'guards' in guard) return parts(guard).flatMap(namedGuards);
  if (typeof guard === 'object' && 'type' in guard) {
    return [guardName(`${guard.type}`, 'params' in guard ? guard.params : undefined)];
  }
  throw new Error('A guard without a name cannot be covered; name it in implementations.ts.');
}

function parts(combined: { guards: unknown }): unknown[] {
  return Array.isArray(combined.guards) ? combined.guards : [];
}

function guardName(name: string, params: unknown): string {
  return params === undefined ? name : `${name} ${JSON.stringify(params)}`;
}

type Guards = (typeof lifecycle)['implementations']['guards'];

function withWatchedGuards(
  machine: typeof lifecycle,
  note: (name: string, answer: boolean) => void,
): typeof lifecycle {
  const guards = Object.entries(machine.implementations.guards).map(([name, guard]) => {
    if (typeof guard !== 'function') throw new Error(`The guard ${name} is no function.`);
    const watched = (args: never, params: never) => {
      const answer = guard(args, params);
      note(guardName(name, params), answer);
      return answer;
    };
    return [name, watched];
  });
  // The same guards under the same names, each with a note beside it.
  return machine.provide({ guards: Object.fromEntries(guards) as Guards as never });
}

function tally<T>(all: readonly T[], covered: ReadonlySet<T>, name: (item: T) => string): Tally {
  const missing = all.filter((item) => !covered.has(item)).map(name);
  return { covered: all.length - missing.length, total: all.length, missing };
}
