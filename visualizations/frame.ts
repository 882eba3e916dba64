/** The root of the machine: a frame around all states, and its answers for every state that has none of its own. */
import { ENTRY_Y } from './card.ts';
import type { Box, Point, Text } from './geometry.ts';
import { textWidth } from './geometry.ts';
import type { PlacedCard } from './routing.ts';
import type { Chart, Move } from './statechart.ts';

export interface Frame extends Box {
  readonly texts: readonly Text[];
  readonly wires: readonly FrameWire[];
}

/** An arrow from the frame to a state: from wherever the run is. */
export interface FrameWire {
  readonly move: Move;
  readonly points: readonly Point[];
}

const TITLE = 'oneshot';
const BASE_LINE = 20;

export function frameOf(chart: Chart, box: Box, cards: readonly PlacedCard[]): Frame {
  const moves = chart.moves.filter(({ drawnAs }) => drawnAs === 'frame');
  const y = box.y + BASE_LINE;
  const title: Text = { content: TITLE, role: 'title', x: box.x + 14, y, moves: [] };
  return {
    ...box,
    texts: [title, ...answers(moves, title.x + textWidth(TITLE, 'title') + 24, y)],
    wires: moves.flatMap((move) => wireTo(move, box, cards)),
  };
}

function answers(moves: readonly Move[], left: number, y: number): Text[] {
  const texts: Text[] = [];
  let x = left;
  const add = (content: string, role: Text['role'], told: readonly string[]) => {
    texts.push({ content, role, x, y, moves: told });
    x += textWidth(content, role) + 18;
  };
  add('in every state that has no answer of its own:', 'description', []);
  for (const { id, label, target } of moves) {
    add(target ? `${label} → ${target}` : `${label} · stays`, 'event', [id]);
  }
  return texts;
}

function wireTo(move: Move, box: Box, cards: readonly PlacedCard[]): FrameWire[] {
  const card = cards.find(({ state }) => state.id === move.target);
  if (!card) return [];
  const y = card.y + ENTRY_Y;
  return [
    {
      move,
      points: [
        { x: box.x + box.width, y },
        { x: card.x + card.width, y },
      ],
    },
  ];
}
