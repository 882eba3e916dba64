import { describe, expect, it } from '@jest/globals';
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
    const word = 'x'.repeat(5_000);
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

  it('adds nothing but the note of the cut', () => {
    for (const before of ['', 'x']) {
      const text = before + '😀'.repeat(5_000);
      const cut = decided(boundVerdict({ kind: 'done', feedback: text, findings: [] })).feedback;
      const [head = '', tail = ''] = cut.split(/\n\[… \d+ characters cut …\]\n/);
      expect([text.startsWith(head), text.endsWith(tail)]).toEqual([true, true]);
    }
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
