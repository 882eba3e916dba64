import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitCommandLine } from '../../actors/agents/command-line.ts';
import { absoluteCommand } from '../../services/absolute-command.ts';
import { place } from '../oneshot-process.ts';

describe('A command line that is used in another folder', () => {
  it.each([
    ['./judge.sh --quick', '<>/judge.sh', '--quick'],
    ['node judge.sh {promptFile}', 'node', '<>/judge.sh', '{promptFile}'],
    ['judge.sh', 'judge.sh'],
    ['./missing.sh', './missing.sh'],
    ['/bin/sh -c "./judge.sh | cat"', '/bin/sh', '-c', './judge.sh | cat'],
  ])('names the files of the folder by their whole path: %s', (line, ...words) => {
    const at = place();
    at.write('judge.sh', '#!/bin/sh\n');
    const expected = words.map((word) => word.replace('<>', at.path));
    expect(splitCommandLine(absoluteCommand(line, at.path))).toEqual(expected);
  });

  it('keeps every word as it is', () => {
    const word = fc.string({ minLength: 1 }).map((text) => `${text}~`);
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const line = words.map((each) => `'${each.replaceAll("'", `'"'"'`)}'`).join(' ');
        expect(splitCommandLine(absoluteCommand(line, '/nowhere'))).toEqual(words);
      }),
    );
  });
});
