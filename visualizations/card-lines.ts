/** What stands on the card of a state, line by line. */
import type { TextRole } from './geometry.ts';
import { wrap } from './geometry.ts';
import type { ChartState, Move } from './statechart.ts';

/** One line of a card, before it has a place. */
export interface Line {
  readonly content: string;
  readonly role: TextRole;
  readonly indent: number;
  /** The moves that the line tells of. */
  readonly moves: readonly Move[];
}

/** Every event of an attempt has it, and the legend says so. */
const TOLD_BY_LEGEND = 'of this attempt';

const INDENT = 9;

export function headLines(state: ChartState, width: number): Line[] {
  const { name, invokes } = state;
  const description = state.description.replaceAll('`', '');
  return [
    line(name, 'title'),
    ...wrap(description, 'description', width).map((content) => line(content, 'description')),
    ...invokes.map((id) => line(`▸ runs ${id}`, 'invoke')),
  ];
}

export function bodyLines(moves: readonly Move[]): Line[] {
  return [...byEvent(moves.filter(isInBody)).values()].flatMap(eventLines);
}

/** What so many states answer alike, as marks that the legend explains. */
export function footLines(state: ChartState, moves: readonly Move[]): Line[] {
  const marks = [
    ...marksOf(moves, 'restart', (move) => `↻ ${destination(move, state)}`),
    ...marksOf(moves, 'breakdown', ({ target }) => `✗ ${target}`),
  ];
  const unmoved = moves.filter(isUnmoved);
  return [...marks, ...unmoved.map((move) => line(`stays: ${move.label}`, 'note', [move]))];
}

function marksOf(
  moves: readonly Move[],
  drawnAs: Move['drawnAs'],
  content: (move: Move) => string,
): Line[] {
  return moves
    .filter((move) => move.drawnAs === drawnAs)
    .map((move) => line(content(move), 'note', [move]));
}

function destination({ target }: Move, { id }: ChartState): string {
  if (target === null) return 'stays';
  return target === id ? 'itself' : target;
}

function eventLines(moves: readonly Move[]): Line[] {
  const [first] = moves;
  if (!first) return [];
  if (moves.some(({ drawnAs }) => drawnAs === 'listed'))
    return [line(`${first.label}: below`, 'event')];
  if (moves.length === 1 && shownGuards(first).length === 0) {
    return [line(first.label + suffix(first), 'event', [first])];
  }
  return [line(first.label, 'event'), ...moves.map(guardLine)];
}

/** What leads on from a state in which the process has ended: too wide for its card. */
export function listedLines(moves: readonly Move[]): Line[] {
  return [...byEvent(moves).values()]
    .filter((group) => group.some(({ drawnAs }) => drawnAs === 'listed'))
    .flatMap((group) => [line(group[0]?.label ?? '', 'event'), ...group.map(guardLine)]);
}

function guardLine(move: Move): Line {
  const guards = shownGuards(move);
  const content = guards.length > 0 ? `[${guards.join(', ')}]` : 'otherwise';
  return line(content + suffix(move), 'guard', [move], INDENT);
}

function suffix({ drawnAs, target }: Move): string {
  switch (drawnAs) {
    case 'stays':
      return ' · stays';
    case 'inside':
      return ` → ${target?.split('.').at(-1)}`;
    case 'listed':
      return ` → ${target}`;
    case 'arrow':
    case 'restart':
    case 'breakdown':
    case 'frame':
      return '';
  }
}

function shownGuards({ guards }: Move): string[] {
  return guards.filter((guard) => guard !== TOLD_BY_LEGEND);
}

function isInBody(move: Move): boolean {
  return ['arrow', 'inside', 'listed', 'stays'].includes(move.drawnAs) && !isUnmoved(move);
}

/** Answered only so that the root does not. */
function isUnmoved({ drawnAs, guards, isFallback, event }: Move): boolean {
  return drawnAs === 'stays' && guards.length === 0 && !isFallback && event.startsWith('run.');
}

function byEvent(moves: readonly Move[]): Map<string, Move[]> {
  const groups = new Map<string, Move[]>();
  for (const move of moves) groups.set(move.event, [...(groups.get(move.event) ?? []), move]);
  return groups;
}

function line(content: string, role: TextRole, moves: readonly Move[] = [], indent = 0): Line {
  return { content, role, indent, moves };
}
