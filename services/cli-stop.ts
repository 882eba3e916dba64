import { setTimeout as delay } from 'node:timers/promises';
import { presence } from '../actors/process-identity.ts';
import { commandContext, STREAMS } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { RunRefusedError } from './errors.ts';
import { readLock } from './lock.ts';
import { reportRun } from './run-report.ts';
import { resumeRun } from './run-start.ts';
import { findRun, type RunFolder } from './run-store.ts';

/** Milliseconds between looks whether the run has come to rest. */
const POLL_MS = 50;

/** `oneshot stop`: asks the oneshot that hosts the run; where there is none any more, ends what it left behind. */
export async function stopCommand(id: string, options: CommandOptions): Promise<number> {
  const { config } = await commandContext(options);
  const folder = findRun(config.runsDir, id);
  const holder = readLock(folder.lock);
  const where = holder ? presence(holder) : 'gone';
  if (holder && where === 'unknowable') {
    throw new RunRefusedError(
      `The run ${folder.id} is hosted by pid ${holder.pid} on ${holder.host}: stop it there.`,
      2,
    );
  }
  if (holder && where === 'alive') await stopHost(folder, holder.pid);
  else await stopLost(folder);
  const { state, reason } = reportRun(folder);
  STREAMS.err(`The run ${folder.id} is ${state}${reason ? ` (${reason})` : ''}.\n`);
  return 0;
}

async function stopHost(folder: RunFolder, pid: number): Promise<void> {
  process.kill(pid, 'SIGTERM');
  for (let holder = readLock(folder.lock); holder && presence(holder) === 'alive'; ) {
    await delay(POLL_MS);
    holder = readLock(folder.lock);
  }
}

/** Nobody hosts the run, but its agents may live: it is taken over only to be interrupted. */
async function stopLost(folder: RunFolder): Promise<void> {
  const { state } = reportRun(folder);
  if (['completed', 'rejected', 'failed', 'interrupted'].includes(state)) return;
  const notify = (message: string) => STREAMS.err(`${message}\n`);
  const signal = AbortSignal.any([]);
  const session = await resumeRun({ folder, extension: {}, sharing: 'share', signal, notify });
  if (!('run' in session)) return;
  const first = session.transitions$.subscribe(() => {
    first.unsubscribe();
    setImmediate(() => session.interrupt('SIGTERM'));
  });
  await session.run();
}
