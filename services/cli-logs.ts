import { existsSync } from 'node:fs';
import { styleText } from 'node:util';
import { filter, lastValueFrom, take, tap, timer } from 'rxjs';
import { createLineSplitter } from '../actors/line-splitter.ts';
import { tailFile } from '../actors/output-tail.ts';
import type { LogLine } from './activity-log.ts';
import { commandContext, STREAMS, usesColor } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { hostPid } from './hosted.ts';
import { activityLine, clock } from './output-terminal.ts';
import { findRun, type RunFolder } from './run-store.ts';

/** Milliseconds between looks whether the run that is followed is still hosted. */
const HOST_POLL_MS = 500;

/** `oneshot logs`: what the agents did; with `--follow` until the run is no longer hosted. */
export async function logsCommand(id: string, options: CommandOptions): Promise<number> {
  const { config } = await commandContext(options);
  const folder = findRun(config.runsDir, id);
  if (!existsSync(folder.log)) {
    STREAMS.err(`The run ${folder.id} has no log yet: no agent has said anything.\n`);
    return 0;
  }
  const show = options.json ? (line: string) => STREAMS.out(`${line}\n`) : shownLine(options);
  const lines = createLineSplitter({ onLine: show, onOversize: () => undefined });
  const stop$ = options.follow ? hostGone(folder) : timer(0);
  const chunks$ = tailFile(folder.log, { stop$ }).pipe(
    tap(({ bytes, offset }) => lines.push(bytes, offset)),
  );
  await lastValueFrom(chunks$, { defaultValue: null });
  return 0;
}

function hostGone(folder: RunFolder) {
  return timer(0, HOST_POLL_MS).pipe(
    filter(() => hostPid(folder) === null),
    take(1),
  );
}

function shownLine(options: CommandOptions): (line: string) => void {
  const color = usesColor(options, process.stdout);
  const columns = () => process.stdout.columns || 160;
  return (text) => {
    const { version: _, at, attempt, offset, ...activity }: LogLine = JSON.parse(text);
    const entry = { at, attempt, offset, activity };
    const line = activityLine(entry, { verbosity: 'normal', columns }, (style, word) =>
      color ? styleText(style, word) : word,
    );
    if (line !== null) STREAMS.out(`${clock(at)} ${attempt} ${line.trimStart()}\n`);
  };
}
