import { describe, expect, it } from '@jest/globals';
import { readVerdict } from '../../machines/verdict.ts';

const NONE =
  'No verdict was found: no JSON object with a key "verdict", no line that is nothing but the verdict.';
const MUST = 'it must be "done", "retry" or "impossible".';
const NESTED = 'has it inside another key; "verdict" must be a key of the object itself.';

const read = (text: string, structured: unknown = null) => readVerdict({ structured, text });

/** Why an answer cannot be read, or its verdict. */
function reading(text: string, structured: unknown = null): string {
  const verdict = read(text, structured);
  return verdict.kind === 'unreadable' ? verdict.diagnosis : verdict.kind;
}

describe('The diagnosis of an answer without a verdict', () => {
  it.each([
    ['nothing', '', 'The answer is empty.'],
    ['blanks', ' \n', 'The answer is empty.'],
    ['words', 'All is well.', NONE],
    [
      'an object without the key',
      '{"result":"done"}',
      `${NONE} The JSON object at line 1 has no key "verdict".`,
    ],
    [
      'a block in a language',
      'x\n```ts\n{"verdict":"done"}\n```',
      `${NONE} The JSON object at line 3 says "done" but stands in a block of "ts".`,
    ],
    [
      'a quoted line',
      '> {"verdict":"done"}',
      `${NONE} The JSON object at line 1 says "done" but stands in a quoted line.`,
    ],
    [
      'a quoted object without the key itself',
      '> {"a":{"verdict":"done"}}',
      `${NONE} The JSON object at line 1 says "done" but stands in a quoted line.`,
    ],
    [
      'the form of the instruction',
      '{"verdict":"done|retry|impossible"}',
      `${NONE} The JSON object at line 1 repeats the form of the instruction and chooses nothing.`,
    ],
    [
      'the form of the instruction, which is no JSON',
      '{"verdict": "done" | "retry", "feedback": "x"}',
      `${NONE} The JSON object at line 1 repeats the form of the instruction and chooses nothing.`,
    ],
    [
      'a quoted object that is broken',
      '> {"verdict":"done",}',
      `${NONE} The JSON object at line 1 stands in a quoted line.`,
    ],
    ['broken JSON whose first key is none', 'x {result:"done",}', NONE],
    [
      'broken JSON without the key, behind its first member',
      'x {"result":"done" "a":1}',
      `${NONE} The JSON object at line 1 is broken at line 1, column 20: found a double quote where "," or "}" is expected.`,
    ],
    ['braces of code', 'if (x) { y } else { z }', NONE],
  ])('of %s says what there is instead', (_, text, diagnosis) => {
    expect(reading(text)).toBe(diagnosis);
  });

  it('names the last three places that were passed over', () => {
    const objects = Array.from({ length: 5 }, (_, n) => `{"no":${n}}`).join('\n');
    const named = [3, 4, 5].map((n) => `The JSON object at line ${n} has no key "verdict".`);
    expect(reading(objects)).toBe([NONE, ...named].join(' '));
  });

  it('names the last three broken objects, all of which were meant as JSON', () => {
    const objects = Array.from({ length: 5 }, () => '{"a" "b"}\n{"a":1 "b"}').join('\n');
    const lines = [6, 8, 10].map((n) => `object at line ${n} is broken`);
    const diagnosis = reading(objects);
    for (const line of lines) expect(diagnosis).toContain(line);
    expect(diagnosis.match(/is broken/g)).toHaveLength(3);
  });
});

describe('The diagnosis of an answer that is not clear', () => {
  it.each([
    [
      'an unknown word',
      '{"verdict":"ok"}',
      `The JSON object at line 1 has a "verdict" that is "ok"; ${MUST}`,
    ],
    [
      'a number',
      '{"verdict":1}',
      `The JSON object at line 1 has a "verdict" that is not a string (number); ${MUST}`,
    ],
    [
      'a list',
      '{"verdict":[]}',
      `The JSON object at line 1 has a "verdict" that is not a string (array); ${MUST}`,
    ],
    [
      'null',
      '{"verdict":null}',
      `The JSON object at line 1 has a "verdict" that is not a string (null); ${MUST}`,
    ],
    [
      'a verdict inside another key',
      '{"a":{"verdict":"done"}}',
      `The JSON object at line 1 says "done" but ${NESTED}`,
    ],
    [
      'code around it',
      'f() { {"verdict":"done"} }',
      'The JSON object at line 1 says "done" but stands between the braces of something that is no JSON.',
    ],
    [
      'words beside it in its block',
      '```\nx\n{"verdict":"done"}\n```',
      'The JSON object at line 3 says "done" but stands in a fenced block together with something else.',
    ],
    [
      'different verdicts',
      '{"verdict":"done"}\n{"verdict":"retry"}',
      'Different verdicts: The JSON object at line 1 says "done". The JSON object at line 2 says "retry". Give exactly one.',
    ],
    [
      'different keys of one object',
      '{"verdict":"done","verdict":"retry"}',
      'Different verdicts: Key "verdict" number 1 of the JSON object at line 1 says "done". Key "verdict" number 2 of the JSON object at line 1 says "retry". Give exactly one.',
    ],
    [
      'a word beside one that is none: only the latter is named',
      '{"verdict":"done"}\n{"verdict":"ok"}\n{"verdict":"yes"}',
      `The JSON object at line 2 has a "verdict" that is "ok"; ${MUST} The JSON object at line 3 has a "verdict" that is "yes"; ${MUST}`,
    ],
    [
      'more than four places',
      [1, 2, 3, 4, 5, 6].map((n) => `{"verdict":"no ${n}"}`).join('\n'),
      `${[1, 2, 3, 4].map((n) => `The JSON object at line ${n} has a "verdict" that is "no ${n}"; ${MUST}`).join(' ')} And 2 more.`,
    ],
    [
      'four places',
      [1, 2, 3, 4].map((n) => `{"verdict":"no ${n}"}`).join('\n'),
      [1, 2, 3, 4]
        .map((n) => `The JSON object at line ${n} has a "verdict" that is "no ${n}"; ${MUST}`)
        .join(' '),
    ],
    [
      'broken JSON',
      '{"verdict":"done", "feedback":"" "findings":[]}',
      'The JSON object at line 1 says "done" but is broken at line 1, column 34: found a double quote where "," or "}" is expected.',
    ],
    [
      'broken JSON before other braces',
      '{"verdict":"ok" x}\n{ y }',
      'The JSON object at line 1 is broken at line 1, column 17: found "x" where "," or "}" is expected.',
    ],
    [
      'broken JSON of an unknown word',
      '{"verdict":"ok" x}',
      'The JSON object at line 1 is broken at line 1, column 17: found "x" where "," or "}" is expected.',
    ],
    [
      '"impossible" without a reason',
      '{"verdict":"impossible"}',
      'The verdict "impossible" (the JSON object at line 1) names no blocker: "feedback" must say what makes it so.',
    ],
  ])('tells of %s', (_, text, diagnosis) => {
    expect(reading(text)).toBe(diagnosis);
  });

  it('tells of a verdict inside another key, also beside keys of its own', () => {
    expect(reading('{"feedback":"x","a":{"verdict":"done"}}')).toBe(
      `The JSON object at line 1 says "done" but ${NESTED}`,
    );
  });

  it('quotes sixty characters of a word, and no more', () => {
    expect(reading(`{"verdict":"${'x'.repeat(60)}"}`)).toContain(`"${'x'.repeat(60)}"`);
    expect(reading(`{"verdict":"${'x'.repeat(61)}"}`)).toContain(`"${'x'.repeat(60)}…"`);
  });
});

describe('Broken JSON with a verdict', () => {
  const clear = '{"verdict":"retry","feedback":"x"}';

  it.each([
    ['says the same', '{"verdict": "retry", oh}', 'retry'],
    ['says the same, with single quotes', "{'verdict': 'retry'}", 'retry'],
    ['says the same, without quotes', '{verdict: retry}', 'retry'],
    ['says the same before a comment', '{verdict: retry // why\n}', 'retry'],
    ['says the same before a comment', '{verdict: retry # why\n}', 'retry'],
    ['says the same on its line', '{verdict: retry\n}', 'retry'],
    ['says the same, cut off', '{"verdict": "retry"', 'retry'],
    ['says the same, escaped', '{\\"verdict\\": \\"retry\\"}', 'retry'],
    ['says the same without a colon', '{"verdict" "retry"}', 'retry'],
    ['says something else', '{"verdict": "done", oh}', 'unreadable'],
    ['says something else behind a number', '{"a":1 "verdict": "done"}', 'unreadable'],
    ['says something else behind a text', '{"a":"b" "verdict": "done"}', 'unreadable'],
    ['says something else behind a list', '{"a":[] "verdict": "done"}', 'unreadable'],
    ['says something else behind an object', '{"a":{} "verdict": "done"}', 'unreadable'],
    ['says something else behind a truth', '{"a":true "verdict": "done"}', 'unreadable'],
    ['has the key in the words of a text', '{"a":"no key "verdict": done here"}', 'retry'],
    ['has the word behind a number in a text', '{"a":"on "step 2 verdict: done"}', 'retry'],
    ['says something else on a line of its own', '{x\nverdict: done\n}', 'unreadable'],
    ['says more than one word', '{verdict: retry later}', 'unreadable'],
    ['has the word in a value only', '{x "the verdict: done"}', 'retry'],
    ['has a valid object in it that says the same', '{x {"verdict":"retry"} }', 'retry'],
    ['stands beside the word only', '{x }\n"verdict": "done"\n{y }', 'retry'],
    [
      'has the word in a text of a valid object in it',
      '{x {"no":1} {"verdict":"retry","feedback":"{verdict: done}"} }',
      'retry',
    ],
    ['has an object in it whose word is none', 'f() { {"verdict":"ok"} }', 'retry'],
    ['ends before the word', '{x }\nverdict of mine: done', 'retry'],
  ])('beside a clear one %s', (_, broken, kind) => {
    expect(read(`${clear}\n\n${broken}`).kind).toBe(kind);
    expect(read(`${broken}\n\n${clear}`).kind).toBe(kind);
  });

  it('is no offer where the value before the bar is no verdict', () => {
    expect(read(`{"verdict": "x" | "y"}\n\n${clear}`).kind).toBe('unreadable');
  });
});

describe('A prompt that is repeated', () => {
  const form = '{"verdict":"done|retry|impossible","feedback":"…"}';
  const done = '{"verdict":"done","feedback":"ok"}';

  it('makes what stands before its form doubtful, and no more than that', () => {
    expect(reading(`${done}\n${form}`)).toBe(
      'The JSON object at line 1 says "done" but stands before the form of the instruction, like a part of the prompt.',
    );
    expect(read(`${form}\n${done}`).kind).toBe('done');
    expect(read(`${done}\n${form}\n${done}`).kind).toBe('done');
    expect(read(`{"verdict":"retry"}\n${form}\n${done}`).kind).toBe('unreadable');
  });

  it('leaves a quotation before its form a quotation', () => {
    expect(read(`> {"verdict":"retry"}\n${form}\n${done}`).kind).toBe('done');
  });

  it('makes labelled lines before its form doubtful too', () => {
    expect(read(`Verdict: done\n${form}`).kind).toBe('unreadable');
    expect(read(`${form}\nVerdict: done`).kind).toBe('done');
  });

  it('counts by its last form', () => {
    expect(read(`${form}\n${done}\n${form}`).kind).toBe('unreadable');
  });

  it('does not concern a typed answer', () => {
    expect(read(form, { verdict: 'done' }).kind).toBe('done');
  });
});

describe('A typed answer', () => {
  const typed = (structured: unknown) => reading('{"verdict":"done"}', structured);

  it.each([
    ['null', null, 'done'],
    ['nothing', undefined, 'done'],
    ['an empty text', ' ', 'done'],
    ['an object', { Verdict: 'retry' }, 'retry'],
    ['the JSON text of one', ' {"verdict":"retry"} ', 'retry'],
    ['a number', 7, 'The typed answer is not an object (number).'],
    ['a truth', true, 'The typed answer is not an object (boolean).'],
    ['an object without it', {}, 'The typed answer has no key "verdict".'],
    ['a list', [], 'The typed answer has no key "verdict".'],
    ['a word', 'done', 'The typed answer is a text that is not the JSON of one object.'],
    ['a list as text', '[{}]', 'The typed answer is a text that is not the JSON of one object.'],
    [
      'two objects as text',
      '{"verdict":"retry"} x',
      'The typed answer is a text that is not the JSON of one object.',
    ],
    [
      'broken JSON',
      '{"verdict":\n}',
      'The typed answer is a text that is not the JSON of one object (broken at line 2, column 1: found "}" (after a comma too much?) where a value is expected).',
    ],
    [
      'a verdict deeper in',
      { a: [null, { b: { VERDICT: 'retry' } }] },
      `The typed answer says "retry" but ${NESTED}`,
    ],
    ['a verdict in a list', [{ verdict: 'retry' }], `The typed answer says "retry" but ${NESTED}`],
    [
      'a verdict deeper in, as text',
      '{"a":{"verdict":"retry"}}',
      `The typed answer says "retry" but ${NESTED}`,
    ],
    [
      'no verdict deeper in',
      { a: { verdict: 'ok', b: 'text' } },
      'The typed answer has no key "verdict".',
    ],
    [
      'an unknown word',
      { verdict: 'ok' },
      `The typed answer has a "verdict" that is "ok"; ${MUST}`,
    ],
    [
      'the form',
      { verdict: 'done|retry' },
      'The typed answer repeats the form of the instruction and chooses nothing.',
    ],
  ])('that is %s is believed before the text', (_, structured, expected) => {
    expect(typed(structured)).toBe(expected);
  });

  it('gives feedback and findings of its own, and else the text around', () => {
    expect(read('Because.', { verdict: 'retry', feedback: 'x', findings: ['y'] })).toEqual({
      kind: 'retry',
      feedback: 'x',
      findings: ['y'],
    });
    expect(read('Because.', { verdict: 'retry' })).toMatchObject({ feedback: 'Because.' });
    expect(read('', { verdict: 'retry', findings: ['y'] })).toMatchObject({ feedback: '' });
  });
});

describe('The feedback of a verdict without any', () => {
  it('is the text around it, in order, without any of its verdicts', () => {
    const text = 'First.\n{"verdict":"retry"}\n\n\n\nSecond.\n{"verdict":"retry"}\nThird.';
    expect(read(text)).toMatchObject({ feedback: 'First.\n\nSecond.\n\nThird.' });
  });

  it('keeps what only quotes a verdict', () => {
    const text = 'First.\n> {"verdict":"done"}\n{"verdict":"retry"}';
    expect(read(text)).toMatchObject({ feedback: 'First.\n> {"verdict":"done"}' });
  });

  it('is without lines of verdict below the objects that decide', () => {
    const text = 'Verdict: retry\nWhy.\n{"verdict":"retry"}';
    expect(read(text)).toMatchObject({ feedback: 'Why.' });
  });

  it('is that of another of its verdicts, the last that has some', () => {
    const text =
      '{"verdict":"retry","feedback":"a","findings":["f"]}\n{"verdict":"retry","feedback":"b"}';
    expect(read(`${text}\n{"verdict":"retry"}`)).toEqual({
      kind: 'retry',
      feedback: 'b',
      findings: ['f'],
    });
  });

  it.each([
    ['an object', 'I looked at everything.\n{"verdict":"impossible"}'],
    [
      'an object with empty feedback',
      'Sad.\n{"verdict":"impossible","feedback":" ","findings":[]}',
    ],
  ])(
    'of "impossible" in %s is not the prose beside it: nobody named that as the blocker',
    (_, text) => {
      expect(read(text)).toMatchObject({
        kind: 'unreadable',
        diagnosis: expect.stringContaining('names no blocker'),
      });
    },
  );

  it('of "impossible" on a line of its own is the text around it', () => {
    expect(read('There is no network here.\n\nVerdict: impossible')).toMatchObject({
      kind: 'impossible',
      feedback: 'There is no network here.',
    });
  });

  it('of "impossible" is its findings, as the blocker', () => {
    expect(read('{"verdict":"impossible","findings":["a","b"]}')).toMatchObject({
      kind: 'impossible',
      feedback: 'a\nb',
    });
  });
});
