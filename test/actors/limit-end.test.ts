import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { claude } from '../../actors/agents/claude.ts';
import { createReading } from '../../actors/attempt-reading.ts';
import { lastWrittenAt } from '../../actors/limit-end.ts';
import { createRedactor } from '../../actors/redaction.ts';
import type { LogEntry } from '../../actors/run-host.ts';

const WRITTEN = Date.parse('2026-10-01T12:00:00Z');

function readingOf(result: string): { readonly end: number | null; readonly log: LogEntry[] } {
  const log: LogEntry[] = [];
  const reading = createReading({
    attempt: '0001-worker',
    adapter: claude,
    settings: { model: null, command: null, output: 'auto', args: [] },
    redactor: createRedactor([]),
    loggedOffset: 0,
    now: () => WRITTEN + 3_600_000,
    writtenAt: () => WRITTEN,
    log: (entries) => void log.push(...entries),
  });
  const record = { type: 'result', session_id: 's', is_error: true, result };
  reading.take({ bytes: Buffer.from(`${JSON.stringify(record)}\n`), offset: 0 });
  reading.end();
  return { end: reading.outcome.final?.failure?.resumeAt ?? null, log };
}

describe('A usage limit in the output of an attempt', () => {
  it.each([
    ['Claude AI usage limit reached|1795400000', 1_795_400_000_000],
    ["You've hit your limit · resets 3pm (Europe/Berlin)", Date.parse('2026-10-01T13:00:00Z')],
    ['API Error: 429 rate limit, try again in 2h 5m', Date.parse('2026-10-01T14:05:00Z')],
    ['API Error: 429 rate limit, try again later', null],
    ['API Error: 401 try again in 2h 5m', null],
  ])('as %j ends when it says, counted from when it was written', (result, end) => {
    expect(readingOf(result).end).toBe(end);
  });

  it('is logged with its end', () => {
    const { log } = readingOf('Claude AI usage limit reached|1795400000');
    expect(log.at(-1)?.activity).toMatchObject({ failure: { resumeAt: 1_795_400_000_000 } });
  });

  it('was written when its file last changed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'oneshot-limit-'));
    try {
      const file = join(folder, 'stdout');
      writeFileSync(file, 'x');
      utimesSync(file, WRITTEN / 1000, WRITTEN / 1000);
      expect(lastWrittenAt(file, 0)).toBe(WRITTEN);
      expect(lastWrittenAt(join(folder, 'none'), 7)).toBe(7);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
