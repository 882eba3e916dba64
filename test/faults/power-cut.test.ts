import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JournalEntry } from '../../services/journal.ts';
import { readRun } from '../../services/run-record.ts';
import { runFolder } from '../../services/run-store.ts';
import { place } from '../oneshot-process.ts';
import { Disk, type Image } from './power-cut.ts';
import { checkFolder, develop } from './power-cut-rules.ts';
import { type DiskStep, recordedRun } from './recorded-writes.ts';

/** `npm run faults` cuts each write at each byte (FAULTS_STRIDE: at one of so many), and tries every disk there may be. */
const ALL = process.env.FAULTS === 'all';

/** Bytes between two cuts through a write; and of the disks that there may be, one of so many is tried. */
const [STRIDE, ONE_OF] = ALL ? [Number(process.env.FAULTS_STRIDE ?? 1), 1] : [1999, 11];

let steps: DiskStep[] = [];
const truth: JournalEntry[] = [];
let root = '';
let id = '';

/** In memory, where there is such a place: a sync costs nothing there. */
const target = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'oneshot-power-'));

beforeAll(async () => {
  const at = place('file');
  steps = await recordedRun(at);
  root = join(at.path, '.oneshot');
  id = basename(at.runs().at(-1) ?? '');
  readRun(runFolder(root, id), (entry) => truth.push(entry));
});
afterAll(() => rmSync(target, { recursive: true, force: true }));

describe('After a power cut at any instant', () => {
  it(
    'a run is read with all that it had recorded, and goes on',
    () => {
      const tried = new Set<string>();
      for (const { image, recorded, step } of cutRuns()) {
        const digest = digestOf(image);
        if (tried.has(`${digest} ${recorded}`)) continue;
        tried.add(`${digest} ${recorded}`);
        if (tried.size % ONE_OF !== 0) continue;
        develop(image, root, target);
        try {
          checkFolder(target, id, recorded, truth);
        } catch (error) {
          throw new Error(`After step ${step}, ${image.what}: ${error}`, { cause: error });
        }
      }
      expect(truth.length).toBeGreaterThan(10);
      expect(tried.size).toBeGreaterThan(500);
      if (ALL) process.stderr.write(`${steps.length} steps, ${tried.size} disks\n`);
    },
    ALL ? 3_600_000 : 20_000,
  );
});

/** Every disk that there may be after each step, and how many entries were durable by then. */
function* cutRuns(): Generator<{ image: Image; recorded: number; step: string }> {
  const disk = new Disk(root);
  let recorded = 0;
  for (const [index, step] of steps.entries()) {
    disk.take(step);
    const isJournal = step.path.endsWith('journal.ndjson');
    if (isJournal && step.op === 'sync') recorded += 1;
    const told = `${index} (${step.op} ${step.path.slice(root.length)})`;
    for (const image of disk.images({ stride: STRIDE })) yield { image, recorded, step: told };
  }
}

function digestOf({ files, folders }: Image): string {
  const digest = createHash('sha256').update([...folders].sort().join('\n'));
  for (const [path, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
    digest.update(`\n${path} ${bytes.length}\n`).update(bytes);
  return digest.digest('hex');
}
