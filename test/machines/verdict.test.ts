import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Verdict } from '../../machines/contracts.ts';
import {
  boundVerdict,
  DIAGNOSIS_LIMIT,
  FEEDBACK_LIMIT,
  FINDING_LIMIT,
  FINDINGS_LIMIT,
  readVerdict,
} from '../../machines/verdict.ts';
import type { Expectation } from './verdict-corpus.ts';
import { verdictCorpus } from './verdict-corpus.ts';

const corpus = verdictCorpus();

/** The verdict of a text without a typed answer. */
const read = (text: string) => readVerdict({ structured: null, text });

describe('the corpus of answers', () => {
  it('is large and has every reading', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(350);
    for (const kind of ['done', 'retry', 'impossible', 'unreadable'])
      expect(corpus.filter(({ expected }) => expected.kind === kind).length).toBeGreaterThan(4);
  });

  it('has no answer that is read as done and is not', () => {
    const others = corpus.filter(({ expected }) => expected.kind !== 'done');
    const falselyDone = others.filter(({ answer }) => readVerdict(answer).kind === 'done');
    expect(others.length).toBeGreaterThanOrEqual(250);
    expect(falselyDone.map(({ topic, name }) => `${topic}: ${name}`)).toEqual([]);
  });

  it.each(corpus.map((sample) => [`${sample.topic}: ${sample.name}`, sample] as const))(
    '%s',
    (_, { answer, expected }) => {
      expectReading(readVerdict(answer), expected);
    },
  );
});

describe('reading a verdict', () => {
  it('gives plain data that survives JSON, for every answer of the corpus', () => {
    for (const { answer } of corpus) {
      const verdict = readVerdict(answer);
      expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
    }
  });

  it('tells the same of an answer with Windows line ends', () => {
    const texts = corpus.map(({ answer }) => answer).filter(({ text }) => !text.includes('\r'));
    for (const answer of texts)
      expect(readVerdict({ ...answer, text: answer.text.replaceAll('\n', '\r\n') })).toEqual(
        readVerdict(answer),
      );
  });

  it('keeps a diagnosis short, whatever it quotes', () => {
    const word = 'x'.repeat(100_000);
    const answers = [`{"verdict":"${word}"}`, `Verdict: ${word}`, `${word}\n`.repeat(40)];
    const many = Array.from({ length: 500 }, (_, n) => `{"verdict":"no ${n}"}`).join('\n');
    for (const text of [...answers, many]) expect(diagnosisOf(read(text)).length).toBeLessThan(800);
  });

  it('looks once at a typed answer that contains itself', () => {
    const structured: Record<string, unknown> = { result: { verdict: 'done' } };
    structured.self = structured;
    expect(readVerdict({ structured, text: '' }).kind).toBe('unreadable');
  });
});

describe('a bounded verdict', () => {
  const long = `begin ${'😀'.repeat(5_000)} end`;
  const bound = boundVerdict({ kind: 'retry', feedback: long, findings: Array(50).fill(long) });
  const { feedback, findings } = decided(bound);

  it('keeps beginning and end of feedback that is too long, and says how much is cut', () => {
    expect(feedback.length).toBeLessThanOrEqual(FEEDBACK_LIMIT);
    expect(feedback.length).toBeGreaterThan(FEEDBACK_LIMIT - 50);
    expect(feedback).toMatch(/^begin [\s\S]*\n\[… \d+ characters cut …\]\n[\s\S]* end$/);
  });

  it('cuts no character in two', () => {
    for (const text of [feedback, ...findings]) expect(text).not.toMatch(/\p{Surrogate}/u);
  });

  it('keeps the first findings, each bounded, and says how many are left out', () => {
    expect(findings).toHaveLength(FINDINGS_LIMIT);
    expect(findings.at(-1)).toBe('[… 31 more findings left out …]');
    for (const finding of findings) expect(finding.length).toBeLessThanOrEqual(FINDING_LIMIT);
  });

  it('is the verdict itself at the limits and below, and where it is unreadable', () => {
    const full: Verdict = {
      kind: 'done',
      feedback: 'x'.repeat(FEEDBACK_LIMIT),
      findings: Array(FINDINGS_LIMIT).fill('x'.repeat(FINDING_LIMIT)),
    };
    expect(boundVerdict(full)).toEqual(full);
    expect(boundVerdict(read(''))).toEqual(read(''));
  });

  it('bounds a diagnosis too', () => {
    const bounded = boundVerdict({ kind: 'unreadable', diagnosis: long });
    expect(JSON.stringify(bounded).length).toBeLessThan(DIAGNOSIS_LIMIT + 100);
  });

  it('counts exactly what is cut', () => {
    const text = Array.from({ length: 9_000 }, (_, n) => n % 10).join('');
    const cut = decided(boundVerdict({ kind: 'done', feedback: text, findings: [] })).feedback;
    const [head = '', number = '', tail = ''] = cut.split(/\n\[… (\d+) characters cut …\]\n/);
    expect(head.length + Number(number) + tail.length).toBe(text.length);
    expect([text.startsWith(head), text.endsWith(tail)]).toEqual([true, true]);
  });
});

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

/** Sizes that take minutes or hours where the time is not linear; the time limit of a test is far above linear. */
describe('a huge answer', () => {
  const SIZE = 300_000;
  const fill = (unit: string, size = SIZE) => unit.repeat(Math.ceil(size / unit.length));

  it.each([
    ['opening braces', fill('{')],
    ['closing braces', fill('}')],
    ['balanced braces', fill('{', SIZE / 2) + fill('}', SIZE / 2)],
    ['quotes', fill('"')],
    ['opened strings', fill('{"')],
    ['backslashes in a string', `{"${fill('\\')}`],
    ['opening brackets', `{"a":${fill('[')}`],
    ['nested objects', fill('{"a":')],
    ['nested verdicts', fill('{"verdict":')],
    ['nested verdicts that are closed', fill('{"verdict":', SIZE) + fill('}', SIZE / 11)],
    ['deep findings', `{"verdict":"retry","findings":${fill('[')}${fill(']')}}`],
    ['broken objects on one line', fill('{verdict:1 ')],
    ['broken objects in a row', fill('{verdict:1}')],
    ['broken objects over lines', fill('{verdict:1\n')],
    ['broken objects inside each other', fill('{verdict:1,', SIZE) + fill('}', SIZE / 11)],
    ['verdicts on one line', fill('{"verdict":"retry"} ')],
    ['verdicts on lines', fill('{"verdict":"retry"}\n')],
    ['verdicts in code spans', fill('`{"verdict":"retry"}` ')],
    ['keys', `{${fill('"verdict":"retry",')}`],
    ['fences', fill('```\n')],
    ['fenced verdicts', fill('```json\n{"verdict":"retry"}\n```\n')],
    ['backticks', fill('`')],
    ['blank lines', fill('\n')],
    ['blanks', `Verdict:${fill(' ')}x`],
    ['asterisks', `**${fill('*')}x`],
    ['labels', fill('Verdict: retry\n')],
    ['headings', fill('Verdict\n')],
    ['escape characters', fill('\u001b]')],
    ['colours that never end', fill('\u001b[0;')],
    ['bullets in the findings', `{"verdict":"retry","findings":"${fill('- ')}"}`],
    ['prose', `${fill('The tests pass, more or less. ', 5_000_000)}\n\nVerdict: RETRY`],
    ['lines of prose', fill('Not done yet.\n', 5_000_000)],
    ['one string', JSON.stringify({ verdict: 'retry', feedback: fill('x', 5_000_000) })],
  ])('of %s is read in linear time', (_, text) => {
    expect(read(text).kind).not.toBe('done');
    expect(readVerdict({ structured: text, text: '' }).kind).not.toBe('done');
  });

  it('keeps its verdict', () => {
    const noise = fill('Some { braces } and "quotes" in `prose`.\n');
    const text = `${noise}\n{"verdict":"done","feedback":"ok"}\n\n${noise}`;
    expect(read(text)).toEqual({ kind: 'done', feedback: 'ok', findings: [] });
  });
});

function expectReading(actual: Verdict, expected: Expectation): void {
  const { kind, feedback, findings, diagnosisIncludes } = expected;
  expect(actual).toMatchObject({
    kind,
    ...(feedback === undefined ? {} : { feedback }),
    ...(findings === undefined ? {} : { findings }),
  });
  if (diagnosisIncludes !== undefined) expect(diagnosisOf(actual)).toContain(diagnosisIncludes);
}

function diagnosisOf(actual: Verdict): string {
  if (actual.kind !== 'unreadable') throw new Error(`read as ${actual.kind}`);
  return actual.diagnosis;
}

function decided(actual: Verdict): Exclude<Verdict, { kind: 'unreadable' }> {
  if (actual.kind === 'unreadable') throw new Error(actual.diagnosis);
  return actual;
}

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
