/** The true sequence of what a run does to its disk, from a run of the real command with a preload that writes it down. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from '@jest/globals';
import { type Place, scriptAgent } from '../oneshot-process.ts';

/** One step; paths are absolute, bytes base64. A `foreign` one was done by another process: it is synced by nobody. */
export type DiskStep =
  | { readonly op: 'create' | 'mkdir' | 'sync' | 'remove'; readonly path: string }
  | { readonly op: 'write' | 'foreign'; readonly path: string; readonly bytes: string }
  | { readonly op: 'truncate'; readonly path: string; readonly size: number }
  | { readonly op: 'rename' | 'link'; readonly path: string; readonly to: string };

/** The boot in which the recorded run went on. */
export const BOOT = 'before-the-power-cut';

const PRELOADS = ['record-writes.cjs', 'other-boot.cjs'].map((name) =>
  resolve('test/fixtures/processes', name),
);

/** Each agent adds its attempt to the file `life`. */
const LIVES = 'echo $ONESHOT_ATTEMPT >>life';

const WORKER =
  'cat >/dev/null; case $ONESHOT_ATTEMPT in 0001-*) echo half of it;; *) echo did it;; esac';
const AUDITOR = `cat >/dev/null
case $ONESHOT_ATTEMPT in
0002-*) echo '{"verdict":"retry","feedback":"more","findings":["half"]}';;
*) echo '{"verdict":"done","feedback":"all is well"}';;
esac`;

/** A run of two iterations with a check. Its folder lies under `.oneshot` of the place. */
export async function recordedRun(at: Place): Promise<DiskStep[]> {
  const log = join(at.path, 'steps.ndjson');
  const root = join(at.path, '.oneshot');
  mkdirSync(root);
  const ended = await at.oneshot(
    ['do it', '--check', 'true', ...scriptAgent(at, `${LIVES}; ${WORKER}`, `${LIVES}; ${AUDITOR}`)],
    {
      env: {
        NODE_OPTIONS: PRELOADS.map((path) => `--require ${path}`).join(' '),
        FAULTS_ROOT: root,
        FAULTS_LOG: log,
        FAULTS_BOOT: BOOT,
      },
    },
  );
  expect(ended.code).toBe(0);
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  return lines.map((line): DiskStep => JSON.parse(line));
}
