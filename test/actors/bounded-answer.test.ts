import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { boundAnswer, RESULT_LIMIT } from '../../actors/bounded-answer.ts';
import { CUT_WORDS } from '../../actors/cut-text.ts';
import { readVerdict } from '../../machines/verdict.ts';

const VERDICT = '{"verdict":"retry","feedback":"The end is missing.","findings":[]}';
const fence = '```';
const wordy = (length: number) => 'I looked at it.\n'.repeat(length / 16);

const kindOf = (text: string) => readVerdict({ structured: null, text }).kind;

describe('An answer that is too long', () => {
  it.each([
    ['after many lines', `${wordy(2 * RESULT_LIMIT)}${VERDICT}`],
    ['after one line', `${'x'.repeat(2 * RESULT_LIMIT)}\n${VERDICT}`],
    ['in a fence', `${wordy(2 * RESULT_LIMIT)}\n${fence}json\n${VERDICT}\n${fence}\n`],
    [
      'after a long quotation',
      `So:\n${fence}diff\n${wordy(2 * RESULT_LIMIT)}\n${fence}\n${VERDICT}`,
    ],
    [
      'after a quotation that begins in the end',
      `${wordy(1.5 * RESULT_LIMIT)}${fence}diff\n+x\n${fence}\n${VERDICT}`,
    ],
  ])('keeps its verdict %s', (_, text) => {
    const kept = boundAnswer(text);
    expect(kept.length).toBeLessThanOrEqual(RESULT_LIMIT);
    expect(kindOf(text)).toBe('retry');
    expect(kindOf(kept)).toBe('retry');
  });

  it('takes no word of a long quotation for its own', () => {
    const quoted = `${fence}diff\n${wordy(2 * RESULT_LIMIT)}\n${VERDICT}\n${fence}\nthat is all`;
    expect(kindOf(quoted)).toBe('unreadable');
    expect(kindOf(boundAnswer(quoted))).toBe('unreadable');
  });

  it('has its beginning and its end, and says between them how much was cut', () => {
    const text = `first line\n${wordy(2 * RESULT_LIMIT)}last line`;
    const kept = boundAnswer(text);
    expect(kept).toMatch(/^first line\n/);
    expect(kept).toMatch(/\nlast line$/);
    expect(kept).toContain(CUT_WORDS);
  });

  it('is a beginning and an end of the answer, and as it is when it fits, whatever its text', () => {
    const piece = fc.constantFrom(
      'a',
      '\n',
      ' ',
      fence,
      '~~~',
      `${fence}diff\n`,
      '{"verdict":"done"}',
    );
    const text = fc.array(piece, { maxLength: 200 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, fc.integer({ min: 128, max: 400 }), (whole, limit) => {
        const kept = boundAnswer(whole, limit);
        if (whole.length <= limit) return kept === whole;
        const parts = /^(.*?)… (\d+) more in stdout\n(.*)$/s.exec(kept);
        if (!parts) return false;
        const [, head = '', cut = '', tail = ''] = parts;
        const isWhole = head.length + Number(cut) + tail.length === whole.length;
        return kept.length <= limit && isWhole && whole.startsWith(head) && whole.endsWith(tail);
      }),
    );
  });
});
