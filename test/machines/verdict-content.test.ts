import { describe, expect, it } from '@jest/globals';
import { feedbackText, findingTexts, tidy } from '../../machines/verdict-content.ts';

describe('What an auditor says besides the verdict', () => {
  it.each([
    'message',
    'finding',
    'issue',
    'problem',
    'description',
    'detail',
    'text',
    'title',
    'Message',
  ])('has its message under the key "%s"', (key) => {
    expect(findingTexts({ rule: 'R1', [key]: 'it leaks' })).toEqual(['it leaks (rule: R1)']);
  });

  it.each(['file', 'path', 'filename', 'location', 'File'])('has its file under "%s"', (key) => {
    expect(findingTexts([{ message: 'it leaks', [key]: 'a.ts' }])).toEqual(['a.ts: it leaks']);
  });

  it.each(['line', 'lines', 'lineNumber'])('has its line under "%s"', (key) => {
    expect(findingTexts([{ [key]: 7, message: 'it leaks', file: 'a.ts' }])).toEqual([
      'a.ts:7: it leaks',
    ]);
  });

  it.each([
    ['a message', { message: 'it leaks' }, ['it leaks']],
    [
      'a message and more',
      { message: 'leak', code: 3, sure: true },
      ['leak (code: 3, sure: true)'],
    ],
    ['a place only, in a list', [{ file: 'a.ts', line: 3 }], ['a.ts:3']],
    ['a place and something else', [{ file: 'a.ts', code: 3 }], ['a.ts: code: 3']],
    ['something else', [{ code: 3, sure: false }], ['code: 3, sure: false']],
    ['two messages: the first key counts', [{ issue: 'b', message: 'a' }], ['a (issue: b)']],
    ['a message of blanks', [{ message: ' ', code: 3 }], ['code: 3']],
    ['nothing that is plain', [{ message: { deep: 1 } }, null, undefined], []],
    ['no message, outside of a list', { 'a.ts': 'leaks', 'b.ts': 2 }, ['a.ts: leaks', 'b.ts: 2']],
    ['lists in lists', [['a', { no: 1 }, 2], 'b'], ['a, 2', 'b']],
    ['a number', 7, ['7']],
    ['nothing', null, []],
    ['an empty text', '', []],
  ])('becomes a list of findings from %s', (_, value, expected) => {
    expect(findingTexts(value)).toEqual(expected);
  });

  it.each([
    ['- one\n- two', ['one', 'two']],
    ['* one\n\n• two \n', ['one', 'two']],
    ['1. one\n  12) two\n100.   three', ['one', 'two', 'three']],
    ['- one\n \n- two', ['one', 'two']],
    ['one\n- two', ['one\n- two']],
    ['one - two\nthree - four', ['one - two\nthree - four']],
    ['-one\n-two', ['-one\n-two']],
    ['1000. one\n1001. two', ['1000. one\n1001. two']],
    ['x- one\nx- two', ['x- one\nx- two']],
  ])('is divided into its items where every line is one: %j', (text, expected) => {
    expect(findingTexts(text)).toEqual(expected);
  });

  it.each([
    ['a text', ' a\r\nb ', 'a\nb'],
    ['a list', ['a', null, { message: 'b', file: 'c' }, ['d', 'e']], 'a\nc: b\nd, e'],
    ['an object', { message: 'a' }, 'a'],
    ['a number', 0, '0'],
    ['nothing', null, ''],
  ])('is one text of feedback from %s', (_, value, expected) => {
    expect(feedbackText(value)).toBe(expected);
  });

  it('has no half characters, no escape sequences and no blanks around it', () => {
    expect(tidy(' \u001b[31mred\u001b[0m \ud83d \n')).toBe('red \ufffd');
  });
});
