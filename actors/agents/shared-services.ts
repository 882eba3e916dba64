import type { AgentAdapter } from './adapter.ts';

/** Whether a command line is a shared service of one of these agents; `undefined` when none of them has such. */
export function sharedServiceOf(
  agents: readonly AgentAdapter[],
): ((commandLine: string) => boolean) | undefined {
  const known = agents.flatMap(({ isSharedService }) => isSharedService ?? []);
  return known.length === 0 ? undefined : (line) => known.some((isShared) => isShared(line));
}
