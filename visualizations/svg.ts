/**
 * The layout as a static SVG. Every state has an id (`state-workerExecuting`, `state-recoveryPending-examining`), every
 * arrow too (`edge-created-workerExecuting`), and every text names the moves that it tells of in `data-moves`, so that a
 * page can light up where a run is.
 */
import type { NestedBox, Port } from './card.ts';
import { STUB } from './card.ts';
import type { Frame } from './frame.ts';
import type { Box, Point, Text } from './geometry.ts';
import type { Layout } from './layout.ts';
import type { Panel } from './panel.ts';
import type { PlacedCard, Wire } from './routing.ts';
import type { Chart, ChartEdge, ChartState, Move } from './statechart.ts';
import { styleSheet } from './svg-style.ts';

const ARROW = { length: 7, width: 7 };
/** Distance from the edge of a card at which lines of the same arrow join. */
const SPINE = 3;
const CORNER = 7;

export function svgOf(chart: Chart, layout: Layout): string {
  const { width, height, frame, cards, panels } = layout;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="statechart" viewBox="0 0 ${width} ${height}"` +
      ` width="${width}" height="${height}" role="img" aria-labelledby="statechart-title statechart-desc">`,
    '<title id="statechart-title">The lifecycle of a oneshot run</title>',
    `<desc id="statechart-desc">${escaped(description(chart))}</desc>`,
    `<style>\n${styleSheet()}\n</style>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    frameSvg(frame),
    ...chart.edges.map((edge) => casingSvg(layout, edge)),
    ...chart.edges.map((edge) => edgeSvg(layout, edge)),
    ...cards.map(cardSvg),
    ...panels.map(panelSvg),
    '</svg>',
    '',
  ].join('\n');
}

/** What somebody hears who cannot see the picture. */
function description({ states, moves }: Chart): string {
  const tops = states.filter(({ parent }) => parent === null).map(({ id }) => id);
  return `A statechart of ${tops.length} states and ${moves.length} transitions: ${tops.join(', ')}.`;
}

function frameSvg({ x, y, width, height, texts, wires }: Frame): string {
  return [
    '<g id="state-root">',
    boxSvg('frame', { x, y, width, height }, 10),
    ...texts.map(textSvg),
    ...wires.map(
      ({ move, points }) =>
        `<g id="edge-root-${move.target}" class="to-${move.target}" data-moves="${escaped(move.id)}">` +
        `<title>${escaped(moveTitle(move))}</title>${wireSvg(points)}${headSvg(points)}</g>`,
    ),
    '</g>',
  ].join('\n');
}

/** Under all arrows, in the colour of the page: where two cross, the upper one stands out. */
function casingSvg(layout: Layout, edge: ChartEdge): string {
  return wiresOf(layout, edge)
    .map(({ points }) => `<path class="casing" d="${pathOf(points)}"/>`)
    .join('\n');
}

function edgeSvg(layout: Layout, edge: ChartEdge): string {
  const { id, source, target, moves } = edge;
  return [
    `<g id="${id}" class="to-${target}" data-moves="${escaped(idsOf(moves))}">`,
    `<title>${escaped(`${source} → ${target}\n${moves.map(moveTitle).join('\n')}`)}</title>`,
    ...wiresOf(layout, edge).map(({ points }) => wireSvg(points) + headSvg(points)),
    '</g>',
  ].join('\n');
}

function wiresOf({ wires }: Layout, { source, target }: ChartEdge): Wire[] {
  return wires.filter((wire) => wire.source === source && wire.port.target === target);
}

function wireSvg(points: readonly Point[]): string {
  return `<path class="wire" d="${pathOf(points)}"/>`;
}

function headSvg(points: readonly Point[]): string {
  const [before, tip] = points.slice(-2);
  if (!before || !tip) return '';
  const back = Math.sign(before.x - tip.x) * ARROW.length;
  const half = ARROW.width / 2;
  const d = `M${round(tip.x)} ${round(tip.y)}l${back} ${-half}v${ARROW.width}z`;
  return `<path class="head" d="${d}"/>`;
}

function cardSvg(card: PlacedCard): string {
  const { state, width, height, texts, nested, ports } = card;
  return [
    `<g id="${stateId(state)}" class="${classOf(state)}" transform="translate(${round(card.x)} ${round(card.y)})">`,
    `<title>${escaped(`${state.id}: ${state.description}`)}</title>`,
    boxSvg('box', { x: 0, y: 0, width, height }, CORNER),
    state.isFinal ? boxSvg('final-ring', within({ x: 0, y: 0, width, height }, 2.5), 5) : '',
    `<path class="accent to-${state.id}" d="M${CORNER} 0h${width - 2 * CORNER}"/>`,
    ...nested.map(nestedSvg),
    ...texts.map(textSvg),
    ...ports.map((port) => portSvg(port, width)),
    '</g>',
  ]
    .filter(Boolean)
    .join('\n');
}

function nestedSvg(box: NestedBox): string {
  const { state } = box;
  return [
    `<g id="${stateId(state)}" class="${classOf(state)}">`,
    `<title>${escaped(`${state.id}: ${state.description}`)}</title>`,
    `${boxSvg('nested', box, 4)}</g>`,
  ].join('');
}

/** From the lines that an arrow belongs to, to where it leaves the card. */
function portSvg({ side, y, target, lines }: Port, width: number): string {
  const at = (fromEdge: number) => (side === 'left' ? fromEdge : width - fromEdge);
  const ways = lines.map((line) =>
    pathOf([
      { x: at(STUB), y: line.y },
      { x: at(SPINE), y: line.y },
      { x: at(SPINE), y },
      { x: at(0), y },
    ]),
  );
  const starts = lines.map(
    (line) => `<circle class="start" cx="${at(STUB)}" cy="${round(line.y)}" r="2"/>`,
  );
  const moves = escaped(idsOf(lines.map(({ move }) => move)));
  return `<g class="to-${target}" data-moves="${moves}"><path class="wire" d="${ways.join('')}"/>${starts.join('')}</g>`;
}

function panelSvg({ state, texts, ...box }: Panel): string {
  return [
    `<g id="${state ? `table-${state}` : 'legend'}" transform="translate(${round(box.x)} ${round(box.y)})">`,
    boxSvg('panel', { ...box, x: 0, y: 0 }, CORNER),
    ...texts.map(textSvg),
    '</g>',
  ].join('\n');
}

function textSvg({ content, role, x, y, moves }: Text): string {
  const data = moves.length > 0 ? ` data-moves="${escaped(moves.join(' '))}"` : '';
  return `<text class="${role}" x="${round(x)}" y="${round(y)}"${data}>${escaped(content)}</text>`;
}

function boxSvg(kind: string, { x, y, width, height }: Box, radius: number): string {
  const size = `width="${round(width)}" height="${round(height)}"`;
  return `<rect class="${kind}" x="${round(x)}" y="${round(y)}" ${size} rx="${radius}"/>`;
}

function within({ x, y, width, height }: Box, by: number): Box {
  return { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by };
}

function pathOf(points: readonly Point[]): string {
  return points
    .map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`)
    .join('');
}

function stateId({ id }: ChartState): string {
  return `state-${id.replaceAll('.', '-')}`;
}

function classOf({ isInitial, isFinal, isEnded, invokes }: ChartState): string {
  const kinds = {
    initial: isInitial,
    executing: invokes.length > 0,
    ended: isEnded,
    final: isFinal,
  };
  const named = Object.entries(kinds).filter(([, is]) => is);
  return ['state', ...named.map(([kind]) => kind)].join(' ');
}

function moveTitle({ label, guards, target }: Move): string {
  const condition = guards.length > 0 ? ` [${guards.join(', ')}]` : '';
  return `${label}${condition} → ${target ?? 'stays'}`;
}

function idsOf(moves: readonly Move[]): string {
  return moves.map(({ id }) => id).join(' ');
}

/** Two decimals are more than a screen shows, and make the file the same everywhere. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
