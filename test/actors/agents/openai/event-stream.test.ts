import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createEventStreamParser } from '../../../../actors/agents/openai/event-stream.ts';

function parse(pieces: readonly Uint8Array[]): string[] {
  const events: string[] = [];
  const parser = createEventStreamParser((data) => void events.push(data));
  for (const piece of pieces) parser.push(piece);
  parser.end();
  return events;
}

describe('A stream of events', () => {
  it.each([
    ['data: a\n\ndata: b\n\n', ['a', 'b']],
    ['data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
    ['data: a\r\rdata: b\r\r', ['a', 'b']],
    ['data: a\ndata: b\n\n', ['a\nb']],
    ['data:a\n\n', ['a']],
    ['data:  a\n\n', [' a']],
    [': comment\nevent: x\nid: 1\nretry: 5\ndata: a\n\n', ['a']],
    ['data: a', ['a']],
    ['data: a\u2028b\n\n', ['a\u2028b']],
    ['event: ping\n\n', []],
    ['', []],
  ])('%j has the data %j', (text, events) => {
    expect(parse([Buffer.from(text)])).toEqual(events);
  });

  it('has the same data in whatever pieces it comes', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ' '));
    const end = fc.constantFrom('\n', '\r\n', '\r');
    const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 20 });
    const holds = (lines: readonly string[], newline: string, at: readonly number[]) => {
      const bytes = Buffer.from(lines.map((data) => `data: ${data}${newline}${newline}`).join(''));
      const places = [0, ...[...at].sort((a, b) => a - b), bytes.length];
      const pieces = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
      expect(parse(pieces)).toEqual(lines);
    };
    fc.assert(fc.property(fc.array(line, { maxLength: 8 }), end, cuts, holds));
  });

  it('is refused when one event is longer than any answer', () => {
    const parser = createEventStreamParser(() => undefined);
    const piece = Buffer.alloc(1024 * 1024, 'x');
    expect(() => {
      for (let at = 0; at < 9; at += 1) parser.push(piece);
    }).toThrow('more than');
  });
});
