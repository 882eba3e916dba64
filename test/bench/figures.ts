/** The file of `--json`: the rows as they were measured, and where. */
import { arch, cpus, platform } from 'node:os';
import { z } from 'zod';
import type { Row } from './row.ts';

const numbers = z.array(z.number());

export const figuresSchema = z.strictObject({
  version: z.literal(1),
  machine: z.string(),
  node: z.string(),
  rows: z.array(
    z.strictObject({
      name: z.string(),
      unit: z.enum(['ms', 's', 'MB', 'KB', 'µs']),
      values: numbers,
      against: z.strictObject({ name: z.string(), values: numbers }).nullable(),
      limit: z.strictObject({ of: z.enum(['ratio', 'value']), atMost: z.number() }).nullable(),
    }),
  ),
});

export function writeFigures(rows: readonly Row[]): string {
  const [cpu] = cpus();
  const machine = `${platform()} ${arch()}, ${cpus().length} × ${cpu?.model ?? 'unknown'}`;
  return `${JSON.stringify({ version: 1, machine, node: process.version, rows }, null, 2)}\n`;
}

/** Throws for what is no such file, with what is wrong in it. */
export function readFigures(text: string): readonly Row[] {
  return figuresSchema.parse(JSON.parse(text)).rows;
}
