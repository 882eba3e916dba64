import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JournalEntry } from '../../services/journal.ts';
import { readRun } from '../../services/run-record.ts';
import { runFolder } from '../../services/run-store.ts';
import { place } from '../oneshot-process.ts';
import { cutRuns, isJournalSync } from './cut-runs.ts';
import { checkFolder, develop } from './power-cut-rules.ts';
import { type DiskStep, recordedRun } from './recorded-writes.ts';

/** `npm run faults` cuts each write at each byte (FAULTS_STRIDE: at one of so many), and tries every disk there may be. */
const ALL = process.env.FAULTS === 'all';

/** Bytes between two cuts through a write; and of the disks that there may be, one of so many is tried. */
const [STRIDE, ONE_OF] = ALL ? [Number(process.env.FAULTS_STRIDE ?? 1), 1] : [1999, 19];

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
      let [disks, most] = [0, 0];
      for (const { image, recorded, step } of cutRuns(root, steps, { stride: STRIDE })) {
        disks += 1;
        most = Math.max(most, recorded);
        if (disks % ONE_OF !== 0) continue;
        develop(image, root, target);
        try {
          checkFolder(target, id, recorded, truth);
        } catch (error) {
          throw new Error(`After step ${step}, ${image.what}: ${error}`, { cause: error });
        }
      }
      expect(truth.length).toBeGreaterThan(10);
      expect(most).toBe(truth.length);
      expect(disks).toBeGreaterThan(500);
      if (ALL) process.stderr.write(`${steps.length} steps, ${disks} disks\n`);
    },
    ALL ? 3_600_000 : 20_000,
  );

  it('every agent that has begun is known from what was recorded', () => {
    let recorded = 0;
    const begun = new Set<number>();
    for (const step of steps) {
      if (isJournalSync(step)) recorded += 1;
      const number = step.op === 'foreign' ? Number(/attempts\/(\d+)-/.exec(step.path)?.[1]) : 0;
      if (number === 0) continue;
      begun.add(number);
      expect(truth[recorded - 1]?.context.attempt?.number).toBeGreaterThanOrEqual(number);
    }
    expect([...begun]).toEqual([1, 2, 3, 4]);
  });
});
