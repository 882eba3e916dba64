/** What no arrow can tell: how ended runs go on, and how to read the picture. Panels fill free places of the layout. */

import { placed } from './card.ts';
import type { Line } from './card-lines.ts';
import { listedLines } from './card-lines.ts';
import type { Box, Point, Text } from './geometry.ts';
import { overlaps, textWidth } from './geometry.ts';
import type { Chart } from './statechart.ts';

export interface Panel extends Box {
  readonly texts: readonly Text[];
  /** The state whose moves it lists; `null` for the legend. */
  readonly state: string | null;
}

const LEGEND_TITLE = 'how to read this';

const LEGEND = [
  'Arrows have the colour of where they lead.',
  'Lines of an event are tried from the top;',
  'the first whose [guards] all hold decides.',
  'Events of an older attempt change nothing.',
  '▸  what runs while the state is active',
  '✗  where it leads when what runs breaks',
  '↻  where it leads after a restart',
];

const PADDING = 10;

/** The panels of a chart, at the origin. */
export function panelsOf(chart: Chart): Panel[] {
  const tables = chart.states.flatMap(({ id }) => {
    const lines = listedLines(chart.moves.filter(({ source }) => source === id));
    return lines.length > 0 ? [panelOf(`what leads on from ${id}`, lines, id)] : [];
  });
  const legend = LEGEND.map((content): Line => ({ content, role: 'legend', indent: 0, moves: [] }));
  return [...tables, panelOf(LEGEND_TITLE, legend, null)];
}

function panelOf(title: string, lines: readonly Line[], state: string | null): Panel {
  const head: Line = { content: title, role: 'heading', indent: 0, moves: [] };
  const all = [head, ...lines];
  const { texts, bottom } = placed(all, PADDING, 4);
  const widths = all.map(({ content, role, indent }) => indent + textWidth(content, role));
  const width = Math.ceil(Math.max(...widths) + 2 * PADDING);
  return { x: 0, y: 0, width, height: bottom + 7, texts, state };
}

/** The panels in free places, each near the state that it belongs to, and as little below everything as can be. */
export function placedPanels(
  panels: readonly Panel[],
  taken: readonly Box[],
  area: Box,
  near: (state: string | null) => Point,
): Panel[] {
  const here: Panel[] = [];
  for (const panel of panels) {
    const place = nearestFree(panel, [...taken, ...here], area, near(panel.state));
    here.push({ ...panel, ...place });
  }
  return here;
}

const STEP = 4;
const MARGIN = 12;

/** A pixel by which the picture grows weighs as much as so many between a panel and its state. */
const GROWTH_COST = 8;

function nearestFree(panel: Panel, taken: readonly Box[], area: Box, to: Point): Point {
  const free = placesIn(area, panel).filter((place) => isFree({ ...panel, ...place }, taken));
  const bottom = Math.max(...taken.map(({ y, height }) => y + height));
  const cost = ({ x, y }: Point) =>
    Math.hypot(x - to.x, y - to.y) + GROWTH_COST * Math.max(0, y + panel.height - bottom);
  const [first, ...others] = free;
  if (!first) throw new Error(`There is no place for the panel ${panel.state ?? 'of the legend'}.`);
  return others.reduce((best, place) => (cost(place) < cost(best) ? place : best), first);
}

/** Every place that begins in the area or just below it. */
function placesIn({ x, y, width, height }: Box, panel: Box): Point[] {
  const columns = Math.floor((width - panel.width) / STEP) + 1;
  const rows = Math.ceil((height + 2 * MARGIN) / STEP);
  return Array.from({ length: Math.max(0, columns * rows) }, (_, index) => ({
    x: x + (index % columns) * STEP,
    y: y + Math.floor(index / columns) * STEP,
  }));
}

function isFree({ x, y, width, height }: Box, taken: readonly Box[]): boolean {
  const room = {
    x: x - MARGIN,
    y: y - MARGIN,
    width: width + 2 * MARGIN,
    height: height + 2 * MARGIN,
  };
  return !taken.some((box) => overlaps(room, box));
}
