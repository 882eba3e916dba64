/** A recorded run, cut off at any instant. */
import { createHash } from 'node:crypto';
import { Disk, type Image, type ImageOptions } from './power-cut.ts';
import type { DiskStep } from './recorded-writes.ts';

export interface CutRun {
  readonly image: Image;
  /** How many entries of the journal were durable by then. */
  readonly recorded: number;
  /** For a message: after which step. */
  readonly step: string;
}

/** Every disk that there may be after each step, none of them twice. */
export function* cutRuns(
  root: string,
  steps: readonly DiskStep[],
  options: ImageOptions,
): Generator<CutRun> {
  const disk = new Disk(root);
  const told = new Set<string>();
  let recorded = 0;
  for (const [index, step] of steps.entries()) {
    disk.take(step);
    if (isJournalSync(step)) recorded += 1;
    for (const image of disk.images(options)) {
      const name = `${digestOf(image)} ${recorded}`;
      if (told.has(name)) continue;
      told.add(name);
      yield { image, recorded, step: `${index} (${step.op} ${step.path.slice(root.length)})` };
    }
  }
}

/** Once for each entry. */
export function isJournalSync({ op, path }: DiskStep): boolean {
  return op === 'sync' && path.endsWith('journal.ndjson');
}

function digestOf({ files, folders }: Image): string {
  const digest = createHash('sha256').update([...folders].sort().join('\n'));
  for (const [path, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
    digest.update(`\n${path} ${bytes.length}\n`).update(bytes);
  return digest.digest('hex');
}
