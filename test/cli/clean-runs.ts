/** Runs to clean up after, and their repositories. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { type Place, scriptAgent } from '../oneshot-process.ts';
import { repositoryPlace } from '../repository-place.ts';

export const DO_IT = 'cat >/dev/null; echo new >>made.txt; echo did it';
export const ALL = ['clean', '--older-than', '0d'];

/** Makes the newest run unreadable. */
export function tear(at: Place): void {
  writeFileSync(join(at.runs().at(-1) ?? '', 'journal.ndjson'), 'torn\n');
}

export const RETRY = `cat >/dev/null; echo '{"verdict":"retry","feedback":"more"}'`;

export const repository = () => repositoryPlace({ excluded: ['agent.sh', 'begun', 'go'] });

/** A run in a worktree of its own; returns its id. */
export async function worktreeRun(at: Place): Promise<string> {
  const { code } = await at.oneshot(['do it', '--worktree', ...scriptAgent(at, DO_IT)]);
  expect(code).toBe(0);
  return at.runs().at(-1)?.split('/').at(-1) ?? '';
}
