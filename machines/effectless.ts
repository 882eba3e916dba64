/**
 * The lifecycle without its effects: it takes the same transitions, but invokes no actor and arms no timer. What an
 * invoked actor or a timer would send is answered as an event like any other. A replay folds a journal four times as
 * fast with it, since XState makes an actor for every invocation that it computes, also where nobody starts it.
 */
import { StateMachine } from 'xstate';
import type { Lifecycle } from './lifecycle.ts';

/** The same machine, guards and actions as they are provided, without effects. */
export function effectless(machine: Lifecycle): Lifecycle {
  // A configuration is plain data; XState's type for it ties its parts to each other by names.
  const config = withoutEffects(machine.config as StateConfig, machine.id);
  const bare = new StateMachine(config as Lifecycle['config'], machine.implementations);
  return bare as unknown as Lifecycle;
}

/** The parts of a state's configuration that have to do with effects. */
interface StateConfig {
  readonly on?: Events;
  readonly invoke?: OneOrMore<{
    readonly id: string;
    readonly onDone?: Answers;
    readonly onError?: Answers;
  }>;
  readonly after?: Events;
  readonly states?: Readonly<Record<string, StateConfig>>;
}

type Answers = OneOrMore<unknown>;
type OneOrMore<T> = T | readonly T[];
type Events = Readonly<Record<string, Answers>>;

function withoutEffects(state: StateConfig, id: string): StateConfig {
  const { invoke, after, states, on = {}, ...rest } = state;
  const sent: [string, Answers | undefined][] = [
    ...asList(invoke).flatMap((actor): [string, Answers | undefined][] => [
      [`xstate.done.actor.${actor.id}`, actor.onDone],
      [`xstate.error.actor.${actor.id}`, actor.onError],
    ]),
    ...Object.entries(after ?? {}).map(([delay, answers]): [string, Answers] => [
      `xstate.after.${delay}.${id}`,
      answers,
    ]),
  ];
  return { ...rest, on: sent.reduce(withAnswers, on), ...inner(states, id) };
}

function inner(states: StateConfig['states'], id: string): Pick<StateConfig, 'states'> {
  if (!states) return {};
  const bare = Object.entries(states).map(
    ([name, state]) => [name, withoutEffects(state, `${id}.${name}`)] as const,
  );
  return { states: Object.fromEntries(bare) };
}

/** XState asks what a state answers itself before what it answers to its actors and timers. */
function withAnswers(on: Events, [event, answers]: [string, Answers | undefined]): Events {
  if (answers === undefined) return on;
  return { ...on, [event]: [...asList(on[event]), ...asList(answers)] };
}

function asList<T>(value: OneOrMore<T> | undefined): readonly T[] {
  if (value === undefined) return [];
  // `Array.isArray` does not know lists that nobody changes.
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
