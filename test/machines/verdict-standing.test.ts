import { describe, expect, it } from '@jest/globals';
import { readVerdict } from '../../machines/verdict.ts';

const OBJECT = '{"verdict":"done"}';

const read = (text: string) => readVerdict({ structured: null, text });
const diagnosisOf = (text: string) => {
  const verdict = read(text);
  return verdict.kind === 'unreadable' ? verdict.diagnosis : verdict.kind;
};
const at = (text: string) => text.replace('%', OBJECT);

describe('An object of the plain text', () => {
  it.each([
    '%',
    'I say: %',
    'No example here. %',
    'If it were so, I would say more. %',
    'If this: %',
    'I wondered whether it would do! %',
    '`%`',
    '  ``%``. ',
    '`json %`',
    '`%`\nmore',
    'An example: done.\n%',
    '12: it is %',
    '- it is %',
    'I would say:\nhere it is %',
    'It is better than before: %',
    'Here it is, in %\nwould be more.',
    '% and that is all',
    '% What if not?',
    '% ifs',
    'as in 12: it is %',
    'Costs $ 3, %',
    'a.ts:3 %',
    'Not that! %',
    'It did not work before it was mended, %',
    'Nothing is missing: %',
    'a - %',
    '"quoted" %',
    'a < b, %',
    '{"no":1}, and %',
    'a, %',
    'a,\n%',
    'returned %',
    'a:\n  %',
  ])('is the auditor speaking: %j', (text) => {
    expect(diagnosisOf(at(text))).toBe('done');
  });

  it.each([
    '> %',
    '  > I say %',
    '+ %',
    '- %',
    ' -\t%',
    '+ a line with %',
    '| % |',
    '│ %',
    '12 | %',
    '12| %',
    '7 → %',
    '7│ %',
    '12: %',
    '12:  %',
    '$ echo %',
    'src/a.ts:12: %',
    '  ./b.json:3: x %',
  ])('is ignored in a line that shows something else: %j', (text) => {
    expect(diagnosisOf(at(text))).toContain('says "done" but stands in a quoted line.');
  });

  it.each(['say "%"', "say '%'", 'say “%”', 'say ‘%’', 'say «%»', 'say \\%'])(
    'is ignored in quotation marks: %j',
    (text) => {
      expect(diagnosisOf(at(text))).toContain('says "done" but stands in quotation marks.');
    },
  );

  it.each(['say `%`', '`x %`', '`%` says it', '`js %`', '`x` and `y %` z', '`%` and `'])(
    'is ignored in a code span of a sentence: %j',
    (text) => {
      expect(diagnosisOf(at(text))).toContain(
        'says "done" but stands in a code span of a sentence.',
      );
    },
  );

  it.each([
    'x = %',
    'say(%',
    '~ %',
    'f => %',
    '<!-- %',
    'return %',
    '"a": %',
    "'a' : %",
    '[%]',
    'x [ %',
    '[\n%',
    '{"no":1}, %',
    '{"no":1},\n\t%',
    '{"no":1} ,%',
  ])('is doubtful as a part of something larger: %j', (text) => {
    expect(diagnosisOf(at(text))).toContain('says "done" but is part of something larger.');
  });

  it.each([
    'e.g. %',
    'for example: %',
    'For instance, *%',
    'such as %',
    'not %',
    'I do not say %',
    'I cannot yet give a %',
    'We can’t say %',
    "It isn't %",
    'never %',
    'rather than %',
    'rather than  %',
    'I cannot  yet  say  %',
    'without %',
    'instead of %',
    'I would say %',
    "I'd say %",
    'I’d say %',
    'unless all passes, %',
    'It might be %',
    'If all passes, %',
    'As an example, this:\n%',
    'I would then say: **\n\n%',
    '- such as this:\n%',
    "I'd say:\n%",
    '% if all passes',
    '%, unless',
    '%` – until',
    '% once',
    '% when',
    '% only',
    '%; but',
    '% would',
    '% could',
    '% might',
    '% were',
    '% was',
    '% is not',
    '% is wrong',
    "% isn't",
    '% isn’t',
  ])('is doubtful as an example or under a condition: %j', (text) => {
    expect(diagnosisOf(at(text))).toContain(
      'says "done" but reads like an example or a condition.',
    );
  });

  it('is judged by its own line and by what stands behind the object before it', () => {
    expect(read(`I would not. {"no":1} so ${OBJECT}`).kind).toBe('done');
    expect(read(`${OBJECT}\nif it passes`).kind).toBe('done');
    expect(read(`If it passes\n${OBJECT}`).kind).toBe('done');
    expect(read(`such as {"no":1} ${OBJECT}`).kind).toBe('done');
  });

  it('is judged by the four hundred characters around it', () => {
    expect(read(`If ${'x'.repeat(390)} ${OBJECT}`).kind).toBe('unreadable');
    expect(read(`> ${'x '.repeat(600)}${OBJECT}`).kind).toBe('unreadable');
    expect(read(`${'x'.repeat(500)} > ${OBJECT}`).kind).toBe('done');
  });
});

describe('A fenced block of plain content', () => {
  const fence = (lead: string) => diagnosisOf(`${lead}\n\`\`\`json\n${OBJECT}\n\`\`\``);

  it.each(['My verdict:', 'If you ask me:', 'This is an example.', 'An example', ''])(
    'is the auditor speaking behind %j',
    (lead) => {
      expect(fence(lead)).toBe('done');
    },
  );

  it.each(['For example:', 'Such as: ', 'I would say:\n', 'It might say **so:**', "I'd say:"])(
    'is doubtful behind %j',
    (lead) => {
      expect(fence(lead)).toContain('says "done" but reads like an example or a condition.');
    },
  );

  it('may hold several objects, and blanks between them', () => {
    expect(diagnosisOf(`\`\`\`\n\n${OBJECT}\n\n${OBJECT}\n \n\`\`\``)).toBe('done');
  });

  it.each([`x ${OBJECT}`, `${OBJECT} x`, `${OBJECT}\n// x\n${OBJECT}`])(
    'is doubtful with other words in it: %j',
    (content) => {
      expect(diagnosisOf(`\`\`\`\n${content}\n\`\`\``)).toContain(
        'stands in a fenced block together with something else.',
      );
    },
  );
});
