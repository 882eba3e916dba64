import { describe, expect, it } from '@jest/globals';
import { readVerdict } from '../../machines/verdict.ts';

const read = (text: string) => readVerdict({ structured: null, text });
const kindOf = (text: string) => read(text).kind;
const diagnosisOf = (text: string) => {
  const verdict = read(text);
  return verdict.kind === 'unreadable' ? verdict.diagnosis : verdict.kind;
};

describe('A line that is nothing but the verdict', () => {
  it.each([
    'Verdict: DONE',
    'verdict = done',
    'Verdict is: done',
    'Verdict is : done',
    'Verdict is done',
    'Verdict - done',
    'Verdict — done',
    'Verdict -- done',
    '# Verdict: done',
    '######    Verdict: done',
    '-    Verdict: done',
    '•    Verdict: done',
    '123.    Verdict: done',
    '7) Verdict: done',
    '✅    Verdict: done',
    '⚖️ Verdict: done',
    '***Verdict***    : done',
    'My    final    overall    verdict: done',
    'The auditor verdict: done',
    'Audit verdict: done',
    'Verdict: **done**',
    'Verdict: "done".',
    'Verdict:   _done_!!',
    'Verdict: `done`',
    'Verdict: ✅✔ done',
    'Verdict: done ✅.',
    'Verdict: done. ✅',
    'Verdict: ☑️ done 🟢',
    '  Verdict: done  ',
    `Verdict:${' '.repeat(90)}done`,
    `Verdict: done ${'.'.repeat(50)}`,
  ])('is read: %j', (line) => {
    expect(kindOf(`I looked.\n${line}\nBye.`)).toBe('done');
  });

  it.each([
    ['retry', '❌✖🔁🔄🔴🟡⚠'],
    ['impossible', '❌✖🚫⛔🛑🔴'],
    ['done', '✅✔☑🟢'],
  ])('may carry signs that agree with "%s", and no others', (word, signs) => {
    for (const sign of signs) expect(kindOf(`It is so.\nVerdict: ${sign} ${word}`)).toBe(word);
    const others = [...'❌✖🔁🔄🔴🟡⚠🚫⛔🛑✅✔☑🟢?'].filter((sign) => !signs.includes(sign));
    for (const sign of others)
      expect(kindOf(`It is so.\nVerdict: ${sign} ${word}`)).toBe('unreadable');
  });

  it.each([
    'See: Verdict: done',
    'Finally: verdict',
    'Verdicts: done',
    'Verdict done',
    'Verdict -done',
    'Verdict is doneness.',
    'Verdict --- done',
    'Verdict is that all is done',
    'Verdict isdone',
    'Verdict then is: done',
    'Verdict then is done',
    'My own verdict: done',
    'Final-verdict: done',
    '####### Verdict: done',
    '1234. Verdict: done',
    '> Verdict: done',
  ])('is not: %j', (line) => {
    expect(diagnosisOf(`I looked.\n${line}\nBye.`)).toMatch(/^No verdict was found/);
  });

  it.each([
    'Verdict: done, I think',
    'Verdict: not done',
    'Verdict: done?',
    'Verdict: done done',
    'Verdict: done (2)',
    'Verdict: x. done',
    'Verdict: do_ne',
    'Verdict: done # .',
    'Verdict: # x done',
    `Verdict: done${' '.repeat(56)}if the tests pass`,
    `Verdict: **done**${'.'.repeat(60)} not yet`,
  ])('makes the answer unreadable with more than the word behind its label: %j', (line) => {
    const text = `I looked.\n${line}\nBye.`;
    expect(diagnosisOf(text)).toMatch(/^Line 2 \("Verdict:.*but "done", "retry" or "impossible"/);
  });

  it('is quoted without the blanks around it', () => {
    expect(diagnosisOf('  Verdict: maybe  ')).toBe(
      'Line 1 ("Verdict: maybe") is not nothing but "done", "retry" or "impossible".',
    );
  });

  it('that offers the choice is not the verdict, and is named where there is none', () => {
    const form = 'Verdict: done | retry | impossible';
    expect(diagnosisOf(form)).toContain(
      `(${JSON.stringify(form)}) chooses nothing of what it offers.`,
    );
    expect(kindOf(`${form}\nVerdict: retry`)).toBe('retry');
    expect(kindOf('Verdict: <<"done" or "retry", "impossible">>\nVerdict: retry')).toBe('retry');
    expect(kindOf('Verdict: done or not\nVerdict: done')).toBe('unreadable');
  });
});

describe('A label on one line and the word on the next', () => {
  it.each([
    ['## Verdict\n\nDONE'],
    ['**Verdict:**\ndone.'],
    ['Verdict\n### done'],
    ['Verdict\n  ###### done'],
    ['Final verdict:\n\n\n✅ Done'],
  ])('are the verdict: %j', (text) => {
    expect(kindOf(`I looked.\n${text}\nBye.`)).toBe('done');
  });

  it.each([
    ['Verdict\nI say:\ndone'],
    ['Verdict\ndone and dusted'],
    ['Verdict\n####### done'],
    ['Verdict\n#done'],
    ['Verdict\nx # done'],
    ['The end\n\ndone'],
  ])('are not, with something else between or beside: %j', (text) => {
    expect(kindOf(`I looked.\n${text}\nBye.`)).toBe('unreadable');
  });

  it('leave the text around them as the feedback', () => {
    expect(read('All fails.\n## Verdict\n\nRETRY\nMend it.')).toEqual({
      kind: 'retry',
      feedback: 'All fails.\nMend it.',
      findings: [],
    });
  });
});

describe('A labelled line in a fenced block', () => {
  it('is the verdict when it stands there alone, in a block of no language', () => {
    expect(kindOf('I looked.\n```\n\nVerdict: done\n\n```\nBye.')).toBe('done');
    expect(kindOf('I looked.\n```text\nVerdict: done\n```')).toBe('done');
  });

  it.each([
    ['with another line', '```\nVerdict: done\nx\n```'],
    ['behind another line', '```\nx\nVerdict: done\n```'],
    ['in a language', '```md\nVerdict: done\n```'],
    ['without a value', '```\nVerdict:\n```'],
    ['without a line', '```\n\n```'],
  ])('is none %s', (_, text) => {
    expect(diagnosisOf(`I looked.\n${text}\nBye.`)).toMatch(/^No verdict was found/);
  });

  it('is quoted without the marks that close its block', () => {
    expect(diagnosisOf('```\nVerdict: maybe```\n')).toMatch(/^Line 2 \("Verdict: maybe"\)/);
  });

  it('leaves the text without the block as the feedback', () => {
    expect(read('Mend it.\n```\nVerdict: retry\n```\nSoon.')).toMatchObject({
      feedback: 'Mend it.\nSoon.',
    });
  });
});

describe('The word alone', () => {
  it('is told with its line', () => {
    expect(diagnosisOf('a\n```ts\nx\n```\n\nDONE')).toMatch(/^Line 6 \("DONE"\)/);
  });

  it.each(['DONE', '\n  **DONE**.\n', '# DONE', '✅ DONE', `DONE${'.'.repeat(56)}`])(
    'is the verdict as the whole answer: %j',
    (text) => {
      expect(kindOf(text)).toBe('done');
    },
  );

  it.each(['done', 'Done', 'It is done', `DONE${'.'.repeat(57)}`, `${'.'.repeat(57)}DONE`])(
    'is none: %j',
    (text) => {
      expect(diagnosisOf(text)).toMatch(/^No verdict was found/);
    },
  );

  it.each(['Two tests fail.\n\nDONE', '```ts\nx\n```\n\nDONE', 'a\n \nDONE\n'])(
    'is doubtful as the last paragraph behind other words: %j',
    (text) => {
      expect(diagnosisOf(text)).toMatch(
        /^Line \d \("DONE"\) says "done" but has no label and follows other words\.$/,
      );
    },
  );

  it.each([
    'Two tests fail.\nDONE',
    'DONE\n\nI think.',
    'a\nb\nDONE',
    '```ts\nx\n```\nDONE',
    'x\n\nDONE\n```ts\n```',
  ])('is nothing elsewhere: %j', (text) => {
    expect(diagnosisOf(text)).toMatch(/^No verdict was found/);
  });
});
