/** Work folders with a scripted agent, and how oneshot is started in them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ONESHOT = resolve('dist/oneshot.cjs');

/** The arguments of Node for a run of oneshot with the scripted agent of its folder. */
export const HAPPY = [ONESHOT, 'x', '--quiet', '--agent-command', './agent.sh'];

/** A folder whose agent does a line of shell as the worker, and says `done` as the auditor. */
export function workFolder(path: string, worker = 'cat >/dev/null; echo did it'): string {
  mkdirSync(path, { recursive: true });
  const auditor = `cat >/dev/null; echo '{"verdict":"done"}'`;
  const script = `#!/bin/sh\ncase $ONESHOT_ATTEMPT in *-worker) ${worker};; *) ${auditor};; esac\n`;
  writeFileSync(join(path, 'agent.sh'), script, { mode: 0o755 });
  return path;
}

/** Runs oneshot there to its good end. */
export function runHappily(cwd: string): void {
  const { status, stderr } = spawnSync(process.execPath, HAPPY, { cwd });
  if (status !== 0) throw new Error(`A run of the benchmark ended with ${status}: ${stderr}`);
}

/** The id of the newest run of a folder. */
export function newestRun(cwd: string): string {
  const ids = readdirSync(join(cwd, '.oneshot')).filter((name) => !name.startsWith('.'));
  return ids.sort().at(-1) ?? '';
}
