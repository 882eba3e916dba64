/**
 * The lifecycle as a plain graph, read from the machine itself: its states, and every transition with the words that a
 * person reads. What the pictures draw differs, what they know does not.
 */
import type { Lifecycle } from '../machines/lifecycle.ts';
import { eventLabel, guardLabels } from './labels.ts';

export interface Chart {
  readonly states: readonly ChartState[];
  readonly moves: readonly Move[];
  /** The moves that are drawn as arrows, those between the same two top-level states together. */
  readonly edges: readonly ChartEdge[];
}

export interface ChartState {
  /** The way to the state from the root: `workerExecuting.live`. */
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
  readonly description: string;
  /** What the state runs while it is active. */
  readonly invokes: readonly string[];
  readonly isInitial: boolean;
  readonly isFinal: boolean;
  /** Whether the process ends here. */
  readonly isEnded: boolean;
}

/** One transition. */
export interface Move {
  /** `workerExecuting/agent.ended/0`, with the place of the transition among those of its event. */
  readonly id: string;
  /** `null`: the root, which answers for every state that does not. */
  readonly source: string | null;
  /** `null`: the state stays as it is. */
  readonly target: string | null;
  readonly event: string;
  readonly label: string;
  readonly guards: readonly string[];
  /** Whether it comes after others of the same event that have guards. */
  readonly isFallback: boolean;
  readonly drawnAs: Drawing;
}

/**
 * How a move is shown. `arrow`: from state to state. `inside`: within the box of a state. `stays`: it changes no state.
 * `restart`, `breakdown`: the same in so many states that a mark in the box is clearer. `listed`: what leads on after
 * the end of a run, in words. `frame`: from everywhere.
 */
export type Drawing = 'arrow' | 'inside' | 'stays' | 'restart' | 'breakdown' | 'listed' | 'frame';

export interface ChartEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly moves: readonly Move[];
}

type StateNode = Lifecycle['root'];
type Transition = ReturnType<Lifecycle['getTransitionData']>[number];

/** The whole machine as a chart. */
export function chartOf(machine: Lifecycle): Chart {
  const nodes = descendants(machine.root);
  const moves = [machine.root, ...nodes].flatMap(movesOf);
  return { states: nodes.map(stateOf), moves, edges: edgesOf(moves) };
}

/** The state at the top level that this one is, or is in. */
export function topOf(state: string): string {
  return state.split('.')[0] ?? state;
}

function descendants(node: StateNode): StateNode[] {
  return Object.values<StateNode>(node.states).flatMap((child) => [child, ...descendants(child)]);
}

function stateOf(node: StateNode): ChartState {
  const { parent } = node;
  return {
    id: pathOf(node) ?? '',
    name: node.key,
    parent: parent ? pathOf(parent) : null,
    description: node.description ?? '',
    invokes: node.invoke.map(({ id }) => id),
    isInitial: parent?.config.initial === node.key,
    isFinal: node.type === 'final',
    isEnded: isEnded(node),
  };
}

function movesOf(node: StateNode): Move[] {
  return [...node.transitions.values()].flatMap((transitions) =>
    transitions.map((transition, place) => moveOf(node, transition, place)),
  );
}

function moveOf(node: StateNode, transition: Transition, place: number): Move {
  const { eventType: event, target: targets, guard } = transition;
  const source = pathOf(node);
  const target = targets?.[0] ? pathOf(targets[0]) : null;
  return {
    id: `${source ?? 'root'}/${event}/${place}`,
    source,
    target,
    event,
    label: eventLabel(event),
    guards: guardLabels(guard),
    isFallback: place > 0 && !guard,
    drawnAs: drawingOf(node, event, target),
  };
}

function drawingOf(node: StateNode, event: string, target: string | null): Drawing {
  const source = pathOf(node);
  if (source === null) return 'frame';
  if (event === 'process.restarted') return 'restart';
  if (event.startsWith('xstate.error.actor.')) return 'breakdown';
  if (target === null) return 'stays';
  if (topOf(target) === topOf(source)) return 'inside';
  return isEnded(node) ? 'listed' : 'arrow';
}

function edgesOf(moves: readonly Move[]): ChartEdge[] {
  const edges = new Map<string, ChartEdge>();
  for (const move of moves) {
    const { source, target } = move;
    if (move.drawnAs !== 'arrow' || source === null || target === null) continue;
    const [from, to] = [topOf(source), topOf(target)];
    const id = `edge-${from}-${to}`;
    edges.set(id, { id, source: from, target: to, moves: [...(edges.get(id)?.moves ?? []), move] });
  }
  return [...edges.values()];
}

function isEnded(node: StateNode): boolean {
  return node.tags.includes('ended');
}

/** `null` for the root. */
function pathOf(node: StateNode): string | null {
  return node.path.length > 0 ? node.path.join('.') : null;
}
