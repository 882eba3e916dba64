import { findAgent } from '../../actors/agents/registry.ts';
import { sharedServiceOf } from '../../actors/agents/shared-services.ts';
import { commandLineOf, listProcesses } from '../../actors/process-table.ts';

/** The processes that a run left in the box, but for a service that its command line shares: that is ended here. */
export function leftovers(agent: string, before: ReadonlySet<number>): string[] {
  const adapter = findAgent(agent);
  const isSharedService = sharedServiceOf(adapter ? [adapter] : []);
  const left = listProcesses()
    .filter(({ pid, parentPid }) => !before.has(pid) && parentPid !== process.pid)
    .map(({ pid }) => ({ pid, line: commandLineOf(pid) }));
  for (const { pid } of left.filter(({ line }) => isSharedService?.(line)))
    process.kill(pid, 'SIGKILL');
  return left
    .filter(({ line }) => !isSharedService?.(line))
    .map(({ pid, line }) => `${pid} ${line.slice(0, 80)}`);
}

export function livingPids(): ReadonlySet<number> {
  return new Set(listProcesses().map(({ pid }) => pid));
}
