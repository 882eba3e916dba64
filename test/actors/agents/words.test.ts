import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createWords } from '../../../actors/agents/words.ts';
import type { Activity } from '../../../machines/activity.ts';

function spoken(pieces: readonly (readonly ['text' | 'thinking', string])[], stepMs = 0) {
  const said: Activity[] = [];
  let now = 0;
  const words = createWords(
    (activity) => void said.push(activity),
    () => now,
  );
  for (const [kind, piece] of pieces) {
    words.add(kind, piece);
    now += stepMs;
  }
  words.flush();
  return said.map((activity) => ('text' in activity ? [activity.kind, activity.text] : []));
}

describe('The words of a model', () => {
  it('are said in whole lines', () => {
    const pieces = ['I ', 'look', '.\nThen', ' I write', '.\n'].map(
      (piece) => ['text', piece] as const,
    );
    expect(spoken(pieces)).toEqual([
      ['text', 'I look.'],
      ['text', 'Then I write.'],
    ]);
  });

  it('are said before their line ends when that takes long', () => {
    const pieces = ['a', 'b', 'c', 'd'].map((piece) => ['text', piece] as const);
    expect(spoken(pieces, 300)).toEqual([
      ['text', 'abc'],
      ['text', 'd'],
    ]);
  });

  it('are said before their line ends when it is long', () => {
    expect(spoken([['text', 'x'.repeat(3_000)]])).toEqual([['text', 'x'.repeat(3_000)]]);
  });

  it('are kept apart from what it thinks', () => {
    expect(
      spoken([
        ['thinking', 'hm'],
        ['text', 'yes'],
        ['thinking', 'so'],
      ]),
    ).toEqual([
      ['thinking', 'hm'],
      ['text', 'yes'],
      ['thinking', 'so'],
    ]);
  });

  it('are all said, in order, whatever the pieces', () => {
    const kind = fc.constantFrom('text' as const, 'thinking' as const);
    const pieces = fc.array(fc.tuple(kind, fc.string()));
    const solid = (text: string) => text.replace(/\s/g, '');
    fc.assert(
      fc.property(pieces, fc.nat({ max: 700 }), (all, stepMs) => {
        const said = spoken(all, stepMs).map(([, text]) => text);
        expect(solid(said.join(''))).toBe(solid(all.map(([, text]) => text).join('')));
      }),
    );
  });
});
