/** The chart as a Mermaid state diagram: for places that draw Mermaid, and for reading as text. */
import type { Chart, ChartState, Move } from './statechart.ts';

const INDENT = '  ';

export function mermaidOf(chart: Chart): string {
  const tops = chart.states.filter(({ parent }) => parent === null);
  return [
    'stateDiagram-v2',
    ...tops.flatMap((state) => stateLines(chart, state)).map(indented),
    ...arrows(chart.moves.filter(({ drawnAs }) => drawnAs === 'arrow')).map(indented),
    ...notes(chart).map(indented),
    '',
  ].join('\n');
}

function stateLines(chart: Chart, state: ChartState): string[] {
  const children = chart.states.filter(({ parent }) => parent === state.id);
  const inside = chart.moves.filter(
    ({ drawnAs, source }) => drawnAs === 'inside' && source?.split('.')[0] === state.id,
  );
  return [
    ...(state.isInitial ? [`[*] --> ${idOf(state.id)}`] : []),
    `${idOf(state.id)} : ${textOf(`${state.name}\n${state.description}`)}`,
    ...(children.length > 0 ? composite(chart, state, children, inside) : []),
    ...(state.isFinal ? [`${idOf(state.id)} --> [*]`] : []),
  ];
}

function composite(
  chart: Chart,
  state: ChartState,
  children: readonly ChartState[],
  inside: readonly Move[],
): string[] {
  return [
    `state ${idOf(state.id)} {`,
    ...children.flatMap((child) => stateLines(chart, child)).map(indented),
    ...arrows(inside.map((move) => ({ ...move, source: leafOf(move, children) }))).map(indented),
    ...children.flatMap((child) => notesOf(chart, child)).map(indented),
    '}',
  ];
}

/**
 * The child in which a move begins. A move of the parent into its child is drawn at the child: Mermaid knows no arrow
 * from a state into itself.
 */
function leafOf({ source, target }: Move, children: readonly ChartState[]): string | null {
  return children.some(({ id }) => id === source) ? source : target;
}

/** One arrow for all moves between the same two states, with a line for each. */
function arrows(moves: readonly Move[]): string[] {
  const labels = new Map<string, string[]>();
  for (const move of moves) {
    const ends = `${idOf(move.source)} --> ${idOf(move.target)}`;
    labels.set(ends, [...(labels.get(ends) ?? []), labelOf(move)]);
  }
  return [...labels].map(([ends, lines]) => `${ends} : ${textOf(lines.join('\n'))}`);
}

/** What is no arrow: answers that stay, marks and lists, as a note beside its state. */
function notes(chart: Chart): string[] {
  const tops = chart.states.filter(({ parent }) => parent === null);
  const root = chart.moves.filter(({ drawnAs }) => drawnAs === 'frame');
  const initial = tops.find(({ isInitial }) => isInitial);
  return [
    ...(initial ? note(initial.id, 'In every state that has no answer of its own', root) : []),
    ...tops.flatMap((state) => notesOf(chart, state)),
  ];
}

function notesOf({ moves }: Chart, { id }: ChartState): string[] {
  return note(
    id,
    null,
    moves.filter((move) => move.source === id && isNoted(move)),
  );
}

function note(state: string, title: string | null, moves: readonly Move[]): string[] {
  if (moves.length === 0) return [];
  const lines = moves.map((move) => `${labelOf(move)} → ${move.target ?? 'stays'}`);
  return [
    `note right of ${idOf(state)}`,
    ...[...(title ? [title] : []), ...lines].map(textOf).map(indented),
    'end note',
  ];
}

function isNoted({ drawnAs }: Move): boolean {
  return drawnAs !== 'arrow' && drawnAs !== 'inside' && drawnAs !== 'frame';
}

function labelOf({ label, guards }: Move): string {
  return guards.length > 0 ? `${label} [${guards.join(', ')}]` : label;
}

function idOf(state: string | null): string {
  return (state ?? 'root').replaceAll('.', '_');
}

/** Mermaid ends a statement at a semicolon or a line break, and reads a colon as the beginning of a text. */
function textOf(text: string): string {
  return text.replaceAll(':', ',').replaceAll(';', ',').replaceAll('\n', '<br/>');
}

function indented(line: string): string {
  return INDENT + line;
}
