/** The work tree as it is at this moment, beside any run that goes on in it. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlainRepository, type PlainRepository } from './git-plain.ts';
import type { Repository } from './git-repository.ts';
import { type RecordedFiles, writeTree } from './git-tree.ts';
import { cachedIndex, copyIndex } from './index-cache.ts';

export interface WorkPlace {
  readonly repository: Repository;
  /** Absolute path of the folder of the runs. */
  readonly runsDir: string;
}

/** A git folder of ours for as long as the work takes. */
export async function withPlain<T>(
  { repository, runsDir }: WorkPlace,
  work: (plain: PlainRepository) => Promise<T>,
): Promise<T> {
  const own = mkdtempSync(join(tmpdir(), 'oneshot-git-'));
  try {
    const hidden = realpathSync(runsDir);
    const { root, exclude } = repository;
    const plain = createPlainRepository({
      folder: join(own, 'git'),
      root,
      repository,
      exclude,
      hidden,
    });
    copyIndex(cachedIndex(hidden, root), plain.index);
    return await work(plain);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/** A tree of the files as they are; nothing keeps it from being collected. */
export async function writeTreeNow(
  { repository, runsDir }: WorkPlace,
  plain: PlainRepository,
  fileLimitBytes: number,
): Promise<RecordedFiles> {
  return writeTree({
    plain,
    repository,
    owner: repository,
    nestedFolder: `${plain.index}-nested`,
    fileLimitBytes,
    hidden: realpathSync(runsDir),
  });
}
