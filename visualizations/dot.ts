/** The chart in the language of Graphviz: `oneshot diagram --format dot | dot -Tsvg`. */
import { type Chart, type ChartState, type Move, topOf } from './statechart.ts';

export function dotOf(chart: Chart): string {
  const tops = chart.states.filter(({ parent }) => parent === null);
  return [
    'digraph oneshot {',
    '  compound=true; rankdir=LR; nodesep=0.4; ranksep=0.8;',
    '  node [shape=box, style=rounded, fontname="sans-serif", fontsize=11];',
    '  edge [fontname="sans-serif", fontsize=9];',
    '  "[initial]" [shape=point];',
    ...tops.flatMap((state) => stateLines(chart, state)),
    ...tops.filter(({ isInitial }) => isInitial).map(({ id }) => `  "[initial]" -> ${quoted(id)};`),
    ...edgeLines(chart),
    '}',
    '',
  ].join('\n');
}

/** A state with states within it is a box around them. */
function stateLines(chart: Chart, state: ChartState): string[] {
  const children = childrenOf(chart, state.id);
  if (children.length === 0) return [`  ${nodeOf(state)}`];
  return [
    `  subgraph ${quoted(`cluster_${state.id}`)} {`,
    `    label=${quoted(state.name)}; style=rounded; fontname="sans-serif"; fontsize=11;`,
    ...children.map((child) => `    ${nodeOf(child)}`),
    '  }',
  ];
}

function nodeOf({ id, name, isFinal }: ChartState): string {
  const attributes = [`label=${quoted(name)}`, ...(isFinal ? ['peripheries=2'] : [])];
  return `${quoted(id)} [${attributes.join(', ')}];`;
}

/** One arrow for all moves between the same two states, with a line for each. */
function edgeLines(chart: Chart): string[] {
  const labels = new Map<string, string[]>();
  for (const move of chart.moves) {
    if (!isDrawn(move)) continue;
    const key = JSON.stringify([move.source, move.target]);
    labels.set(key, [...(labels.get(key) ?? []), labelOf(move)]);
  }
  return [...labels].map(([key, lines]) => {
    const [source, target]: [string, string] = JSON.parse(key);
    return edgeLine(chart, source, target, lines);
  });
}

/** Graphviz draws arrows between nodes only, and cuts them at the boxes that are named. */
function edgeLine(chart: Chart, source: string, target: string, lines: readonly string[]): string {
  const [tail, head] = [nodeFor(chart, source), nodeFor(chart, target)];
  const isWithin = topOf(tail) === topOf(head);
  const cuts = isWithin
    ? []
    : [
        ...(tail === source ? [] : [`ltail=${quoted(`cluster_${source}`)}`]),
        ...(head === target ? [] : [`lhead=${quoted(`cluster_${target}`)}`]),
      ];
  const attributes = [`label=${quoted(lines.join('\n'))}`, ...cuts];
  return `  ${quoted(tail)} -> ${quoted(head)} [${attributes.join(', ')}];`;
}

function nodeFor(chart: Chart, state: string): string {
  return childrenOf(chart, state)[0]?.id ?? state;
}

function isDrawn({ drawnAs, source, target }: Move): boolean {
  return source !== null && target !== null && drawnAs !== 'restart' && drawnAs !== 'breakdown';
}

function childrenOf({ states }: Chart, id: string): ChartState[] {
  return states.filter(({ parent }) => parent === id);
}

function labelOf({ label, guards }: Move): string {
  return guards.length > 0 ? `${label} [${guards.join(', ')}]` : label;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
