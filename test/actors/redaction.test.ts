import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutNotice } from '../../actors/cut-text.ts';
import { createRedactor, createSecretScanner, redactFile } from '../../actors/redaction.ts';
import { boundText, PIECE_LIMIT, TEXT_LIMIT, textReader } from '../../actors/stream-reader.ts';
import { pieceSizes, pieces } from './byte-pieces.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oneshot-redaction-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SLICE = 1024 * 1024;
const redactor = createRedactor([
  { name: 'KEY', value: 'sesame-open-42' },
  { name: 'LONG', value: 'sesame-open-42-and-more' },
  { name: 'NEXT', value: '42-and-more-of-it' },
  { name: 'QUOTED', value: 'say "friend"\\and enter ü' },
  { name: 'PEM', value: '-----BEGIN-----\nabcdefghijklmnop\nxyz\n' },
  { name: 'EMPTY', value: '' },
]);
const leaks = (text: string) => redactor.forms.filter((form) => text.includes(form.text));
const words = fc.constantFrom('safe ', 'sesame-', 'ü', '\n', ...redactor.forms.map((f) => f.text));
const texts = fc.array(words).map((all) => all.join(''));

describe('Redaction', () => {
  it('leaves no secret in a text', () => {
    fc.assert(fc.property(texts, (text) => expect(leaks(redactor.redactText(text))).toEqual([])));
  });

  it.each([
    ['a sesame-open-4 b', 'a sesame-open-4 b'],
    ['sesame-open-42-and-more-of-it!', '[redacted:LONG]!'],
    ['{"a":"say \\"friend\\"\\\\and enter ü"}', '{"a":"[redacted:QUOTED]"}'],
    ['say \\"friend\\"\\\\and enter \\u00fc', '[redacted:QUOTED]'],
    ['> abcdefghijklmnop <', '> [redacted:PEM] <'],
    ['xyz', 'xyz'],
  ])('makes %j %j', (text, clean) => {
    expect(redactor.redactText(text)).toBe(clean);
  });

  it('reaches every string and key of a value', () => {
    expect(redactor.redactValue({ 'sesame-open-42': ['sesame-open-42'], n: 1 })).toEqual({
      '[redacted:KEY]': ['[redacted:KEY]'],
      n: 1,
    });
  });

  it('takes out the beginning of a secret whose end was cut off', () => {
    const cut = (limit: number) => `${'x'.repeat(limit - 9)}sesame-open-42`;
    expect(redactor.redactText(boundText(cut(TEXT_LIMIT)))).not.toContain('sesame');
    let said = '';
    const reader = textReader({ emit: (each) => (said += JSON.stringify(each)) });
    reader.push(Buffer.from(`${cut(PIECE_LIMIT)}\n`), 0);
    expect(said).toContain('sesame-op');
    expect(redactor.redactText(said)).not.toContain('sesame');
  });

  it.each([1, 7, 9, 10])(
    'takes out both parts of a secret out of which %i characters were cut',
    (at) => {
      const secret = 'sesame-open-42';
      const cut = `so ${secret.slice(0, at)}${cutNotice(2)}\n${secret.slice(at + 2)} it is`;
      const clean = redactor.redactText(cut);
      for (const part of [secret.slice(0, at), secret.slice(at + 2)])
        if (part.length >= 4) expect(clean).not.toContain(part);
      expect(clean).toMatch(/^so .* it is$/s);
    },
  );

  it('sees a secret in a stream just when there is one, however it is cut', () => {
    fc.assert(
      fc.property(texts, pieceSizes, (text, sizes) => {
        const scanner = createSecretScanner(redactor);
        for (const { bytes } of pieces(Buffer.from(text), sizes)) scanner.push(bytes);
        expect(scanner.seen).toBe(leaks(text).length > 0);
      }),
    );
  });
});

describe('A file', () => {
  it('of several slices is as its text without secrets, wherever a slice ends', async () => {
    const path = join(folder, 'stdout');
    const secret = 'sesame-open-42-and-more-of-it';
    for (let before = 0; before <= secret.length; before += 1) {
      const text = `${'.'.repeat(SLICE - before)}${secret}${'.'.repeat(SLICE)}sesame-open-42`;
      writeFileSync(path, text, { mode: 0o600 });
      expect(await redactFile(path, redactor)).toBe(true);
      expect(readFileSync(path, 'utf8') === redactor.redactText(text)).toBe(true);
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await redactFile(path, redactor)).toBe(false);
    expect(readdirSync(folder)).toEqual(['stdout']);
  });
});
