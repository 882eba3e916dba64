import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createWords } from '../../../actors/agents/words.ts';
import type { Activity } from '../../../machines/activity.ts';

function spoken(pieces: readonly (readonly ['text' | 'thinking', string])[], stepMs = 0) {
  const said: Activity[] = [];
  let now = 10_000;
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

  it('wait for half a second from their first token on', () => {
    const pieces = ['a', 'b', 'c', 'd'].map((piece) => ['text', piece] as const);
    expect(spoken(pieces, 250)).toEqual([['text', 'abcd']]);
    expect(spoken(pieces, 251)).toEqual([
      ['text', 'abc'],
      ['text', 'd'],
    ]);
  });

  it('are said before their line ends when it is long', () => {
    const lineOf = (length: number) =>
      spoken([
        ['text', 'x'.repeat(length)],
        ['text', '!'],
      ]);
    expect(lineOf(2_000)).toEqual([['text', `${'x'.repeat(2_000)}!`]]);
    expect(lineOf(2_001)).toEqual([
      ['text', 'x'.repeat(2_001)],
      ['text', '!'],
    ]);
  });

  it('are not said where they are blanks only, and keep the lines between', () => {
    expect(
      spoken([
        ['text', ' \n'],
        ['text', '\t'],
      ]),
    ).toEqual([]);
    expect(spoken([['text', 'one\n\ntwo\n']])).toEqual([['text', 'one\n\ntwo']]);
  });

  it('are not parted by a token of the other kind that is empty', () => {
    expect(
      spoken([
        ['text', 'I '],
        ['thinking', ''],
        ['text', 'look'],
      ]),
    ).toEqual([['text', 'I look']]);
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
