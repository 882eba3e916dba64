import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { attemptFiles, type CommandRecord } from '../../actors/attempt-files.ts';
import { ranUntilLastSign, ranUntilNow } from '../../actors/attempt-time.ts';
import { currentBootId } from '../../actors/process-identity.ts';
import { uptimeMs } from '../../actors/uptime.ts';
import { temporaryFolder } from '../services/recorded-run.ts';

const DAY = 86_400_000;
const STARTED_AT = 1_800_000_000_000;
const MINUTE_AGO = () => uptimeMs() - 60_000;

/** An attempt's files: its start, and when its exit was recorded. */
function attempt(bootId: string, startedUptimeMs: number, exitAfterMs: number | null) {
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
  if (exitAfterMs === null) return files;
  writeFileSync(files.file('exit.json'), '');
  const exitedAt = (STARTED_AT + exitAfterMs) / 1000;
  utimesSync(files.file('exit.json'), exitedAt, exitedAt);
  return files;
}

/** Some ms pass while a test looks. */
function expectAbout(ms: number, measured: number) {
  expect(measured).toBeGreaterThanOrEqual(ms);
  expect(measured).toBeLessThan(ms + 10_000);
}

describe('How long an attempt ran, a minute after its start by the uptime', () => {
  it.each([
    ['that exited after 40 s: until then', 40_000, 90_000, 40_000],
    ['whose exit is not recorded: until now', null, 90_000, 60_000],
    ['with a clock set forward a day before its exit: the minute', DAY + 40_000, DAY, 60_000],
    ['with a clock set back a day before its exit: the minute', 40_000 - DAY, -DAY, 60_000],
  ])('%s', (_, exitAfterMs, nowAfterMs, expected) => {
    const files = attempt(currentBootId(), MINUTE_AGO(), exitAfterMs);
    expectAbout(expected, ranUntilLastSign(files, STARTED_AT + nowAfterMs));
  });

  it.each([DAY, -DAY])(
    'counts for one at work whatever the wall clock was set by: %s ms',
    (jump) => {
      const files = attempt(currentBootId(), MINUTE_AGO(), null);
      expectAbout(60_000, ranUntilNow(files, STARTED_AT + jump));
    },
  );
});

describe('How long an attempt of an earlier boot ran', () => {
  it.each([
    ['that exited after 40 s: until then', 40_000, 90_000, 40_000],
    ['that exited before its start: until now', -DAY, 90_000, 90_000],
    ['that is looked at before its start: no time', null, -DAY, 0],
  ])('%s', (_, exitAfterMs, nowAfterMs, expected) => {
    const files = attempt('an earlier boot', uptimeMs() + DAY, exitAfterMs);
    expect(ranUntilLastSign(files, STARTED_AT + nowAfterMs)).toBe(expected);
  });
});

describe('An attempt of which no start is recorded', () => {
  it('ran for no time', () => {
    const files = attemptFiles(temporaryFolder(), { number: 1, role: 'worker' });
    expect([ranUntilNow(files, STARTED_AT), ranUntilLastSign(files, STARTED_AT)]).toEqual([0, 0]);
  });
});
