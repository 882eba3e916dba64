/** Runs that tell each state, to be interrupted there. */
import { findTree } from '../../actors/process-tree.ts';
import type { Place, Started } from '../oneshot-process.ts';

const CONFIG = JSON.stringify({ retryPause: '30s', killGrace: '1s' });

/** How many processes carry the newest run's mark. */
export function left(at: Place): number {
  const id = at.runs().at(-1)?.split('/').at(-1) ?? '';
  return findTree({ pid: null, environment: { ONESHOT_RUN: id } }).length;
}

/** The states that a run with `--json` has told. */
export function told(run: Started): string[] {
  return [...run.out().matchAll(/"type":"transition".*?"state":"(\w+)"/g)].map(
    ([, state]) => `${state}`,
  );
}

/** A run with short pauses. */
export const begin = (at: Place, agent: readonly string[], ...more: string[]) => {
  at.write('quick.json', CONFIG);
  return at.start(['do it', '--json', '--config', 'quick.json', ...more, ...agent]);
};
