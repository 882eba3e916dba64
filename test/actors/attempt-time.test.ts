import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { attemptFiles, type CommandRecord } from '../../actors/attempt-files.ts';
import { begunAtEarliest, ranUntilLastSign, ranUntilNow } from '../../actors/attempt-time.ts';
import { currentBootId } from '../../actors/process-identity.ts';
import { uptimeMs } from '../../actors/uptime.ts';
import { temporaryFolder } from '../services/recorded-run.ts';

const DAY = 86_400_000;
const STARTED_AT = 1_800_000_000_000;
const MINUTE_AGO = () => uptimeMs() - 60_000;

type Sign = 'exit.json' | 'stop.json' | 'stdout' | 'stderr';

/** An attempt's files: its start, and so many ms after it what tells that it was at work. */
function attempt(
  bootId: string,
  startedUptimeMs: number,
  signs: Readonly<Partial<Record<Sign, number>>>,
) {
  const files = attemptFiles(temporaryFolder(), { number: 1, role: 'worker' });
  const command: CommandRecord = {
    version: 1,
    attempt: files.name,
    agent: 'command',
    argv: [],
    cwd: '/',
    sessionId: null,
    usedBefore: null,
    startedAt: STARTED_AT,
    bootId,
    startedUptimeMs,
  };
  mkdirSync(dirname(files.file('command.json')), { recursive: true });
  writeFileSync(files.file('command.json'), JSON.stringify(command));
  for (const [name, afterMs] of Object.entries(signs)) {
    const at = STARTED_AT + afterMs;
    const path = join(dirname(files.file('command.json')), name);
    writeFileSync(path, name === 'stop.json' ? JSON.stringify({ version: 1, at }) : '');
    utimesSync(path, at / 1000, at / 1000);
  }
  return files;
}

/** Some ms pass while a test looks. */
function expectAbout(ms: number, measured: number) {
  expect(measured).toBeGreaterThanOrEqual(ms);
  expect(measured).toBeLessThan(ms + 10_000);
}

describe('How long an attempt ran, a minute after its start by the uptime', () => {
  it.each([
    ['that exited after 40 s: until then', { 'exit.json': 40_000 }, 90_000, 40_000],
    ['that exited before it was stopped', { 'exit.json': 20_000, 'stop.json': 40_000 }, 0, 20_000],
    ['that was stopped, and printed before', { 'stop.json': 30_000, stdout: 20_000 }, 0, 30_000],
    ['that printed last', { 'stop.json': 10_000, stdout: 20_000, stderr: 15_000 }, 0, 20_000],
    ['that complained last', { stdout: 20_000, stderr: 35_000 }, 0, 35_000],
    ['that exited at once: no time', { 'exit.json': 0 }, 90_000, 0],
    ['of which there is no sign: until now', {}, 90_000, 60_000],
    ['with a clock set forward a day: the minute', { 'exit.json': DAY + 40_000 }, DAY, 60_000],
    ['with a clock set back a day: the minute', { 'exit.json': 40_000 - DAY }, -DAY, 60_000],
  ])('%s', (_, signs, nowAfterMs, expected) => {
    const files = attempt(currentBootId(), MINUTE_AGO(), signs);
    expectAbout(expected, ranUntilLastSign(files, STARTED_AT + nowAfterMs));
  });

  it.each([DAY, -DAY])(
    'counts for one at work whatever the wall clock was set by: %s ms',
    (jump) => {
      const files = attempt(currentBootId(), MINUTE_AGO(), {});
      expectAbout(60_000, ranUntilNow(files, STARTED_AT + jump));
    },
  );
});

describe('How long an attempt of an earlier boot ran', () => {
  it.each([
    ['that exited after 40 s: until then', { 'exit.json': 40_000 }, 90_000, 40_000],
    ['that exited before its start: until now', { 'exit.json': -DAY }, 90_000, 90_000],
    ['that is looked at before its start: no time', {}, -DAY, 0],
  ])('%s', (_, signs, nowAfterMs, expected) => {
    const files = attempt('an earlier boot', uptimeMs() + DAY, signs);
    expect(ranUntilLastSign(files, STARTED_AT + nowAfterMs)).toBe(expected);
  });
});

describe('The earliest time of what an attempt wrote, a minute after its start', () => {
  it.each([
    ['by a clock that nobody set, is its start', 60_000, 0],
    ['by a clock that was set on a day, is its start', DAY, 0],
    ['by a clock that was set back a day, is a minute before now', 60_000 - DAY, -DAY],
  ])('%s', (_, nowAfterMs, expected) => {
    const files = attempt(currentBootId(), MINUTE_AGO(), {});
    const at = begunAtEarliest(files, STARTED_AT + nowAfterMs) ?? Number.NaN;
    expect(at - STARTED_AT - expected).toBeLessThanOrEqual(0);
    expect(at - STARTED_AT - expected).toBeGreaterThan(-10_000);
  });

  it('is not known when no start is recorded', () => {
    const files = attemptFiles(temporaryFolder(), { number: 1, role: 'worker' });
    expect(begunAtEarliest(files, STARTED_AT)).toBeNull();
  });
});

describe('An attempt of which no start is recorded', () => {
  it('ran for no time', () => {
    const files = attemptFiles(temporaryFolder(), { number: 1, role: 'worker' });
    expect([ranUntilNow(files, STARTED_AT), ranUntilLastSign(files, STARTED_AT)]).toEqual([0, 0]);
  });
});
