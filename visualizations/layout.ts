/** Where everything of the picture lies. */
import type { Card } from './card.ts';
import { cardOf } from './card.ts';
import { COLUMN_ORDER, columnOf, sideOf } from './columns.ts';
import type { Frame } from './frame.ts';
import { frameOf } from './frame.ts';
import type { Box, Point } from './geometry.ts';
import { around, segmentsOf } from './geometry.ts';
import type { Panel } from './panel.ts';
import { panelsOf, placedPanels } from './panel.ts';
import type { PlacedCard, Wire } from './routing.ts';
import { routed } from './routing.ts';
import type { Chart } from './statechart.ts';

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The root: around all states. */
  readonly frame: Frame;
  readonly cards: readonly PlacedCard[];
  readonly wires: readonly Wire[];
  readonly panels: readonly Panel[];
}

const MARGIN = 4;

/** Within the frame; the right side has room for the arrows that come from the frame itself. */
const PADDING = { left: 12, top: 32, right: 20, bottom: 12 };

export async function layoutOf(chart: Chart): Promise<Layout> {
  const origin = { x: MARGIN + PADDING.left, y: MARGIN + PADDING.top };
  const { cards, wires } = await routed(cardsOf(chart), origin);
  const taken = [...cards, ...wires.flatMap(({ points }) => segmentsOf(points))];
  const area = { ...around(taken), ...origin };
  const panels = placedPanels(panelsOf(chart), taken, area, (state) => placeOf(cards, state));
  const all = around([...taken, ...panels]);
  const outer = {
    x: MARGIN,
    y: MARGIN,
    width: Math.ceil(all.x + all.width + PADDING.right - MARGIN),
    height: Math.ceil(all.y + all.height + PADDING.bottom - MARGIN),
  };
  return {
    width: outer.width + 2 * MARGIN,
    height: outer.height + 2 * MARGIN,
    frame: frameOf(chart, outer, cards),
    cards,
    wires,
    panels,
  };
}

/** The cards of a column are equally wide. */
function cardsOf(chart: Chart): Card[] {
  const states = chart.states.filter(({ parent }) => parent === null);
  const make = (minWidth: (state: string) => number) =>
    states.map((state) =>
      cardOf(chart, state, minWidth(state.id), (target) => sideOf(state.id, target)),
    );
  const natural = make(() => 0);
  const widest = (state: string) =>
    Math.max(
      ...natural
        .filter((card) => columnOf(card.state.id) === columnOf(state))
        .map(({ width }) => width),
    );
  return make(widest).sort(
    (a, b) => COLUMN_ORDER.indexOf(a.state.id) - COLUMN_ORDER.indexOf(b.state.id),
  );
}

/** Beside which point a panel should lie: its state, or the lower left corner. */
function placeOf(cards: readonly PlacedCard[], state: string | null): Point {
  const card: Box | undefined = cards.find((placed) => placed.state.id === state);
  return card ?? { x: 0, y: 10_000 };
}
