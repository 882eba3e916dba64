import { describe, expect, it } from '@jest/globals';
import { blocksOf, isPlainFence } from '../../machines/fenced-blocks.ts';
import { linedText } from '../../machines/plain-text.ts';

/** Each block as `info` (`null`: plain text) and content, with the fences where it has some. */
function blocks(...lines: readonly string[]) {
  const lined = linedText(lines.join('\n'));
  return blocksOf(lined).map(({ from, to, info, outer }) => {
    const whole = lined.text.slice(outer.from, outer.to);
    return info === null
      ? [info, lined.text.slice(from, to), ...(whole === lined.text.slice(from, to) ? [] : [whole])]
      : [info, lined.text.slice(from, to), whole];
  });
}

describe('The blocks of a text', () => {
  it('are the plain stretches and the fenced ones between them, without gaps', () => {
    expect(blocks('a', '```json', '{}', '```', 'b', 'c')).toEqual([
      [null, 'a\n'],
      ['json', '{}\n', '```json\n{}\n```\n'],
      [null, 'b\nc'],
    ]);
  });

  it('are none of an empty text, and no empty stretch stands before or between fences', () => {
    expect(blocks('')).toEqual([]);
    expect(blocks('```', 'a', '```', '```', 'b', '```')).toEqual([
      ['', 'a\n', '```\na\n```\n'],
      ['', 'b\n', '```\nb\n```'],
    ]);
  });

  it.each([
    ['tildes', '~~~ Text ', '~~~', 'text'],
    ['more marks', '`````', '`````', ''],
    ['more marks at its end', '```', '`````', ''],
    ['an indentation', '  ```', '\t```', ''],
    ['the mark of an item', '- ```', '  ```', ''],
    ['the mark of an item and blanks', '*    ```', '  ```', ''],
    ['the mark of a numbered item', '12. ```', '  ```', ''],
    ['the mark of a numbered item', '3)\t```', '  ```', ''],
    ['backticks in its info, of tildes', '~~~ a`b', '~~~', 'a`b'],
  ])('may have a fence with %s', (_, opening, closing, info) => {
    expect(blocks(opening, 'x', closing)).toEqual([
      [info, 'x\n', [opening, 'x', closing].join('\n')],
    ]);
  });

  it.each([
    ['two marks', '``', '``'],
    ['another backtick on its line', '``` a`', 'b'],
    ['words before it', 'see ```', 'b'],
    ['a letter for a number', 'abc. ```', 'b'],
    ['a number without its stop', '12x ```', 'b'],
    ['an item mark without a blank', '-```', 'b'],
  ])('are not opened by %s', (_, opening, next) => {
    expect(blocks(opening, next)).toEqual([[null, `${opening}\n${next}`]]);
  });

  it.each([
    ['fewer marks', '````', '```'],
    ['other marks', '```', '~~~'],
    ['marks behind words, in a language', '```ts', 'x```'],
    ['an indented fence, in a diff', '```diff', '  ```'],
  ])('are not closed by %s', (_, opening, line) => {
    expect(blocks(opening, line, 'y').map(([, , whole]) => whole)).toEqual([
      [opening, line, 'y'].join('\n'),
    ]);
  });

  it('of a diff is closed by a fence that is indented as it was opened', () => {
    expect(blocks(' ```diff', '+ a', ' ```', 'b')).toEqual([
      ['diff', '+ a\n', ' ```diff\n+ a\n ```\n'],
      [null, 'b'],
    ]);
  });

  it('of text that is not a diff may be closed further in than it was opened', () => {
    expect(blocks('```', 'a', '  ```', 'b')[1]).toEqual([null, 'b']);
  });

  it('may hold JSON that begins on the line of the fence', () => {
    expect(blocks('a', '  ```JSON {"a":1}', '```')).toEqual([
      [null, 'a\n'],
      ['json', '{"a":1}\n', '  ```JSON {"a":1}\n```'],
    ]);
    expect(blocks('```{"a":1}', '```')).toEqual([['', '{"a":1}\n', '```{"a":1}\n```']]);
  });

  it('may end on the last line of its content', () => {
    expect(blocks('```', 'a', '  b```   ', 'c')).toEqual([
      ['', 'a\n  b', '```\na\n  b```   \n'],
      [null, 'c'],
    ]);
  });

  it('go to the end of the text when nothing closes them', () => {
    expect(blocks('a', '```', 'b')).toEqual([
      [null, 'a\n'],
      ['', 'b', '```\nb'],
    ]);
    expect(blocks('```')).toEqual([['', '', '```']]);
  });

  it.each([
    ...['', 'json', 'jsonc', 'json5', 'jsonl', 'ndjson', 'text', 'txt', 'plain', 'plaintext'].map(
      (info) => [info, true] as const,
    ),
    ['verdict', true],
    ['ts', false],
    ['diff', false],
    ['json {1}', false],
    [null, false],
  ] as const)('may speak for the auditor behind a fence of "%s": %s', (info, isPlain) => {
    expect(isPlainFence({ info, from: 0, to: 0, outer: { from: 0, to: 0 } })).toBe(isPlain);
  });
});
