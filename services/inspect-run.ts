/** `run --inspect`: the page, served by the process that hosts the run, for as long as the run goes on. */
import { dirname } from 'node:path';
import type { CommandOptions } from './cli-program.ts';
import { environment } from './config.ts';
import { messageOf, UsageError } from './errors.ts';
import type { RunSession } from './run-session.ts';

/** What is shown: the page of oneshot, or that of Stately. */
export type Inspection = 'page' | 'stately';

/** What `--inspect` asks for; `null` for nothing. Throws a {@link UsageError} for a word that it does not know. */
export function inspectionOf({ inspect }: CommandOptions): Inspection | null {
  if (inspect === undefined) return null;
  if (inspect === 'page' || inspect === 'stately') return inspect;
  throw new UsageError(`--inspect is "${inspect}"; it stands alone, or is --inspect=stately.`);
}

export interface Serving {
  close(): Promise<void>;
}

/** Begins to serve a run and says where. Never throws: a run does not fail because nobody can watch it. */
export function serveRun(
  { folder }: Pick<RunSession, 'folder'>,
  inspection: Inspection,
  notify: (message: string) => void,
): Serving {
  const inspector = startServer(dirname(folder.path)).catch((error: unknown) => {
    notify(`The run cannot be watched: ${messageOf(error)}`);
    return null;
  });
  const told = inspector.then((started) => {
    const page = inspection === 'stately' ? 'stately' : undefined;
    if (started) notify(`Watch it: ${started.url(folder.id, page)}`);
    return started;
  });
  return { close: async () => (await told)?.close() };
}

/** Loaded only for those who watch. */
async function startServer(runsDir: string) {
  const { startInspector } = await import('./inspect-server.ts');
  const { standingOf } = await import('./inspect-standing.ts');
  return startInspector({ runsDir, standing: standingOf(runsDir, environment()) });
}
