import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** Namespaces of its own: network, mounts, processes, names, semaphores. */
const NAMESPACES = ['--net', '--mount', '--uts', '--ipc', '--pid', '--fork', '--mount-proc'];

/** Where the folders are inside. */
export const INSIDE = { project: '/mnt/project', clis: '/mnt/clis', results: '/mnt/results' };

export interface Box {
  readonly clis: string;
  readonly results: string;
}

/** What is missing here for a box; `null` when nothing is. */
export function lackForBox(): string | null {
  if (process.platform !== 'linux') return 'namespaces are a thing of Linux';
  if (process.getuid?.() !== 0)
    return 'only root can make the namespaces that keep it off the network';
  const tried = spawnSync('unshare', [...NAMESPACES, 'ip', 'link', 'set', 'lo', 'up']);
  if (tried.status !== 0) return 'no namespaces can be made here (unshare, ip)';
  return spawnSync('setpriv', ['--version']).status === 0 ? null : 'there is no setpriv here';
}

/** Runs a script of the project in the box; its output goes where ours goes. Returns its exit code. */
export function runInBox({ clis, results }: Box, script: string, args: readonly string[]): number {
  const shell = ['sh', resolve('test/live/box.sh'), resolve('.'), clis, results, process.execPath];
  const inside = [`${INSIDE.project}/node_modules/tsx/dist/cli.mjs`, `${INSIDE.project}/${script}`];
  const { status } = spawnSync('unshare', [...NAMESPACES, ...shell, ...inside, ...args], {
    stdio: 'inherit',
  });
  return status ?? 1;
}
