/**
 * Writes the JSON Schemas that the package ships, so that editors can complete and check the files a person writes, and
 * programs can rely on the files and lines that oneshot writes.
 * `npx tsx services/schemas.ts`; with `--check` it writes nothing and fails when one is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { configSchema } from './config-schema.ts';
import { RECORD_SCHEMAS } from './record-schemas.ts';

export interface SchemaFile {
  /** Name in `services/schemas/`. */
  readonly file: string;
  readonly schema: z.ZodType;
}

export const SCHEMA_FILES: readonly SchemaFile[] = [
  { file: 'config.schema.json', schema: configSchema() },
  ...Object.entries(RECORD_SCHEMAS).map(([kind, schema]) => ({
    file: `${kind}.schema.json`,
    schema,
  })),
];

/** The text of a schema's file: what may be written, not what is made of it. */
export function schemaText({ schema }: SchemaFile): string {
  return `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`;
}

/** Names of the files that do not say what the code says. */
export function staleSchemas(): string[] {
  return SCHEMA_FILES.filter((row) => textOf(row.file) !== schemaText(row)).map(({ file }) => file);
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(`schemas/${file}`, import.meta.url));
}

function textOf(file: string): string | null {
  try {
    return readFileSync(pathOf(file), 'utf8');
  } catch {
    return null;
  }
}

function main(args: readonly string[]): void {
  const stale = staleSchemas();
  if (!args.includes('--check')) {
    for (const row of SCHEMA_FILES) writeFileSync(pathOf(row.file), schemaText(row));
  } else if (stale.length > 0) {
    process.stderr.write(`Out of date: ${stale.join(', ')}; run \`npx tsx services/schemas.ts\`\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
