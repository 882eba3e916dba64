/** Where one run of all checks keeps its files: no round writes into what an earlier one left. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Work } from '../machines/contracts.ts';
import { type AttemptFiles, attemptFiles } from './attempt-files.ts';

export interface CheckRound {
  /** Of the round as a whole: the work tree before and after it. */
  readonly files: AttemptFiles;
  /** Of one check, counted from 0. */
  ofCheck(index: number): AttemptFiles;
}

/** The next round of the checks of a worker's attempt, in its folder: `checks-1`, in it `1`, `2`, … */
export function nextCheckRound(runFolder: string, { attempt }: Work): CheckRound {
  const parent = attemptFiles(runFolder, { number: attempt, role: 'worker' });
  let round = 1;
  while (existsSync(join(parent.folder, `checks-${round}`))) round += 1;
  const files = within(parent, `checks-${round}`, `${parent.name}-checks-${round}`);
  return {
    files,
    ofCheck: (index) => within(files, String(index + 1), `${files.name}-${index + 1}`),
  };
}

function within(parent: AttemptFiles, folderName: string, name: string): AttemptFiles {
  const folder = join(parent.folder, folderName);
  const path = `${parent.path}/${folderName}`;
  return { name, folder, path, file: (file) => join(folder, file) };
}
