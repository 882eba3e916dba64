import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readVerdict } from '../../machines/verdict.ts';

/** The verdict of a text without a typed answer. */
const read = (text: string) => readVerdict({ structured: null, text });

describe('any answer', () => {
  const fragment = fc.constantFrom(
    ...['{', '}', '[', ']', '"', "'", ':', ',', '|', '\\', '`', '```', '~~~', '\n', '\r', ' ', '>'],
    ...['verdict', '"verdict"', '"done"', 'DONE', 'done', 'retry', 'impossible', 'Verdict:', '+'],
    ...['```json\n', '\n```\n', '{"verdict":"done"}', '{"verdict":"retry"}', '\u001b[1m', '\u2028'],
  );
  const hostile = fc.array(fc.oneof(fragment, fc.string()), { maxLength: 40 });

  it('is read without an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), hostile),
        fc.jsonValue(),
        (text, json) => {
          const answer = Array.isArray(text) ? text.join('') : text;
          for (const structured of [null, json, JSON.stringify(json), answer])
            expect(typeof readVerdict({ structured, text: answer }).kind).toBe('string');
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it('decides nothing by words in prose', () => {
    fc.assert(
      fc.property(fc.array(sentence, { minLength: 1 }), (sentences) => {
        expect(read(sentences.join('\n')).kind).toBe('unreadable');
      }),
    );
  });

  it('keeps the reading of its JSON whatever prose stands around it', () => {
    fc.assert(
      fc.property(verdict, prose, prose, frame, ({ kind, feedback, findings }, a, b, wrap) => {
        const json = JSON.stringify({ verdict: kind, feedback, findings });
        expect(read(`${a}\n\n${wrap(json)}\n\n${b}`)).toEqual({ kind, feedback, findings });
      }),
    );
  });

  it('keeps the reading of its JSON however that is printed', () => {
    fc.assert(
      fc.property(
        verdict,
        fc.constantFrom(0, 1, 2, '\t'),
        fc.jsonValue(),
        (value, space, extra) => {
          const { kind, feedback, findings } = value;
          const json = JSON.stringify({ extra, feedback, findings, verdict: kind }, null, space);
          expect(read(json)).toEqual(value);
          expect(readVerdict({ structured: json, text: '' })).toEqual(value);
        },
      ),
    );
  });

  it('is unreadable when its JSON is cut off, wherever', () => {
    fc.assert(
      fc.property(verdict, fc.nat(), ({ kind, feedback, findings }, cut) => {
        const json = JSON.stringify({ verdict: kind, feedback, findings });
        expect(read(json.slice(0, cut % json.length)).kind).toBe('unreadable');
      }),
    );
  });

  it('is unreadable when two of its objects differ, wherever they stand', () => {
    fc.assert(
      fc.property(prose, frame, frame, fc.boolean(), (between, wrapA, wrapB, doneFirst) => {
        const words = doneFirst ? ['done', 'retry'] : ['retry', 'done'];
        const [a = '', b = ''] = words.map((word) => JSON.stringify({ verdict: word }));
        expect(read(`${wrapA(a)}\n${between}\n${wrapB(b)}`).kind).toBe('unreadable');
      }),
    );
  });
});

const word = fc.constantFrom(
  ...['not', 'done', 'DONE', 'Done', 'retry', 'RETRY', 'impossible', 'verdict', 'Verdict', 'is'],
  ...['completed', '3', 'of', '5', 'cannot', 'be', 'tests', 'pass', 'yet', 'the', 'almost'],
);

/** At least one word that is no verdict and no label at each end, so that no line is nothing but a verdict. */
const sentence = fc
  .tuple(fc.array(word, { minLength: 1 }), fc.constantFrom('.', '!', '', ',', ':', '?'))
  .map(([words, end]) => `We say ${words.join(' ')} here${end}`);

const prose = fc.array(sentence, { maxLength: 5 }).map((sentences) => sentences.join('\n'));

const frame = fc.constantFrom(
  (json: string) => json,
  (json: string) => `\`\`\`json\n${json}\n\`\`\``,
  (json: string) => `\`\`\`\n${json}\n\`\`\``,
  (json: string) => `Verdict: ${json}`,
  (json: string) => `  ${json}  `,
);

/** Texts that are not changed by reading: printable, without blanks at the ends. */
const plainText = fc
  .string({ minLength: 1 })
  .map((text) => text.trim())
  .filter((text) => text !== '' && !/^([-*•]|\d+[.)])\s/.test(text));

const verdict = fc.record({
  kind: fc.constantFrom('done' as const, 'retry' as const, 'impossible' as const),
  feedback: plainText,
  findings: fc.array(plainText, { maxLength: 5 }),
});
