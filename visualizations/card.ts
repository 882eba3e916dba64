/**
 * A state as a card: its name, what it is for, and a line for each of its moves. An arrow begins at the line that it
 * belongs to, so that no label has to find a place beside an arrow.
 */
import type { Line } from './card-lines.ts';
import { bodyLines, footLines, headLines } from './card-lines.ts';
import type { Box, Text, TextRole } from './geometry.ts';
import { FONT_SIZE, textWidth } from './geometry.ts';
import type { Chart, ChartState, Move } from './statechart.ts';

export type Side = 'left' | 'right';

/** All positions are relative to the card's upper left corner. */
export interface Card {
  readonly state: ChartState;
  readonly width: number;
  readonly height: number;
  readonly texts: readonly Text[];
  readonly nested: readonly NestedBox[];
  readonly ports: readonly Port[];
}

export interface NestedBox extends Box {
  readonly state: ChartState;
}

/** Where an arrow leaves the card. */
export interface Port {
  readonly id: string;
  readonly side: Side;
  readonly y: number;
  readonly target: string;
  /** The lines that this arrow begins at, from the uppermost. */
  readonly lines: readonly { readonly y: number; readonly move: Move }[];
}

/** Height at which arrows come in: the middle of the title. */
export const ENTRY_Y = 15;

/** Distance of an arrow's beginning from the edge of its card. */
export const STUB = 6;

const PADDING = 12;
/** Additional room on both sides of what stands in a nested box, together. */
const INSET = 8;
const NESTED_GAP = 5;
const DESCRIPTION_WIDTH = 116;

const LINE_HEIGHT: Readonly<Record<TextRole, number>> = {
  title: 19,
  description: 13,
  invoke: 14,
  event: 16,
  guard: 14,
  note: 14,
  legend: 14,
  heading: 16,
};

interface Section {
  readonly state: ChartState;
  readonly lines: readonly Line[];
}

/** The card of a top-level state with everything in it. `sideOf` says on which side a target lies. */
export function cardOf(
  chart: Chart,
  state: ChartState,
  minWidth: number,
  sideOf: (target: string) => Side,
): Card {
  const moves = movesOf(chart, state);
  const sections = chart.states
    .filter(({ parent }) => parent === state.id)
    .map((child) => ({ state: child, lines: nestedLines(chart, child) }));
  const own = bodyLines(moves);
  const foot = footLines(state, moves);
  const narrow = headLines(state, DESCRIPTION_WIDTH);
  const width = Math.max(minWidth, widthOf([...narrow, ...own, ...foot], sections));
  const head = headLines(state, width - 2 * PADDING);

  const top = placed([...head, ...own], PADDING, 3);
  const nested = placedSections(sections, width, top.bottom);
  const bottom = placed(foot, PADDING, nested.at(-1)?.bottom ?? top.bottom);
  const all = [top, ...nested, bottom];
  return {
    state,
    width,
    height: bottom.bottom + 6,
    texts: all.flatMap(({ texts }) => texts),
    nested: nested.map(({ box }) => box),
    ports: portsOf(
      all.flatMap(({ ends }) => ends),
      sideOf,
    ),
  };
}

function nestedLines(chart: Chart, state: ChartState): Line[] {
  const moves = movesOf(chart, state);
  return [
    ...headLines({ ...state, description: '' }, 0),
    ...bodyLines(moves),
    ...footLines(state, moves),
  ];
}

function movesOf(chart: Chart, state: ChartState): Move[] {
  return chart.moves.filter(({ source }) => source === state.id);
}

function widthOf(lines: readonly Line[], sections: readonly Section[]): number {
  const inner = sections.flatMap((section) => section.lines.map((line) => lineWidth(line) + INSET));
  return Math.ceil(Math.max(...lines.map(lineWidth), ...inner) + 2 * PADDING);
}

function lineWidth({ content, role, indent }: Line): number {
  return indent + textWidth(content, role);
}

/** A line that an arrow begins at. */
export interface LineEnd {
  readonly y: number;
  readonly move: Move;
}

export interface Placed {
  readonly texts: readonly Text[];
  readonly ends: readonly LineEnd[];
  readonly bottom: number;
}

/** The lines as texts below each other, and where the arrows of some begin. */
export function placed(lines: readonly Line[], x: number, top: number): Placed {
  const texts: Text[] = [];
  const ends: LineEnd[] = [];
  let y = top;
  for (const { content, role, indent, moves } of lines) {
    y += LINE_HEIGHT[role];
    const baseLine = y - 3;
    texts.push({ content, role, x: x + indent, y: baseLine, moves: moves.map(({ id }) => id) });
    ends.push(
      ...moves.filter(isArrow).map((move) => ({ y: baseLine - FONT_SIZE[role] / 3, move })),
    );
  }
  return { texts, ends, bottom: y };
}

function placedSections(
  sections: readonly Section[],
  width: number,
  top: number,
): (Placed & { readonly box: NestedBox })[] {
  let y = top;
  return sections.map(({ state, lines }) => {
    const content = placed(lines, PADDING + INSET / 2, y + NESTED_GAP + 1);
    const box = {
      state,
      x: STUB,
      y: y + NESTED_GAP,
      width: width - 2 * STUB,
      height: content.bottom + 5 - y - NESTED_GAP,
    };
    y = box.y + box.height;
    return { ...content, bottom: y, box };
  });
}

/** Lines that follow each other and lead to the same state share one arrow. */
function portsOf(ends: readonly LineEnd[], sideOf: (target: string) => Side): Port[] {
  const groups: LineEnd[][] = [];
  for (const end of ends) {
    const last = groups.at(-1);
    if (last?.[0]?.move.target === end.move.target) last?.push(end);
    else groups.push([end]);
  }
  return groups.map((lines) => portOf(lines, sideOf));
}

function portOf(lines: readonly LineEnd[], sideOf: (target: string) => Side): Port {
  const [first] = lines;
  const target = first?.move.target;
  if (!first || !target) throw new Error('An arrow begins at a line and leads to a state.');
  const y = lines.reduce((sum, line) => sum + line.y, 0) / lines.length;
  return { id: `port ${first.move.id}`, side: sideOf(target), y, target, lines };
}

function isArrow({ drawnAs }: Move): boolean {
  return drawnAs === 'arrow';
}
