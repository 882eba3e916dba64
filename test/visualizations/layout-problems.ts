/** What would make the picture hard to read, found in the data of its layout; empty when there is nothing. */
import { ENTRY_Y } from '../../visualizations/card.ts';
import type { Box, Point, Text } from '../../visualizations/geometry.ts';
import { contains, moved, overlaps, segmentsOf, textBox } from '../../visualizations/geometry.ts';
import type { Layout } from '../../visualizations/layout.ts';

interface Named {
  readonly name: string;
  readonly box: Box;
}

export function problemsOf(layout: Layout): string[] {
  const boxes = boxesOf(layout);
  const texts = textsOf(layout);
  return [
    ...pairs(boxes).filter(bothOverlap).map(said('overlaps')),
    ...pairs(texts).filter(bothOverlap).map(said('is written over')),
    ...frameTexts(layout).flatMap((text) =>
      boxes
        .filter((box) => bothOverlap([text, box]))
        .map((box) => said('is written over')([text, box])),
    ),
    ...outsiders(layout),
    ...crossedBoxes(layout, boxes, texts),
    ...looseEnds(layout),
    ...sharedStretches(layout),
  ];
}

/** Everything that has an edge of its own and stands free. */
function boxesOf({ cards, panels }: Layout): Named[] {
  return [
    ...cards.map((card) => ({ name: card.state.id, box: boxOf(card) })),
    ...panels.map((panel) => ({ name: panel.state ?? 'legend', box: boxOf(panel) })),
  ];
}

function textsOf(layout: Layout): Named[] {
  return [
    ...[...layout.cards, ...layout.panels].flatMap(({ texts, x, y }) =>
      texts.map((text) => named(text, { x, y })),
    ),
    ...frameTexts(layout),
  ];
}

function frameTexts({ frame }: Layout): Named[] {
  return frame.texts.map((text) => named(text, { x: 0, y: 0 }));
}

function named(text: Text, by: Point): Named {
  return { name: `"${text.content}"`, box: textBox(moved(text, by)) };
}

/** Texts and nested boxes that stick out of their box, nested boxes that overlap, boxes that stick out of the canvas. */
function outsiders({ cards, panels, frame, width, height }: Layout): string[] {
  const canvas = { x: 0, y: 0, width, height };
  const inside = [...cards, ...panels].flatMap((card) => {
    const own = { x: 0, y: 0, width: card.width, height: card.height };
    const nested = 'nested' in card ? card.nested : [];
    return [
      ...card.texts.filter((text) => !contains(own, textBox(text))).map(({ content }) => content),
      ...nested.filter((box) => !contains(own, box)).map(({ state }) => state.id),
      ...pairs(nested)
        .filter(([a, b]) => overlaps(a, b))
        .map(([a]) => a.state.id),
    ];
  });
  const free = [...cards, ...panels, ...frame.texts.map(textBox)];
  return [
    ...inside.map((what) => `${what} sticks out of its box`),
    ...free.filter((box) => !contains(frame, box)).map(() => 'something sticks out of the frame'),
    ...(contains(canvas, frame) ? [] : ['the frame sticks out of the canvas']),
  ];
}

function crossedBoxes(layout: Layout, boxes: readonly Named[], texts: readonly Named[]): string[] {
  return layout.wires.flatMap(({ source, port, points }) => {
    const wire = `the arrow ${source} → ${port.target}`;
    const pieces = segmentsOf(points);
    const crosses = ({ box }: Named) =>
      pieces.some((piece) => overlaps(piece, box) || cuts(piece, box));
    return [...boxes, ...texts].filter(crosses).map(({ name }) => `${wire} crosses ${name}`);
  });
}

/** A line has no breadth; it cuts a box when it runs through its inside. An end on the edge is none. */
function cuts(piece: Box, box: Box): boolean {
  return (
    piece.x < box.x + box.width &&
    piece.x + piece.width > box.x &&
    piece.y < box.y + box.height &&
    piece.y + piece.height > box.y
  );
}

/** Arrows that do not begin at the edge of their source, at its port, and end at the title of their target. */
function looseEnds({ cards, wires, frame }: Layout): string[] {
  const cardOf = (id: string) => cards.find(({ state }) => state.id === id);
  const isAtEdge = (point: Point | undefined, id: string, y: number) => {
    const card = cardOf(id);
    if (!card || !point) return false;
    const atSide = [card.x, card.x + card.width].some((x) => near(x, point.x));
    return atSide && near(point.y, card.y + y);
  };
  const loose = wires.filter(
    ({ source, port, points }) =>
      !isAtEdge(points[0], source, port.y) || !isAtEdge(points.at(-1), port.target, ENTRY_Y),
  );
  const looseFromFrame = frame.wires.filter(
    ({ move, points }) => !isAtEdge(points.at(-1), move.target ?? '', ENTRY_Y),
  );
  return [
    ...loose.map(({ source, port }) => `the arrow ${source} → ${port.target} has a loose end`),
    ...looseFromFrame.map(({ move }) => `the arrow to ${move.target} has a loose end`),
  ];
}

/** Arrows to different states on the same line: nobody can tell which goes where. */
function sharedStretches({ wires }: Layout): string[] {
  return pairs(wires)
    .filter(([a, b]) => a.port.target !== b.port.target)
    .filter(([a, b]) =>
      segmentsOf(a.points).some((one) =>
        segmentsOf(b.points).some((other) => runTogether(one, other)),
      ),
    )
    .map(
      ([a, b]) =>
        `the arrows ${a.source} → ${a.port.target} and ${b.source} → ${b.port.target} share a line`,
    );
}

function runTogether(a: Box, b: Box): boolean {
  const shared = (from: 'x' | 'y', size: 'width' | 'height') =>
    Math.min(a[from] + a[size], b[from] + b[size]) - Math.max(a[from], b[from]);
  const isRow = near(a.height, 0) && near(b.height, 0) && Math.abs(a.y - b.y) < 2;
  const isColumn = near(a.width, 0) && near(b.width, 0) && Math.abs(a.x - b.x) < 2;
  return (isRow && shared('x', 'width') > 1) || (isColumn && shared('y', 'height') > 1);
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) < 0.01;
}

function boxOf({ x, y, width, height }: Box): Box {
  return { x, y, width, height };
}

function bothOverlap([a, b]: readonly [Named, Named]): boolean {
  return overlaps(a.box, b.box);
}

function said(what: string): (pair: readonly [Named, Named]) => string {
  return ([a, b]) => `${a.name} ${what} ${b.name}`;
}

function pairs<T>(things: readonly T[]): [T, T][] {
  return things.flatMap((a, index) => things.slice(index + 1).map((b): [T, T] => [a, b]));
}
