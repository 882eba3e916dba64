import { existsSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { findTree } from '../../actors/process-tree.ts';
import type { JournalEntry } from '../../services/journal.ts';
import { readRun } from '../../services/run-record.ts';
import { reportRun } from '../../services/run-report.ts';
import { runFolder } from '../../services/run-store.ts';
import { phaseOf } from '../../services/run-view.ts';
import { type Place, place } from '../oneshot-process.ts';
import { type CutRun, cutRuns } from './cut-runs.ts';
import { develop } from './power-cut-rules.ts';
import { recordedRun } from './recorded-writes.ts';

/** How many disks of each state are really gone on with; `npm run faults` takes more. */
const ALL = process.env.FAULTS === 'all';
const SAMPLES = ALL ? 40 : 1;

/** States that were the last to be recorded, and nothing. */
const STATES = 8;

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
  const all = [...cutRuns(root, steps, { stride: 997 })];
  expect(all.at(-1)?.recorded).toBe(truth.length);
  cuts = someOfEach(all, SAMPLES);
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
      if (ALL) process.stderr.write(`${JSON.stringify(ends)}\n`);
    },
    STATES * SAMPLES * EACH_MS,
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
  expect(reportRun(runFolder(root, id))).toMatchObject({ state: 'completed', verdict: 'done' });
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

/** So many of them, evenly. */
function spread<T>(all: readonly T[], count: number): T[] {
  const every = all.length / count;
  const indexes = Array.from({ length: count }, (_, index) => Math.floor((index + 0.5) * every));
  return all.filter((_, index) => indexes.includes(index));
}

/** Some of each state that was the last to be recorded. */
function someOfEach(all: readonly CutRun[], count: number): CutRun[] {
  const groups = new Map<string, CutRun[]>();
  for (const cut of all) {
    const entry = truth[cut.recorded - 1];
    const state = entry ? phaseOf(entry.value) : 'nothing';
    groups.set(state, [...(groups.get(state) ?? []), cut]);
  }
  expect(groups.size).toBe(STATES);
  return [...groups.values()].flatMap((group) => spread(group, Math.min(count, group.length)));
}
