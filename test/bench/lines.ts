/** 500,000 lines of 200 bytes: read into activities and into the log, against flat loops that do the same. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { lastValueFrom, of, tap } from 'rxjs';
import type { AgentAdapter } from '../../actors/agents/adapter.ts';
import { claude } from '../../actors/agents/claude.ts';
import { command } from '../../actors/agents/command.ts';
import { createReading } from '../../actors/attempt-reading.ts';
import { tailFile } from '../../actors/output-tail.ts';
import { createRedactor } from '../../actors/redaction.ts';
import type { LogEntry } from '../../actors/run-host.ts';
import { openActivityLog } from '../../services/activity-log.ts';
import { NO_SETTINGS } from '../../services/run-settings.ts';
import { eachLine, eachRecord, logTexts } from './by-hand.ts';
import { type Bench, type Limit, type Row, speedAtLeast } from './row.ts';
import { cpuMs, pairs } from './sample.ts';

const LINES = 500_000;
const LINE_BYTES = 200;

/** As many as a machine with a few providers' keys has. */
const SECRETS = ['sk-ant-0123456789abcdef', 'ghp_0123456789abcdef', 'hunter2 of the database'];

/** Lines of 200 bytes, by what they are to oneshot. */
const KINDS = {
  /** Plain text, in which it looks for no records. */
  text: 'x'.repeat(LINE_BYTES - 1),
  /** Claude says something. */
  said: filled(
    '{"type":"assistant","message":{"model":"m","id":"msg_01","content":[{"type":"text","text":"',
    '"}]},"session_id":"s"}',
  ),
  /** Claude's stream tells a piece of what it will say in full. */
  delta: filled(
    '{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"',
    '"}},"session_id":"s"}',
  ),
  /** No JSON amid JSON. */
  noise: 'warning: '.padEnd(LINE_BYTES - 1, 'y'),
};

export async function measure({ root, repeat }: Bench): Promise<readonly Row[]> {
  const file = (kind: keyof typeof KINDS) => writeLines(join(root, kind), KINDS[kind]);
  const log = join(root, 'log');
  const row = async (
    name: string,
    work: () => unknown,
    reference: string,
    by: () => unknown,
    limit: Limit | null,
  ): Promise<Row> => {
    const { values, references } = await pairs(
      repeat,
      () => cpuMs(work),
      () => cpuMs(by),
    );
    rmSync(log, { force: true });
    return { name, unit: 'ms', values, against: { name: reference, values: references }, limit };
  };
  const [text, said, delta, noise] = [file('text'), file('said'), file('delta'), file('noise')];
  const split = (path: string) => () => eachLine(path, () => undefined);
  return [
    await row(
      'text into the log',
      () => read(text, command, log),
      'bare splitter',
      split(text),
      speedAtLeast(0.4),
    ),
    await row(
      'claude into activities',
      () => read(said, claude, null),
      'split and parse by hand',
      () => eachRecord(said, () => undefined),
      speedAtLeast(0.6),
    ),
    await row(
      'claude, all lines into the log',
      () => read(said, claude, log),
      'the same by hand',
      () => logTexts(said, log, SECRETS),
      speedAtLeast(0.6),
    ),
    await row(
      'claude, deltas',
      () => read(delta, claude, log),
      'bare splitter',
      split(delta),
      speedAtLeast(0.4),
    ),
    await row(
      'claude, noise',
      () => read(noise, claude, log),
      'bare splitter',
      split(noise),
      speedAtLeast(0.4),
    ),
  ];
}

/** The way of an attempt's output, from its file to the log (or to nowhere), as a run has it. */
async function read(path: string, adapter: AgentAdapter, logPath: string | null): Promise<void> {
  const log = logPath === null ? null : openActivityLog(logPath);
  const secrets = SECRETS.map((value, index) => ({ name: `KEY_${index}`, value }));
  const reading = createReading({
    attempt: '0001-worker',
    adapter,
    settings: NO_SETTINGS,
    redactor: createRedactor(secrets),
    loggedOffset: 0,
    now: Date.now,
    writtenAt: Date.now,
    log: (entries: readonly LogEntry[]) => log?.append(entries),
  });
  const chunks$ = tailFile(path, { stop$: of(true) }).pipe(tap(reading.take));
  await lastValueFrom(chunks$, { defaultValue: null });
  reading.end();
  log?.close();
}

function filled(before: string, after: string): string {
  return `${before}${'z'.repeat(LINE_BYTES - 1 - before.length - after.length)}${after}`;
}

function writeLines(path: string, line: string): string {
  const fd = openSync(path, 'w');
  const thousand = `${line}\n`.repeat(1_000);
  for (let count = 0; count < LINES; count += 1_000) writeSync(fd, thousand);
  closeSync(fd);
  return path;
}
