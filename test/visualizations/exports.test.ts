/** The forms of the statechart that other programs read. */
import { describe, expect, it } from '@jest/globals';
import { type AnyStateNode, createMachine } from 'xstate';
import { lifecycle } from '../../machines/lifecycle.ts';
import { definitionOf } from '../../visualizations/definition.ts';
import { dotOf } from '../../visualizations/dot.ts';
import { chartOf } from '../../visualizations/statechart.ts';
import { allNodes } from '../machines/lifecycle-coverage.ts';

describe('The definition', () => {
  it('makes a machine of the same states and transitions, with words for each guard', () => {
    const copy = createMachine(JSON.parse(definitionOf(lifecycle)));
    // Both have nodes of the same kind; their types name the events of each.
    const copied = allNodes(copy.root as unknown as typeof lifecycle.root);
    const original = allNodes(lifecycle.root);
    expect(copied.map(shapeOf)).toEqual(original.map(shapeOf));
    expect(definitionOf(lifecycle)).toContain(
      '"type": "of this attempt and clean and done and same files"',
    );
  });

  function shapeOf(node: AnyStateNode) {
    const transitions = [...node.transitions].flatMap(([event, all]) =>
      all.map(({ target, guard }) => [
        event,
        target?.map(({ id }) => id) ?? null,
        guard !== undefined,
      ]),
    );
    const { id, type, description, tags } = node;
    return {
      id,
      type,
      description,
      tags,
      transitions,
      invokes: node.invoke.map(({ id: actor, src }) => [actor, `${src}`]),
    };
  }
});

describe('The Graphviz form', () => {
  const dot = dotOf(chartOf(lifecycle));

  it('has every state once, and no arrow to or from anything else', () => {
    const declared = [...dot.matchAll(/^ +(?:subgraph )?"([^"]+)" (?:\[|\{)/gm)].map(
      ([, id = '']) => id.replace(/^cluster_/, ''),
    );
    const states = allNodes(lifecycle.root)
      .slice(1)
      .map(({ path }) => path.join('.'));
    expect(declared.sort()).toEqual(['[initial]', ...states].sort());
    const ends = [...dot.matchAll(/^ {2}"([^"]+)" -> "([^"]+)"/gm)].flatMap(([, from, to]) => [
      from,
      to,
    ]);
    expect(ends.length).toBeGreaterThan(60);
    expect(ends.filter((end) => !declared.includes(`${end}`))).toEqual([]);
  });

  it('names only boxes that there are where it cuts an arrow, and closes what it opens', () => {
    const cut = [...dot.matchAll(/l(?:head|tail)="([^"]+)"/g)].map(([, id]) => id);
    expect(cut.length).toBeGreaterThan(5);
    expect(cut.filter((id) => !dot.includes(`subgraph "${id}"`))).toEqual([]);
    expect(dot.split('{').length).toBe(dot.split('}').length);
    expect(dot.replaceAll('\\"', '').split('"').length % 2).toBe(1);
  });
});
