import { describe, expect, it } from '@jest/globals';
import { implementations } from '../../machines/implementations.ts';
import { lifecycle } from '../../machines/lifecycle.ts';
import { committed, pictures } from '../../visualizations/generate.ts';
import { FONT_SIZE } from '../../visualizations/geometry.ts';
import type { Layout } from '../../visualizations/layout.ts';
import { layoutOf } from '../../visualizations/layout.ts';
import { mermaidOf } from '../../visualizations/mermaid.ts';
import type { PlacedCard } from '../../visualizations/routing.ts';
import { chartOf } from '../../visualizations/statechart.ts';
import { svgOf } from '../../visualizations/svg.ts';
import { hasColour } from '../../visualizations/svg-style.ts';
import { allNodes } from '../machines/lifecycle-coverage.ts';
import { problemsOf } from './layout-problems.ts';

const chart = chartOf(lifecycle);
const layout = await layoutOf(chart);
const svg = svgOf(chart, layout);

/** Every state and transition, read from the machine without the help of the chart. */
const nodes = allNodes(lifecycle.root);
const states = nodes.slice(1).map(({ path }) => path.join('.'));
const transitions = nodes.flatMap(({ path, transitions: ofNode }) =>
  [...ofNode].flatMap(([event, all]) =>
    all.map((_, place) => `${path.join('.') || 'root'}/${event}/${place}`),
  ),
);

describe('the pictures', () => {
  it.each(['statechart.svg', 'statechart.mmd', 'statechart.dot', 'statechart.json'])(
    '%s is that of the machine as it is now',
    async (name) => {
      // When it is not: npx tsx visualizations/generate.ts
      expect(committed(name)).toBe((await pictures())[name]);
    },
  );

  it('change with the machine', () => {
    const { created } = lifecycle.config.states ?? {};
    const changed = {
      ...lifecycle.config,
      states: { ...lifecycle.config.states, created: { ...created, on: {} } },
    };
    // The changed definition is as valid as the one that it is made from; its type is not worth spelling out.
    const machine = implementations.createMachine(changed as never) as unknown as typeof lifecycle;
    expect(mermaidOf(chartOf(machine))).not.toBe(mermaidOf(chart));
  });
});

describe('the picture', () => {
  it('has every state of the machine under its id', () => {
    const ids = [...svg.matchAll(/<g id="state-([^"]+)"/g)].map(([, id]) => id);
    expect(ids.sort()).toEqual(['root', ...states.map((id) => id.replaceAll('.', '-'))].sort());
  });

  it('tells of every transition of the machine', () => {
    const told = [...svg.matchAll(/<text[^>]* data-moves="([^"]+)"/g)].flatMap(([, ids]) =>
      ids?.split(' '),
    );
    expect([...new Set(told)].sort()).toEqual([...transitions].sort());
  });

  it('has an arrow for all moves between two states, and names them', () => {
    const arrows = [...svg.matchAll(/<g id="(edge-[^"]+)"[^>]* data-moves="([^"]+)"/g)];
    const drawn = arrows.flatMap(([, , ids]) => ids?.split(' '));
    const wanted = chart.moves.filter(
      ({ drawnAs, target }) => drawnAs === 'arrow' || (drawnAs === 'frame' && target),
    );
    expect([...drawn].sort()).toEqual(wanted.map(({ id }) => id).sort());
    expect(new Set(arrows.map(([, id]) => id)).size).toBe(arrows.length);
  });

  it('has a way for each arrow', () => {
    for (const { id, source, target } of chart.edges) {
      const ways = layout.wires.filter(
        (wire) => wire.source === source && wire.port.target === target,
      );
      expect([id, ways.length]).not.toEqual([id, 0]);
    }
  });

  it('draws each arrow in the colour of the state that it leads to', () => {
    const tops = states.filter((id) => !id.includes('.'));
    expect(tops.filter((id) => !hasColour(id))).toEqual([]);
  });

  it('shows nothing over another thing, and no arrow through a box or a text', () => {
    expect(problemsOf(layout)).toEqual([]);
  });

  it('can be read on a screen of 1280 × 800 without zooming', () => {
    expect(layout.width).toBeLessThanOrEqual(1280);
    expect(layout.height).toBeLessThanOrEqual(800);
    expect(Math.min(...Object.values(FONT_SIZE))).toBeGreaterThanOrEqual(11);
  });

  it('closes each element that it opens', () => {
    const open: string[] = [];
    for (const [tag, name] of svg.matchAll(/<\/?([a-z]+)[^>]*>/g)) {
      if (tag.endsWith('/>')) continue;
      if (tag.startsWith('</')) expect(open.pop()).toBe(name);
      else open.push(name ?? '');
    }
    expect(open).toEqual([]);
  });

  it('has no id twice', () => {
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the Mermaid text', () => {
  const mermaid = mermaidOf(chart);

  it('has every state', () => {
    for (const id of states) expect(mermaid).toContain(`${id.replaceAll('.', '_')} : `);
  });

  it('has a line for every transition', () => {
    const labels = mermaid
      .split('\n')
      .flatMap((line) => line.split(/ : |<br\/>/).slice(/ --> /.test(line) ? 1 : 0));
    for (const { label, guards, drawnAs, target } of chart.moves) {
      const words = guards.length > 0 ? `${label} [${guards.join(', ')}]` : label;
      const isArrow = drawnAs === 'arrow' || drawnAs === 'inside';
      const line = isArrow ? words : `${words} → ${target ?? 'stays'}`;
      expect(labels.map((text) => text.trim())).toContain(line);
    }
  });
});

describe('the search for problems of a layout', () => {
  const change = (id: string, how: (card: PlacedCard) => PlacedCard): Layout => ({
    ...layout,
    cards: layout.cards.map((card) => (card.state.id === id ? how(card) : card)),
  });

  it('finds a box over another one', () => {
    const { x, y } = layout.cards.find(({ state }) => state.id === 'failed') ?? { x: 0, y: 0 };
    const problems = problemsOf(change('rejected', (card) => ({ ...card, x, y })));
    expect(problems).toContain('rejected overlaps failed');
  });

  it('finds a text over another one and one that sticks out of its box', () => {
    const problems = problemsOf(
      change('failed', (card) => ({
        ...card,
        texts: card.texts.map((text) => ({ ...text, x: 90, y: 30 })),
      })),
    );
    expect(problems.some((problem) => problem.includes('is written over'))).toBe(true);
    expect(problems.some((problem) => problem.endsWith('sticks out of its box'))).toBe(true);
  });

  it('finds an arrow through a box', () => {
    const problems = problemsOf(
      change('completed', (card) => ({ ...card, x: 700, y: 120, height: 60 })),
    );
    expect(problems.some((problem) => /^the arrow .* crosses completed$/.test(problem))).toBe(true);
  });

  it('finds an arrow that does not reach its state', () => {
    const problems = problemsOf(change('created', (card) => ({ ...card, y: card.y + 3 })));
    expect(problems).toContain('the arrow created → workerExecuting has a loose end');
  });

  it('finds two arrows on one line', () => {
    const [first] = layout.wires;
    const wires = layout.wires.map((wire) =>
      wire.port.target === 'failed' && first ? { ...wire, points: first.points } : wire,
    );
    expect(
      problemsOf({ ...layout, wires }).some((problem) => problem.endsWith('share a line')),
    ).toBe(true);
  });

  it('finds what is outside of the picture', () => {
    const problems = problemsOf(change('interrupted', (card) => ({ ...card, y: 2_000 })));
    expect(problems).toContain('something sticks out of the frame');
  });
});
