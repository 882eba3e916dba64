/** The index of a work tree, kept from run to run: what it knows of unchanged files need not be read again. */
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/** Where the index of a work tree is kept in a folder of runs. */
export function cachedIndex(runsDir: string, root: string): string {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  return join(runsDir, `.index-${name}`);
}

/**
 * Copies an index, as a whole or not at all; nothing when there is none. Git takes the time of an index for the moment
 * up to which it knows the files, so a copy is never younger than its original.
 */
export function copyIndex(from: string, to: string): void {
  const stat = statSync(from, { throwIfNoEntry: false });
  if (!stat) return;
  const temporary = `${to}-${process.pid}.tmp`;
  try {
    copyFileSync(from, temporary);
    const second = Math.floor(stat.mtimeMs / 1000);
    utimesSync(temporary, second, second);
    chmodSync(temporary, 0o600);
    renameSync(temporary, to);
  } finally {
    rmSync(temporary, { force: true });
  }
}
