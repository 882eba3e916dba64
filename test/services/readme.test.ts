import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { freshReadme } from '../../services/readme.ts';

const readme = readFileSync('README.md', 'utf8');

it("The README's tables are those of the program", () => {
  expect(freshReadme(readme)).toBe(readme);
});

it('A README without a place for a table is an error, not a silent loss', () => {
  expect(() => freshReadme(readme.replace('<!-- states -->', ''))).toThrow('"states"');
});

it('Every dependency is named in the README with its reason', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const names = Object.keys({ ...dependencies, ...devDependencies });
  expect(
    names.filter((name) => !readme.includes(`\`${name}\``) && !name.startsWith('@types/')),
  ).toEqual([]);
});
