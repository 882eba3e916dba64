/**
 * Writes the pictures of the statechart: `npx tsx visualizations/generate.ts`. With `--check` it writes nothing and
 * ends with 1 when the pictures are not those of the machine.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { lifecycle } from '../machines/lifecycle.ts';
import { definitionOf } from './definition.ts';
import { dotOf } from './dot.ts';
import { layoutOf } from './layout.ts';
import { mermaidOf } from './mermaid.ts';
import { chartOf } from './statechart.ts';
import { svgOf } from './svg.ts';

/** The content of every generated file, by its name in this folder. */
export async function pictures(): Promise<Readonly<Record<string, string>>> {
  const chart = chartOf(lifecycle);
  const layout = await layoutOf(chart);
  return {
    'statechart.svg': svgOf(chart, layout),
    'statechart.mmd': mermaidOf(chart),
    'statechart.dot': dotOf(chart),
    'statechart.json': definitionOf(lifecycle),
  };
}

/** What the file holds now; `null` when there is none. */
export function committed(name: string): string | null {
  try {
    return readFileSync(pathTo(name), 'utf8');
  } catch {
    return null;
  }
}

async function main(args: readonly string[]): Promise<void> {
  const all = Object.entries(await pictures());
  if (!args.includes('--check')) {
    for (const [name, content] of all) writeFileSync(pathTo(name), content);
    return;
  }
  const stale = all.filter(([name, content]) => committed(name) !== content).map(([name]) => name);
  if (stale.length === 0) return;
  process.stderr.write(
    `Not the machine's picture any more: ${stale.join(', ')}. Run: npx tsx visualizations/generate.ts\n`,
  );
  process.exitCode = 1;
}

function pathTo(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
