/** Runs with `--worktree` in repositories of their own. */
import { join } from 'node:path';
import { type Place, scriptAgent } from '../oneshot-process.ts';
import { makeRepository, repositoryPlace } from '../repository-place.ts';

export const WORKER =
  'cat >/dev/null; echo changed >tracked.txt; mkdir -p new; echo new >new/made.txt; echo did it';

const COMMITTED = {
  files: { 'tracked.txt': 'tracked\n', 'untouched.txt': 'untouched\n' },
  excluded: ['agent.sh'],
};

export const repository = () => repositoryPlace(COMMITTED);

export const committedIn = (at: Place) => makeRepository(at, COMMITTED);

export async function run(at: Place, worker: string) {
  const ended = await at.oneshot(['do it', '--worktree', ...scriptAgent(at, worker)]);
  return { ...ended, id: idOf(at) };
}

export function idOf(at: Place): string {
  return at.runs().at(-1)?.split('/').at(-1) ?? '';
}

export function worktree(at: Place): { path: string } {
  return { path: join(at.runs().at(-1) ?? '', 'worktree') };
}
