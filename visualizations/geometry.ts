/** Points, boxes and the width of texts, in pixels of the picture. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** How a text looks; the style sheet of the picture has a class for each. */
export type TextRole =
  | 'title'
  | 'description'
  | 'invoke'
  | 'event'
  | 'guard'
  | 'note'
  | 'legend'
  | 'heading';

export interface Text extends Point {
  readonly content: string;
  readonly role: TextRole;
  /** The moves that this text tells of. */
  readonly moves: readonly string[];
}

/** Font sizes; `y` of a text is its base line. */
export const FONT_SIZE: Readonly<Record<TextRole, number>> = {
  title: 12,
  description: 11,
  invoke: 11,
  event: 11,
  guard: 11,
  note: 11,
  legend: 11,
  heading: 11,
};

/** Advance of one character in font sizes: exact for the fixed-width fonts, generous for the others. */
const ADVANCE: Readonly<Record<TextRole, number>> = {
  title: 0.62,
  description: 0.54,
  invoke: 0.54,
  event: 0.605,
  guard: 0.605,
  note: 0.605,
  legend: 0.54,
  heading: 0.64,
};

export function textWidth(content: string, role: TextRole): number {
  return content.length * FONT_SIZE[role] * ADVANCE[role];
}

/** The box that a text fills, from its ascent to its descent. */
export function textBox({ content, role, x, y }: Text): Box {
  const size = FONT_SIZE[role];
  return { x, y: y - size * 0.8, width: textWidth(content, role), height: size };
}

export function moved<T extends Point>(thing: T, by: Point): T {
  return { ...thing, x: thing.x + by.x, y: thing.y + by.y };
}

export function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export function contains(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** The words on lines that are no wider than this. */
export function wrap(content: string, role: TextRole, width: number): string[] {
  const lines: string[] = [];
  for (const word of content.split(' ').filter(Boolean)) {
    const longer = [lines.at(-1), word].filter(Boolean).join(' ');
    if (lines.length > 0 && textWidth(longer, role) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The same way without points on a straight line, and without going out and back on the same line. */
export function straightened(points: readonly Point[]): Point[] {
  const way: Point[] = [];
  for (const point of points) {
    while (way.length >= 2 && isOnLine(way.at(-2), way.at(-1), point)) way.pop();
    const last = way.at(-1);
    if (!last || last.x !== point.x || last.y !== point.y) way.push(point);
  }
  return way;
}

function isOnLine(a: Point | undefined, b: Point | undefined, c: Point): boolean {
  if (!a || !b) return false;
  return (isSame(a.x, b.x) && isSame(b.x, c.x)) || (isSame(a.y, b.y) && isSame(b.y, c.y));
}

/** But for what sums of fractions differ by. */
function isSame(one: number, other: number): boolean {
  return Math.abs(one - other) < 0.001;
}

/** The pieces of a way as boxes without breadth or height. */
export function segmentsOf(points: readonly Point[]): Box[] {
  return points.slice(1).map((end, index) => {
    const begin = points[index] ?? end;
    return {
      x: Math.min(begin.x, end.x),
      y: Math.min(begin.y, end.y),
      width: Math.abs(begin.x - end.x),
      height: Math.abs(begin.y - end.y),
    };
  });
}

/** The smallest box around all of these. */
export function around(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  };
}
