/**
 * ELK's layered algorithm places the cards in their columns and leads the arrows around them. Only the generator of
 * the pictures uses it; ELK is no part of the program.
 */

import elk from 'elkjs/lib/elk.bundled.js';
import type { ElkExtendedEdge, ElkNode, ElkPort } from 'elkjs/lib/elk-api.js';
import type { Card, Port, Side } from './card.ts';
import { ENTRY_Y } from './card.ts';
import { columnOf } from './columns.ts';
import type { Point } from './geometry.ts';
import { moved, straightened } from './geometry.ts';

export interface PlacedCard extends Card, Point {}

/** One arrow, from a port of its source to the title of its target. */
export interface Wire {
  readonly source: string;
  readonly port: Port;
  readonly points: readonly Point[];
}

export interface Routes {
  readonly cards: readonly PlacedCard[];
  readonly wires: readonly Wire[];
}

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.partitioning.activate': 'true',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  'elk.spacing.edgeEdge': '7',
  'elk.spacing.edgeNode': '9',
  'elk.spacing.nodeNode': '16',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '5',
  'elk.layered.spacing.edgeNodeBetweenLayers': '7',
  'elk.layered.spacing.nodeNodeBetweenLayers': '12',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.crossingMinimization.forceNodeModelOrder': 'true',
  'elk.layered.nodePlacement.strategy': 'LINEAR_SEGMENTS',
};

/** The cards and arrows, with the upper left corner of all at `origin`. Cards come in the order of their column. */
export async function routed(cards: readonly Card[], origin: Point): Promise<Routes> {
  const graph = await new elk.default().layout(graphOf(cards));
  return {
    cards: cards.map((card) => moved(placedCard(card, graph), origin)),
    wires: cards.flatMap((card) => card.ports.map((port) => wireOf(card, port, graph, origin))),
  };
}

function graphOf(cards: readonly Card[]): ElkNode {
  return {
    id: 'oneshot',
    layoutOptions: OPTIONS,
    children: [...cards.map(nodeOf), ...cards.flatMap(turnsOf)],
    edges: cards.flatMap((card) => card.ports.flatMap((port) => edgesOf(card, port))),
  };
}

/**
 * ELK leads no arrow within a column, so such an arrow goes by a point in the next column: to it from the source, and
 * back from it to the target.
 */
function turnsOf({ state, ports }: Card): ElkNode[] {
  return ports
    .filter(({ target }) => columnOf(target) === columnOf(state.id))
    .map(({ id }) => ({
      id: `turn ${id}`,
      width: 1,
      height: 1,
      ports: [elkPort(`turn port ${id}`, 'left', 0, 0.5)],
      layoutOptions: {
        'elk.portConstraints': 'FIXED_POS',
        'elk.partitioning.partition': `${columnOf(state.id) + 1}`,
      },
    }));
}

function nodeOf({ state, width, height, ports }: Card): ElkNode {
  const entries = (['left', 'right'] as const).map((side) =>
    elkPort(entryOf(state.id, side), side, width, ENTRY_Y),
  );
  return {
    id: state.id,
    width,
    height,
    ports: [...entries, ...ports.map(({ id, side, y }) => elkPort(id, side, width, y))],
    layoutOptions: {
      'elk.portConstraints': 'FIXED_POS',
      'elk.partitioning.partition': `${columnOf(state.id)}`,
    },
  };
}

function elkPort(id: string, side: Side, width: number, y: number): ElkPort {
  const isLeft = side === 'left';
  return {
    id,
    x: isLeft ? 0 : width,
    y,
    layoutOptions: { 'elk.port.side': isLeft ? 'WEST' : 'EAST' },
  };
}

function edgesOf({ state }: Card, { id, side, target }: Port): ElkExtendedEdge[] {
  if (columnOf(target) !== columnOf(state.id)) {
    const entry = entryOf(target, side === 'left' ? 'right' : 'left');
    return [{ id: `wire ${id}`, sources: [id], targets: [entry] }];
  }
  return [
    { id: `wire ${id}`, sources: [id], targets: [`turn port ${id}`] },
    { id: `back ${id}`, sources: [`turn port ${id}`], targets: [entryOf(target, side)] },
  ];
}

function entryOf(state: string, side: Side): string {
  return `entry ${state} ${side}`;
}

function placedCard(card: Card, graph: ElkNode): PlacedCard {
  const node = graph.children?.find(({ id }) => id === card.state.id);
  return { ...card, x: node?.x ?? 0, y: node?.y ?? 0 };
}

function wireOf(card: Card, port: Port, graph: ElkNode, by: Point): Wire {
  const there = pointsOf(`wire ${port.id}`, graph);
  if (!there) throw new Error(`ELK found no way for the arrow from ${port.id}.`);
  const back = pointsOf(`back ${port.id}`, graph) ?? [];
  return {
    source: card.state.id,
    port,
    points: straightened([...there, ...back]).map((point) => moved(point, by)),
  };
}

function pointsOf(id: string, graph: ElkNode): Point[] | null {
  // ELK gives each edge its sections, which its types do not say.
  const edges = (graph.edges ?? []) as ElkExtendedEdge[];
  const section = edges.find((edge) => edge.id === id)?.sections?.[0];
  return section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : null;
}
