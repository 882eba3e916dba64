import { existsSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { findTree } from '../../actors/process-tree.ts';
import type { JournalEntry } from '../../services/journal.ts';
import { readRun } from '../../services/run-record.ts';
import { runFolder } from '../../services/run-store.ts';
import { type Place, place } from '../oneshot-process.ts';
import { type CutRun, cutRuns } from './cut-runs.ts';
import { develop } from './power-cut-rules.ts';
import { recordedRun } from './recorded-writes.ts';

/** How many disks are really gone on with; `npm run faults` takes more. */
const SAMPLES = process.env.FAULTS === 'all' ? 300 : 4;

/** Milliseconds that one of them may take. */
const EACH_MS = 6_000;

let at: Place;
let root = '';
let id = '';
let cuts: CutRun[] = [];
const truth: JournalEntry[] = [];

beforeAll(async () => {
  at = place('file');
  const steps = await recordedRun(at);
  root = join(at.path, '.oneshot');
  id = basename(at.runs().at(-1) ?? '');
  readRun(runFolder(root, id), (entry) => truth.push(entry));
  cuts = spread([...cutRuns(root, steps, { stride: 997 })], SAMPLES);
});

describe('oneshot resume after a power cut', () => {
  it(
    'ends the run as if there had been none, and does nothing again that was recorded as begun',
    async () => {
      const ends = { completed: 0, refused: 0 };
      for (const cut of cuts) {
        try {
          ends[await resumed(cut)] += 1;
        } catch (error) {
          throw new Error(`After step ${cut.step}, ${cut.image.what}: ${error}`, { cause: error });
        }
      }
      expect(ends.completed).toBeGreaterThan(ends.refused);
      if (SAMPLES > 4) process.stderr.write(`${JSON.stringify(ends)}\n`);
    },
    SAMPLES * EACH_MS,
  );
});

async function resumed({ image, recorded }: CutRun): Promise<'completed' | 'refused'> {
  develop(image, root, root);
  rmSync(join(at.path, 'life'), { force: true });
  const { code, err } = await at.oneshot(['resume', id]);
  expect(err).not.toMatch(/^\s+at /m);
  expect(findTree({ pid: null, environment: { ONESHOT_RUN: id } })).toEqual([]);
  if (code !== 0) {
    expect({ code, recorded, err }).toEqual({ code: 2, recorded: 0, err: expect.any(String) });
    expect(err).toContain(root);
    expect(err).toMatch(/Start it again: oneshot|See them all: oneshot list/);
    return 'refused';
  }
  expect(await at.show()).toMatchObject({ state: 'completed', verdict: 'done' });
  expect((await at.oneshot(['replay', '--verify'])).code).toBe(0);
  const entries: JournalEntry[] = [];
  readRun(runFolder(root, id), (entry) => entries.push(entry));
  expect(entries.slice(0, recorded)).toEqual(truth.slice(0, recorded));
  const begun = truth[recorded - 1]?.context.attempt?.number ?? 0;
  for (const attempt of startedNow()) expect(attempt).toBeGreaterThan(begun);
  const ended = attemptsIn(truth.slice(0, recorded).filter(isEnd));
  expect(attemptsIn(entries).filter(doSameAs(ended))).toEqual(ended);
  return 'completed';
}

interface NumberedAttempt {
  readonly number: number;
  readonly what: string;
}

const isEnd = ({ event }: JournalEntry) => event.type === 'agent.ended';

function attemptsIn(entries: readonly JournalEntry[]): NumberedAttempt[] {
  const attempts = new Map<number, string>();
  for (const { context } of entries) {
    const { attempt, iteration } = context;
    if (attempt) attempts.set(attempt.number, `${attempt.role} of iteration ${iteration}`);
  }
  return [...attempts].map(([number, what]) => ({ number, what }));
}

/** Attempts at what others were at, too. */
function doSameAs(others: readonly NumberedAttempt[]) {
  const known = new Set(others.map(({ what }) => what));
  return ({ what }: NumberedAttempt) => known.has(what);
}

/** Numbers of the attempts that the agents were started for since. */
function startedNow(): number[] {
  if (!existsSync(join(at.path, 'life'))) return [];
  return at
    .read('life')
    .trim()
    .split('\n')
    .map((name) => Number.parseInt(name, 10));
}

/** So many of them, evenly, the last one too. */
function spread<T>(all: readonly T[], count: number): T[] {
  const every = all.length / count;
  return Array.from(
    { length: count },
    (_, index) => all[Math.ceil((index + 1) * every) - 1],
  ).filter((one) => one !== undefined);
}
