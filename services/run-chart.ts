/**
 * The picture of the statechart with the way of one run in it: what was not on its way fades, each arrow that was says
 * how often, and the state that it is in stands out. Works on the picture's text, which names its moves and states.
 */
import type { RunPath } from './run-path.ts';

const STYLE = `
.of-run g[data-moves]:not(.taken), .of-run text[data-moves]:not(.taken) { opacity: 0.22; }
.of-run .state:not(.visited) { opacity: 0.4; }
.of-run .taken .wire { stroke-width: 2.6; }
.of-run text.taken { font-weight: 700; }
.of-run .current > .box, .of-run .current > .nested { stroke: #1b2129; stroke: var(--text, #1b2129); stroke-width: 3; }
.count { font: 700 10px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; text-anchor: middle; fill: #1b2129; fill: var(--text, #1b2129); stroke: #ffffff; stroke: var(--page, #ffffff); stroke-width: 3; paint-order: stroke; }
`;

export function runChart(chart: string, path: RunPath): string {
  return chart
    .replace('class="statechart"', 'class="statechart of-run"')
    .replace(/(<title id="statechart-title">)[^<]*/, `$1The way of the run ${path.id}`)
    .replace('</style>', `${STYLE}</style>`)
    .replace(/<(g|text)([^>]*) data-moves="([^"]*)">/g, (tag, name, attributes, moves) =>
      withMoves(tag, name, attributes, moves, path),
    )
    .replace(
      /<g id="state-([\w-]+)" class="([^"]*)"/g,
      (_, id, classes) =>
        `<g id="state-${id}" class="${[classes, ...classesOf(id, path)].join(' ')}"`,
    )
    .replace(/<g id="edge-[^>]*data-count="(\d+)"[\s\S]*?<\/g>/g, withCount);
}

function withMoves(tag: string, name: string, attributes: string, moves: string, path: RunPath) {
  const count = moves.split(' ').reduce((sum, move) => sum + (path.moves.get(move) ?? 0), 0);
  if (count === 0) return tag;
  const classes = attributes.replace(/class="([^"]*)"/, 'class="$1 taken"');
  return `<${name}${classes} data-count="${count}" data-moves="${moves}">`;
}

function classesOf(id: string, { visited, current }: RunPath): string[] {
  const state = id.replaceAll('-', '.');
  return [visited.has(state) ? 'visited' : '', current.has(state) ? 'current' : ''].filter(Boolean);
}

/** Just behind where the arrow begins, at the first piece of its way that is long enough. */
function withCount(edge: string, count: string): string {
  const points = pointsOf(/class="wire" d="([^"]*)"/.exec(edge)?.[1] ?? '');
  const place = placeFor(points);
  if (!place) return edge;
  const text = `<text class="count" x="${place.x}" y="${place.y}">${count}×</text>`;
  return edge.replace(/<\/g>$/, `${text}</g>`);
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function pointsOf(d: string): Point[] {
  return [...d.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => ({
    x: Number(x),
    y: Number(y),
  }));
}

/** Length of a piece that has room for a count beside its corners. */
const ROOM = 26;

function placeFor(points: readonly Point[]): Point | null {
  const pieces = points.slice(1).map((end, index) => ({ begin: points[index] ?? end, end }));
  const piece = pieces.find(({ begin, end }) => lengthOf(begin, end) >= ROOM) ?? pieces[0];
  if (!piece) return null;
  const { begin, end } = piece;
  return { x: (begin.x + end.x) / 2, y: (begin.y + end.y) / 2 + 3 };
}

function lengthOf(begin: Point, end: Point): number {
  return Math.abs(begin.x - end.x) + Math.abs(begin.y - end.y);
}
