import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assetsFolder } from './assets.ts';
import { STREAMS } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { UsageError } from './errors.ts';

/** The statechart as it was drawn when this oneshot was built, by format. */
const FILES: Readonly<Record<string, string>> = {
  svg: 'statechart.svg',
  mermaid: 'statechart.mmd',
  dot: 'statechart.dot',
  json: 'statechart.json',
};

/** `oneshot diagram`: the statechart of every run, for documents and editors. */
export async function diagramCommand({ format = 'mermaid' }: CommandOptions): Promise<number> {
  const file = FILES[`${format}`];
  if (file === undefined) {
    const known = Object.keys(FILES).join(', ');
    throw new UsageError(`--format is "${format}"; there are: ${known}.`);
  }
  STREAMS.out(readFileSync(join(assetsFolder(), file), 'utf8'));
  return 0;
}
