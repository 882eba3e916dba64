import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lastValueFrom, Subject, tap } from 'rxjs';
import { createLineSplitter } from '../../actors/line-splitter.ts';
import { tailFile } from '../../actors/output-tail.ts';
import { createRedactor, createSecretScanner, redactFile } from '../../actors/redaction.ts';
import { secretsOf } from '../../actors/secrets.ts';
import {
  autoReader,
  genericRecords,
  RESULT_LIMIT,
  type StreamReader,
  TEXT_LIMIT,
  textReader,
} from '../../actors/stream-reader.ts';
import type { Activity } from '../../machines/activity.ts';
import { until } from '../oneshot-process.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oneshot-stream-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The bytes in pieces of the given sizes, over and over. */
function pieces(bytes: Buffer, sizes: readonly number[]): { bytes: Buffer; offset: number }[] {
  const all: { bytes: Buffer; offset: number }[] = [];
  for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    all.push({ bytes: bytes.subarray(offset, offset + size), offset });
    offset += size;
  }
  return all;
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

describe('The tail of a file', () => {
  it('has everything, also what comes after it began and just before the end', async () => {
    const path = join(folder, 'out');
    writeFileSync(path, 'one\n');
    const stop$ = new Subject<void>();
    let text = '';
    const end = lastValueFrom(tailFile(path, { stop$ }).pipe(tap(({ bytes }) => (text += bytes))), {
      defaultValue: null,
    });
    await until('the beginning was read', () => text === 'one\n');
    appendFileSync(path, 'two\n');
    await until('the rest was read', () => text === 'one\ntwo\n');
    appendFileSync(path, 'three\n');
    stop$.next();
    await end;
    expect(text).toBe('one\ntwo\nthree\n');
  });

  it('goes on when the file was cut shorter', async () => {
    const path = join(folder, 'out');
    writeFileSync(path, 'a long beginning\n');
    const stop$ = new Subject<void>();
    let text = '';
    const end = lastValueFrom(
      tailFile(path, { stop$, pollMs: 5 }).pipe(tap(({ bytes }) => (text += bytes))),
      { defaultValue: null },
    );
    await until('the beginning was read', () => text !== '');
    truncateSync(path, 0);
    appendFileSync(path, 'new\n');
    await until('the rest was read', () => text.endsWith('new\n'));
    stop$.next();
    await end;
  });
});

describe('Lines', () => {
  const split = (bytes: Buffer, cuts: readonly number[], limit?: number) => {
    const lines: string[] = [];
    const oversize: number[] = [];
    const splitter = createLineSplitter(
      { onLine: (line) => lines.push(line), onOversize: (size) => oversize.push(size) },
      limit,
    );
    for (const piece of pieces(bytes, cuts)) splitter.push(piece.bytes, piece.offset);
    splitter.end();
    return { lines, oversize };
  };

  it('end at newlines only, whatever the pieces, and none is lost', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'ü', '€', '😀', '\u2028', '\u0085', ' ') });
    fc.assert(
      fc.property(fc.array(line), sizes, (lines, cuts) => {
        const text = lines.map((each) => `${each}\n`).join('');
        expect(split(Buffer.from(text), cuts).lines).toEqual(lines);
      }),
    );
  });

  it('that are too long are dropped as a whole, with their size, and the next is read', () => {
    const text = `${'x'.repeat(50)}\nshort\n`;
    expect(split(Buffer.from(text), [7], 20)).toEqual({ lines: ['short'], oversize: [50] });
  });

  it('may have any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        sizes,
        (bytes, cuts) => void split(Buffer.from(bytes), cuts, 10),
      ),
    );
  });
});

describe('A reader', () => {
  const readAll = (
    make: (emit: (activity: Activity) => void) => StreamReader,
    text: string | Buffer,
    cuts: readonly number[],
  ) => {
    const activities: Activity[] = [];
    const reader = make((activity) => activities.push(activity));
    for (const piece of pieces(Buffer.from(text), cuts)) reader.push(piece.bytes, piece.offset);
    reader.end();
    return { activities, printed: reader.printed() };
  };
  const text = (emit: (activity: Activity) => void) => textReader({ emit, holdBack: 0 });
  const auto = (emit: (activity: Activity) => void) =>
    autoReader({ emit, holdBack: 0, onRecord: genericRecords() });

  it('of text never lets a line go in pieces, and prints what was printed', () => {
    const { activities, printed } = readAll(text, 'first line\nsecond line\nthe end', [3]);
    const said = activities.flatMap((activity) =>
      activity.kind === 'text' ? activity.text.split('\n') : [],
    );
    expect(said).toEqual(['first line', 'second line', 'the end']);
    expect(printed).toBe('first line\nsecond line\nthe end');
  });

  it('of much text says little of it, and keeps the last mebibyte', () => {
    const long = `${'0123456789abcdef'.repeat(200_000)}\nend\n`;
    const { activities, printed } = readAll(text, long, [256 * 1024]);
    const lengths = activities.map((activity) =>
      activity.kind === 'text' ? activity.text.length : 0,
    );
    expect(Math.max(...lengths)).toBeLessThan(TEXT_LIMIT + 100);
    expect(printed.length).toBeLessThanOrEqual(RESULT_LIMIT);
    expect(printed.endsWith('end\n')).toBe(true);
  });

  it.each([
    ['{"text":"a"}\n{"result":"b"}\n', 'b'],
    ['\n\n{"result":"b"}\n', 'b'],
    ['{"verdict":"retry"}\n{"verdict":"done"}\n', '{"verdict":"retry"}\n{"verdict":"done"}'],
  ])('that finds JSON lines in %j has the result %j', (lines, result) => {
    const { activities } = readAll(auto, lines, [5]);
    expect(activities.findLast(({ kind }) => kind === 'result')).toMatchObject({ text: result });
  });

  it.each(['plain words\n{"result":"no"}\n', '{\n  "verdict": "done"\n}\n'])(
    'takes %j for text',
    (lines) => {
      expect(readAll(auto, lines, [4]).printed).toBe(lines);
    },
  );
});

describe('Redaction', () => {
  const secrets = [
    { name: 'KEY', value: 'sesame-open-42' },
    { name: 'LONG', value: 'sesame-open-42-and-more' },
    { name: 'QUOTED', value: 'say "friend"\\and enter' },
  ];
  const redactor = createRedactor(secrets);
  const leaks = (text: string) => redactor.forms.filter((form) => text.includes(form.text));
  const word = fc.constantFrom(
    'safe ',
    'sesame-',
    'ü',
    '\n',
    ...redactor.forms.map(({ text }) => text),
  );
  const texts = fc.array(word).map((words) => words.join(''));

  it('leaves no secret in a text, and everything else as it is', () => {
    fc.assert(fc.property(texts, (text) => expect(leaks(redactor.redactText(text))).toEqual([])));
    expect(redactor.redactText('a sesame-open-4 b')).toBe('a sesame-open-4 b');
    expect(redactor.redactValue({ a: ['sesame-open-42'], n: 1 })).toEqual({
      a: ['[redacted:KEY]'],
      n: 1,
    });
  });

  it('sees a secret in a stream just when there is one, however it is cut', () => {
    fc.assert(
      fc.property(texts, sizes, (text, cuts) => {
        const scanner = createSecretScanner(redactor);
        for (const { bytes } of pieces(Buffer.from(text), cuts)) scanner.push(bytes);
        expect(scanner.seen).toBe(leaks(text).length > 0);
      }),
    );
  });

  it('takes secrets out of a file of any size, also where its reading is cut, and keeps the rest', async () => {
    const path = join(folder, 'stdout');
    const filler = 'x'.repeat(1024 * 1024 - 7);
    writeFileSync(path, `${filler}sesame-open-42-and-more${filler}sesame-open-42`, { mode: 0o600 });
    expect(await redactFile(path, redactor)).toBe(true);
    expect(readFileSync(path, 'utf8') === `${filler}[redacted:LONG]${filler}[redacted:KEY]`).toBe(
      true,
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await redactFile(path, redactor)).toBe(false);
  });
});

describe('A variable is secret', () => {
  it.each([
    ['OPENAI_API_KEY', 'sk-0123456789'],
    ['GITHUB_TOKEN', 'ghp_0123456789'],
    ['dbPassword', 'correct horse'],
    ['AWS_ACCESS_KEY_ID', 'AKIA0123456789'],
  ])('when it is called %s', (name, value) => {
    expect(secretsOf({ [name]: value }, [])).toEqual([{ name, value }]);
  });

  it.each([
    ['PATH', '/usr/bin:/bin'],
    ['SSH_KEY_PATH', 'somewhere/else'],
    ['MONKEY', 'chimpanzee'],
    ['PWD', '/home/me/src'],
    ['API_KEY', 'short'],
    ['TOKEN_COUNT', '123456789'],
  ])('not when it is %s=%s', (name, value) => {
    expect(secretsOf({ [name]: value }, [])).toEqual([]);
  });

  it('when the user named it, and when it is a password in a URL', () => {
    expect(secretsOf({ PLAIN: 'abcd' }, ['PLAIN'])).toEqual([{ name: 'PLAIN', value: 'abcd' }]);
    expect(secretsOf({ DB: 'postgres://me:hunter2hunter2@db/x' }, [])).toEqual([
      { name: 'DB', value: 'hunter2hunter2' },
    ]);
  });
});
