/** `oneshot inspect`: the runs in a page, until a signal ends it. Takes no lock and changes nothing. */
import { dirname } from 'node:path';
import { commandContext, STREAMS } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { environment } from './config.ts';
import { UsageError } from './errors.ts';
import { createControl } from './inspect-control.ts';
import { type Inspector, startInspector } from './inspect-server.ts';
import { standingOf } from './inspect-standing.ts';
import { openInBrowser } from './open-browser.ts';
import { playedPace } from './pace.ts';
import { readRun } from './run-record.ts';
import { findRun, listRunIds, type RunFolder } from './run-store.ts';

export async function inspectCommand(id: string, options: CommandOptions): Promise<number> {
  const { config } = await commandContext(options);
  const { runsDir } = config;
  const run = options.all || isEmpty(runsDir, id) ? null : findRun(runsDir, id).id;
  const command = [process.execPath, ...process.argv.slice(1, 2)];
  const control = options.control ? createControl({ command, runsDir }) : null;
  const standing = standingOf(runsDir, environment());
  const inspector = await startInspector({ runsDir, control, standing, ...portOf(options) });
  const url = inspector.url(run ?? undefined);
  STREAMS.out(`${options.json ? JSON.stringify({ url, port: inspector.port, run }) : url}\n`);
  if (options.open !== false && process.stdout.isTTY) openInBrowser(url);
  await ended(inspector);
  return 0;
}

/** Plays a run in the page, and ends as {@link inspectCommand} does. */
export async function servePlayback(
  folder: RunFolder,
  speed: number,
  options: CommandOptions,
): Promise<number> {
  const runsDir = dirname(folder.path);
  const pace = playedPace(readRun(folder).header.createdAt, speed);
  const inspector = await startInspector({ runsDir, played: { folder, pace } });
  const url = inspector.url(folder.id);
  STREAMS.out(
    `${options.json ? JSON.stringify({ url, port: inspector.port, run: folder.id }) : url}\n`,
  );
  await ended(inspector);
  return 0;
}

/** Nothing to show first is no reason not to show what comes. */
function isEmpty(runsDir: string, id: string): boolean {
  return id === 'latest' && listRunIds(runsDir).length === 0;
}

function portOf({ port }: CommandOptions): { port?: number } {
  if (port === undefined) return {};
  const number = typeof port === 'string' && /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN;
  if (number >= 0 && number <= 65_535) return { port: number };
  throw new UsageError(`--port is "${port}"; it is a number from 0 (any free one) to 65535.`);
}

async function ended(inspector: Inspector): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });
  await inspector.close();
}
