import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { OPTION_LIST } from '../../services/options.ts';
import { SCHEMA_FILES, schemaText, staleSchemas } from '../../services/schemas.ts';

describe('the shipped JSON Schemas', () => {
  it('say what the code says; else run `npx tsx services/schemas.ts`', () => {
    expect(staleSchemas()).toEqual([]);
  });

  it.each(SCHEMA_FILES)('$file is made the same each time', (row) => {
    const url = new URL(`../../services/schemas/${row.file}`, import.meta.url);
    expect(readFileSync(url, 'utf8')).toBe(schemaText(row));
  });

  it('describe every key that a configuration file may have, and no other', () => {
    const row = SCHEMA_FILES.find(({ file }) => file === 'config.schema.json');
    const schema = JSON.parse(row ? schemaText(row) : '{}');
    const keys = OPTION_LIST.filter(({ inFiles }) => inFiles).map(({ key }) => key);
    expect(Object.keys(schema.properties).sort()).toEqual(['$schema', ...keys].sort());
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties.maxIterations).toEqual({
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      default: 5,
      description: expect.stringContaining('budget'),
    });
  });
});
