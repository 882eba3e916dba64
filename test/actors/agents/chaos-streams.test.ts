/** Hunts what only malformed streams show: records cut anywhere, mixed with anything, in whatever pieces they come. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AgentAdapter, AgentSettings } from '../../../actors/agents/adapter.ts';
import { AGENTS } from '../../../actors/agents/registry.ts';
import { PIECE_LIMIT } from '../../../actors/stream-reader.ts';
import type { Activity } from '../../../machines/activity.ts';
import { feed } from '../byte-pieces.ts';
import { SETTINGS } from './adapter-reading.ts';

/** `npm run faults` tries so many times as many streams. */
const ALL = process.env.FAULTS === 'all';
const RUNS = ALL ? 5_000 : 25;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const FIXTURES = resolve('test/fixtures/agents');

/** Lines that agents printed, and what no agent should. */
const recordedLines = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
  .map((name) => join(FIXTURES, name))
  .filter((path) => /\.(jsonl|ndjson|stdout|txt)$/.test(path) && statSync(path).size < 200_000)
  .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
  .filter((line) => line.length > 0 && line.length < 4_000);

const part = fc.oneof(
  fc.constantFrom(...recordedLines).map((line) => Buffer.from(`${line}\n`)),
  fc
    .tuple(fc.constantFrom(...recordedLines), fc.nat(400))
    .map(([line, length]) => Buffer.from(line.slice(0, length))),
  fc.json().map((json) => Buffer.from(`${json}\n`)),
  fc.record({ type: fc.string(), text: fc.anything(), result: fc.anything() }).map(asLine),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom('\n', '\r\n', '{', '}\n', '\0', '\u2028', '\ufeff{"type":').map(Buffer.from),
);
const stream = fc.array(part, { maxLength: 12 }).map((parts) => Buffer.concat(parts));
const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });

const JSONL: AgentSettings = { ...SETTINGS, output: 'jsonl' };
const TEXT: AgentSettings = { ...SETTINGS, output: 'text' };
const READERS = AGENTS.flatMap((adapter) =>
  (adapter.name === 'command' ? [SETTINGS, JSONL, TEXT] : [SETTINGS]).map(
    (settings) => [`${adapter.name} (${settings.output})`, adapter, settings] as const,
  ),
);

function read(adapter: AgentAdapter, settings: AgentSettings, bytes: Buffer, by: number[]) {
  const activities: Activity[] = [];
  let last = 0;
  const emit = (activity: Activity, offset: number): void => {
    expect(offset).toBeGreaterThanOrEqual(last);
    expect(offset).toBeLessThanOrEqual(bytes.length);
    last = offset;
    activities.push(activity);
  };
  const reader = adapter.reader({ emit }, settings);
  feed(reader, bytes, by);
  reader.end();
  return { activities, printed: reader.printed() };
}

/**
 * Plain text is told piece by piece as it comes; what it says is the same, but for the newlines between pieces, as long
 * as no piece is too large to be told whole.
 */
function told({ activities, printed }: ReturnType<typeof read>, isSmall: boolean) {
  const texts = activities.map((activity) => (activity.kind === 'text' ? activity.text : ''));
  const others = activities.filter(({ kind }) => kind !== 'text');
  return { printed, words: isSmall ? texts.join('').replace(/\s/g, '') : null, others };
}

describe('A stream of anything', () => {
  it.each(READERS)(
    'is read by %s without a throw, the same in whatever pieces',
    (_, adapter, settings) => {
      fc.assert(
        fc.property(stream, sizes, (bytes, by) => {
          const whole = read(adapter, settings, bytes, [Math.max(1, bytes.length)]);
          const isSmall = bytes.length <= PIECE_LIMIT;
          const inPieces = read(adapter, settings, bytes, by);
          expect(told(inPieces, isSmall)).toEqual(told(whole, isSmall));
        }),
        { numRuns: RUNS },
      );
    },
  );

  it.each(READERS)(
    'with nothing but blank lines is not held back by %s',
    (_, adapter, settings) => {
      const blanks = Buffer.from(`${' '.repeat(1023)}\n`.repeat(64));
      expect(heldBytes(adapter, settings, blanks, 768)).toBeLessThan(32 * 1024 * 1024);
    },
  );

  // Heavy: by `npm run faults`.
  (ALL ? it : it.skip).each(READERS)(
    'without an end is held back by %s up to the bound of a line and an answer',
    (_, adapter, settings) => {
      for (const filler of ['\n', ' ', 'x', '{', '\0']) {
        const piece = Buffer.alloc(64 * 1024, filler);
        expect(heldBytes(adapter, settings, piece, 1_024)).toBeLessThan(120 * 1024 * 1024);
      }
    },
    120_000,
  );
});

/** Memory that a reader has taken when it was given a piece so many times. */
function heldBytes(
  adapter: AgentAdapter,
  settings: AgentSettings,
  piece: Buffer,
  times: number,
): number {
  const reader = adapter.reader({ emit: () => undefined }, settings);
  const before = bytesInUse();
  for (let count = 0; count < times; count += 1) reader.push(piece, count * piece.length);
  const held = bytesInUse() - before;
  reader.end();
  return held;
}

/** Of buffers, without what is garbage already. */
function bytesInUse(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

function asLine(value: object): Buffer {
  try {
    return Buffer.from(`${JSON.stringify(value)}\n`);
  } catch {
    return Buffer.from('{"type":\n');
  }
}
