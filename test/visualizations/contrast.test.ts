/** Everybody can read the page and the picture, in light and in dark: a contrast of 4.5, as WCAG 2.2 (AA) wants it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

type Colours = ReadonlyMap<string, string>;

const LEAST = 4.5;

/** Variables that are no letters and no marks that mean something by themselves. */
const SURFACES = ['page', 'card', 'line', 'frame', 'nested', 'panel', 'border'];

/** The variables of the light scheme, and those of the dark one, which come second. */
function schemesOf(path: string): readonly [Colours, Colours] {
  const text = readFileSync(path, 'utf8');
  const dark = text.indexOf('prefers-color-scheme: dark');
  const [light, ...others] = [text.slice(0, dark), text.slice(dark)].map(variablesIn);
  const [inDark] = others;
  if (!light || !inDark) throw new Error(`${path} has no two schemes.`);
  return [light, inDark];
}

function variablesIn(text: string): Colours {
  return new Map(
    [...text.matchAll(/--(\w+): (#[0-9a-f]{3,6});/g)].map(([, name = '', hex = '']) => [name, hex]),
  );
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const long = hex.length === 4 ? hex.replace(/[0-9a-f]/g, '$&$&') : hex;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(long.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe.each([['visualizations/page/page.css'], ['visualizations/statechart.svg']])(
  '%s',
  (path) => {
    it.each([
      ['light', 0],
      ['dark', 1],
    ] as const)('can be read in %s', (_, which) => {
      const colours = schemesOf(path)[which];
      const grounds = ['page', 'card'].map((name) => colours.get(name) ?? '');
      const letters = [...colours].filter(([name]) => !SURFACES.includes(name));
      expect(letters.length).toBeGreaterThan(12);
      const faint = letters.flatMap(([name, colour]) =>
        grounds
          .filter((ground) => contrast(colour, ground) < LEAST)
          .map((ground) => `${name} on ${ground}`),
      );
      expect(faint).toEqual([]);
    });
  },
);

it.each([
  ['#000', '#fff', 21],
  ['#777777', '#ffffff', 4.48],
])('the contrast of %s and %s is %d', (one, other, wanted) => {
  expect(contrast(one, other)).toBeCloseTo(wanted, 1);
});
