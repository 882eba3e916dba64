import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RESULT_LIMIT } from '../../actors/bounded-answer.ts';
import {
  autoReader,
  genericRecords,
  jsonLinesReader,
  PIECE_LIMIT,
  type StreamReader,
  textReader,
} from '../../actors/stream-reader.ts';
import type { Activity } from '../../machines/activity.ts';
import { feed, pieceSizes } from './byte-pieces.ts';

type Emit = (activity: Activity) => void;
const text = (emit: Emit) => textReader({ emit });
const auto = (emit: Emit) => autoReader({ emit, onRecord: genericRecords() });
const json = (emit: Emit) => jsonLinesReader({ emit, onRecord: genericRecords() });

function readAll(make: (emit: Emit) => StreamReader, input: string, sizes: readonly number[]) {
  const activities: Activity[] = [];
  const reader = make((activity) => activities.push(activity));
  feed(reader, Buffer.from(input), sizes);
  reader.end();
  const texts = activities.flatMap((each) => (each.kind === 'text' ? [each.text] : []));
  return { activities, texts, printed: reader.printed() };
}

describe('A reader of text', () => {
  it('lets whole lines go and loses none, however they come', () => {
    const lines = fc.array(fc.constantFrom('first', 'zweite ü', '😀', 'the end'), { minLength: 1 });
    fc.assert(
      fc.property(lines, pieceSizes, (all, sizes) => {
        const { texts, printed } = readAll(text, all.join('\n'), sizes);
        expect(texts.flatMap((each) => each.split('\n'))).toEqual(all);
        expect(printed).toBe(all.join('\n'));
      }),
    );
  });

  it('tells of a line without an end its beginning only, and goes on with the next', () => {
    const { texts } = readAll(text, `${'x'.repeat(300_000)}\nnext\n`, [1000]);
    expect(texts).toHaveLength(2);
    expect(texts[0]?.length).toBeLessThan(PIECE_LIMIT + 100);
    expect(texts[1]).toBe('next');
  });

  it('of much text keeps the last mebibyte, from a whole line on', () => {
    const { printed } = readAll(text, 'a line of text\n'.repeat(200_000), [64 * 1024]);
    expect(printed.length).toBeLessThanOrEqual(RESULT_LIMIT);
    expect(printed.length).toBeGreaterThan(RESULT_LIMIT - 100);
    expect(printed.startsWith('a line')).toBe(true);
    const long = `${'0123456789abcdef'.repeat(200_000)}\nend\n`;
    expect(readAll(text, long, [256 * 1024]).printed === long.slice(-RESULT_LIMIT)).toBe(true);
  });
});

describe('A reader of JSON lines', () => {
  it('takes what is no JSON object for noise, also pretty-printed JSON between the lines', () => {
    const input = 'noise\n{"text":"a"}\n{\n  "text": "b"\n}\n[1]\n{"text":"c"\n\ufeff{"text":"d"}';
    expect(readAll(json, input, [7]).texts).toEqual(['a', 'd']);
  });
});

describe('A reader that finds out', () => {
  it.each([
    ['{"text":"a"}\n{"result":"b"}\n', 'b'],
    ['\n\n{"result":"b"}\n', 'b'],
    ['{"result":"b"}', 'b'],
    ['{"verdict":"retry"}\n{"verdict":"done"}\n', '{"verdict":"retry"}\n{"verdict":"done"}'],
  ])('that JSON lines are in %j has the result %j', (lines, result) => {
    const { activities } = readAll(auto, lines, [5]);
    expect(activities.findLast(({ kind }) => kind === 'result')).toMatchObject({ text: result });
  });

  it.each(['\ufeff', '\u2028'])(
    'finds JSON lines behind %j, also when that comes byte by byte',
    (blank) => {
      const { activities } = readAll(auto, `${blank}{"result":"b"}\n`, [1]);
      expect(activities).toMatchObject([{ kind: 'result', text: 'b' }]);
    },
  );

  it.each(['plain words\n{"result":"no"}\n', '{\n  "verdict": "done"\n}\n', '', '\n'])(
    'takes %j for text',
    (lines) => {
      expect(readAll(auto, lines, [4]).printed).toBe(lines);
    },
  );
});
