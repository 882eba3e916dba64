import { describe, expect, it } from '@jest/globals';
import { readVerdict } from '../../machines/verdict.ts';

/** The verdict of a text without a typed answer. */
const read = (text: string) => readVerdict({ structured: null, text });

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
