import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Finding } from '../../machines/contracts.ts';
import { PREVIEW_LENGTH } from '../../machines/contracts.ts';
import { afterVerdict, findingId, LEDGER_LIMIT, standing } from '../../machines/findings-ledger.ts';
import { FINDINGS_LIMIT } from '../../machines/verdict-bounds.ts';

type Kind = 'done' | 'retry' | 'impossible';

/** The ledger after verdicts, each given by what it finds. */
function ledgerOf(...rounds: readonly (readonly string[])[]): readonly Finding[] {
  return rounds.reduce<readonly Finding[]>(
    (ledger, findings, index) => judged(ledger, 'retry', findings, index + 1),
    [],
  );
}

function judged(
  ledger: readonly Finding[],
  kind: Kind,
  findings: readonly string[],
  iteration = 9,
) {
  return afterVerdict(ledger, { kind, feedback: 'Mend all of it.', findings }, iteration);
}

const A = 'src/a.ts:12: the sum is wrong';
const B = 'src/b.ts: no test for an empty list';
const statuses = (ledger: readonly Finding[]) =>
  Object.fromEntries(ledger.map(({ text, status }) => [text, status]));

describe('The id of a finding', () => {
  it.each([
    ['src/a.ts:12: the sum is wrong', 'src/a.ts:14: the sum is wrong'],
    ['src/a.ts:12:5: the sum is wrong', 'src/a.ts: the sum is wrong'],
    ['src/a.ts lines 3-9: the sum is wrong', 'src/a.ts line 8: The sum is wrong'],
    ['`src/a.ts`: "the sum" is wrong', 'src/a.ts:   the sum is\n wrong'],
    ['**src/a.ts** – the sum is wrong', 'src/a.ts the sum is wrong'],
    ['a.ts:10-12: x', 'a.ts:113–114: x'],
    ['a.ts:10:12,14: x', 'a.ts: x'],
    ['a.ts at lines 3 to  10: x', 'a.ts, line 210: x'],
    ['a.ts lines  12, 13 and 140: x', 'a.ts lines 1 – 2: x'],
    ['STRASSE fehlt', 'strasse fehlt'],
  ])('is the same for %j and %j', (one, other) => {
    expect(findingId(one)).toBe(findingId(other));
  });

  it.each([
    ['src/a.ts: the sum is wrong', 'src/b.ts: the sum is wrong'],
    ['src/a.ts: the sum is wrong', 'src/a.ts: the sum is right'],
    ['expected 3', 'expected 4'],
    ['a b', 'ab'],
    ['a.ts:3b', 'a.tsb'],
    ['outlines 3 things', 'out things'],
    ['Größe fehlt', 'Gröe fehlt'],
  ])('tells %j from %j', (one, other) => {
    expect(findingId(one)).not.toBe(findingId(other));
  });

  it('is the one that records of earlier runs have', () => {
    expect(findingId('src/a.ts:12: the sum is wrong')).toBe('F-b57811');
    expect(findingId('')).toBe('F-811c9d');
  });

  it('is six hexadecimal digits, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(findingId(text)).toMatch(/^F-[0-9a-f]{6}$/);
      }),
    );
  });

  it('is not the same for any two of ten thousand short texts, but for a few', () => {
    const ids = new Set(
      Array.from({ length: 10_000 }, (_, index) => findingId(`finding ${index}`)),
    );
    expect(ids.size).toBeGreaterThan(9_980);
  });
});

describe('The ledger', () => {
  it('has what was found for the first time as new, with its iteration', () => {
    expect(ledgerOf([A, B])).toEqual([
      { id: findingId(A), text: A, status: 'new', iteration: 1, rounds: 1, dismissal: null },
      { id: findingId(B), text: B, status: 'new', iteration: 1, rounds: 1, dismissal: null },
    ]);
  });

  it('takes a blank finding for none', () => {
    expect(statuses(ledgerOf(['', ' \n', A]))).toEqual({ [A]: 'new' });
  });

  it('of a retry without findings has the words of the auditor, and of a blank one nothing', () => {
    const judgedBy = (feedback: string) =>
      afterVerdict([], { kind: 'retry', feedback, findings: [] }, 1).map(({ text }) => text);
    expect(judgedBy('Mend the sum.')).toEqual(['Mend the sum.']);
    expect(judgedBy(' \n')).toEqual([]);
  });

  it.each([
    ['  the sum\n  is \t wrong ', 'the sum is wrong'],
    ['x'.repeat(PREVIEW_LENGTH), 'x'.repeat(PREVIEW_LENGTH)],
    ['x'.repeat(PREVIEW_LENGTH + 1), `${'x'.repeat(PREVIEW_LENGTH - 1)}…`],
    [`${'x'.repeat(PREVIEW_LENGTH - 2)}😀y`, `${'x'.repeat(PREVIEW_LENGTH - 2)}…`],
    [`😀${'x'.repeat(PREVIEW_LENGTH)}`, `😀${'x'.repeat(PREVIEW_LENGTH - 3)}…`],
  ])('keeps %j as one line that is short enough, with no half characters', (told, text) => {
    expect(ledgerOf([told]).map((finding) => finding.text)).toEqual([text]);
  });

  it.each(['[… 17 more findings left out …] of mine', 'a.ts: [… 17 more findings left out …]'])(
    'has a finding that only looks like what was left out: %j',
    (text) => {
      expect(statuses(ledgerOf([text]))).toEqual({ [text]: 'new' });
    },
  );

  it.each([
    ['in the same words', A],
    ['in the same words at another line', A.replace(':12:', ':99:')],
    ['by its id', findingId(A)],
    ['by its id in capitals', findingId(A).toUpperCase()],
    ['by its id with words', `${findingId(A)}: still there, now in c.ts`],
    ['by its id in brackets', `[${findingId(A)}]`],
  ])('knows a finding again that is named %s', (_, again) => {
    const [finding, ...others] = ledgerOf([A], [again]);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ text: A, status: 'repeated', iteration: 1, rounds: 2 });
  });

  it('takes what is no longer found for mended, and what is found after that for repeated', () => {
    expect(statuses(ledgerOf([A, B], [B]))).toEqual({ [A]: 'fixed', [B]: 'repeated' });
    expect(statuses(ledgerOf([A, B], [B], [A]))).toEqual({ [A]: 'repeated', [B]: 'fixed' });
  });

  it.each([
    ['dismissed {}: it is meant so', 'it is meant so'],
    ['{} dismissed: it is meant so', 'it is meant so'],
    ['{} is dismissed, it is meant so', 'it is meant so'],
    ['[{}] (dismissed) it is meant so', 'it is meant so'],
    ['**Dismiss {}** – it is meant so', 'it is meant so'],
    ['dismissed {}', ''],
    ['DISMISSED: {}, it is meant so', 'it is meant so'],
    ['{} was  dismissed it is meant so', 'it is meant so'],
  ])('takes %j for a dismissal, with its reason', (form, reason) => {
    const ledger = ledgerOf([A, B], [form.replace('{}', findingId(A)), findingId(B)]);
    expect(ledger.find(({ text }) => text === A)).toMatchObject({
      status: 'dismissed',
      dismissal: reason,
      rounds: 1,
    });
    expect(standing(ledger).map(({ text }) => text)).toEqual([B]);
  });

  it.each(['{}: it was dismissed by mistake', 'not dismissed: {}', 'I dismissed {} too early'])(
    'takes %j for no dismissal',
    (form) => {
      expect(statuses(ledgerOf([A], [form.replace('{}', findingId(A))]))).toEqual({
        [A]: 'repeated',
      });
    },
  );

  it('keeps a dismissed finding dismissed, until it is found again', () => {
    const dismissal = `dismissed ${findingId(A)}: meant`;
    expect(statuses(ledgerOf([A, B], [dismissal, B], [B]))[A]).toBe('dismissed');
    const [again] = ledgerOf([A], [dismissal, B], [A]);
    expect(again).toMatchObject({ text: A, status: 'repeated', rounds: 2, dismissal: null });
  });

  it.each([[[`dismissed {}: no`, '{}']], [['{}', `dismissed {}: no`]]])(
    'takes a finding that is both dismissed and named for standing (%j)',
    (forms) => {
      const again = forms.map((form) => form.replace('{}', findingId(A)));
      expect(statuses(ledgerOf([A], again))).toEqual({ [A]: 'repeated' });
    },
  );

  it('takes an id that nobody gave for words', () => {
    const [, second] = ledgerOf([A], [A, 'F-000000: as above']);
    expect(ledgerOf([A], [A, 'F-000000: as above'])).toHaveLength(2);
    expect(second?.id).not.toBe('F-000000');
  });

  it('has the feedback of a retry that names nothing as its one finding', () => {
    expect(ledgerOf([])).toMatchObject([{ text: 'Mend all of it.', status: 'new' }]);
    expect(ledgerOf([' '])).toHaveLength(1);
    const dismissed = ledgerOf([A], [`dismissed ${findingId(A)}: meant`]);
    expect(statuses(dismissed)).toEqual({ [A]: 'dismissed', 'Mend all of it.': 'new' });
  });

  it('takes all for mended by a verdict of done', () => {
    expect(statuses(judged(ledgerOf([A, B]), 'done', []))).toEqual({ [A]: 'fixed', [B]: 'fixed' });
  });

  it('takes nothing for mended when not all findings of the verdict are recorded', () => {
    const cut = [B, '[… 17 more findings left out …]'];
    expect(statuses(ledgerOf([A, B], cut))).toEqual({ [A]: 'new', [B]: 'repeated' });
    const words = 'a.ts has [… 17 more findings left out …] in it';
    expect(statuses(ledgerOf([A, B], [words]))).toMatchObject({ [A]: 'fixed', [words]: 'new' });
  });

  it('shortens long findings, and tells them apart by all of their words', () => {
    const long = (end: string) => `${'word '.repeat(80)}${end}`;
    const ledger = ledgerOf([long('one'), long('two')]);
    expect(ledger).toHaveLength(2);
    for (const { text } of ledger) expect(text).toHaveLength(PREVIEW_LENGTH);
  });

  it('keeps what stands, whatever else was found, and never grows above its limit', () => {
    const some = fc.array(fc.constantFrom('a', 'b', 'c', 'd', A, B), { maxLength: FINDINGS_LIMIT });
    const many = Array.from({ length: FINDINGS_LIMIT }, (_, index) => `old ${index}`);
    fc.assert(
      fc.property(fc.array(some, { minLength: 1, maxLength: 8 }), (rounds) => {
        const ledger = ledgerOf(
          many,
          many.map((text) => `${text}!?x`),
          ...rounds,
        );
        expect(ledger.length).toBeLessThanOrEqual(LEDGER_LIMIT);
        expect(new Set(ledger.map(({ id }) => id)).size).toBe(ledger.length);
        const last = rounds.at(-1) ?? [];
        const found = new Set(last.length > 0 ? last : ['Mend all of it.']);
        expect(new Set(standing(ledger).map(({ text }) => text))).toEqual(found);
      }),
    );
  });
});
