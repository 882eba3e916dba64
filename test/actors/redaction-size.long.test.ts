import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createRedactor, redactFile } from '../../actors/redaction.ts';

it('A file that is one secret over and over is redacted once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'oneshot-redaction-'));
  try {
    const path = join(folder, 'stdout');
    writeFileSync(path, `a${'x'.repeat(3 * 1024 * 1024)}b`);
    await redactFile(path, createRedactor([{ name: 'X', value: 'xxxxxxxx' }]));
    expect(readFileSync(path, 'utf8')).toBe('a[redacted:X]b');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
