/** What it costs to compute a long run again, alone and held to its journal. */
import { join } from 'node:path';
import { createFold, type LifecycleSnapshot } from '../../services/fold.ts';
import type { JournaledEvent } from '../../services/journal.ts';
import { replay } from '../../services/replay.ts';
import { eachLine } from './by-hand.ts';
import { foldLongRun, writeLongJournal } from './long-run.ts';
import { type Bench, type Row, valueAtMost } from './row.ts';
import { cpuMs, pairs } from './sample.ts';

const EVENTS = 100_000;

export async function measure({ root, repeat }: Bench): Promise<readonly Row[]> {
  const path = join(root, 'journal.ndjson');
  const megabytes = writeLongJournal(path, { events: EVENTS }) / 1e6;
  const events = eventsOfLongRun();
  const fold = async () => (await cpuMs(() => foldAll(events))) / 1000;
  const parse = async () => (await cpuMs(() => parseAll(path))) / 1000;
  const before = process.memoryUsage().rss;
  const verify = await pairs(
    Math.ceil(repeat / 2),
    async () => (await cpuMs(() => verifyAll(path))) / 1000,
    parse,
  );
  const heldMb = Math.max(0, process.memoryUsage().rss - before) / 1e6;
  const folds = await pairs(Math.ceil(repeat / 2), fold, () => 1);
  return [
    {
      name: `fold of ${EVENTS} events, CPU`,
      unit: 's',
      values: folds.values,
      against: null,
      limit: valueAtMost(2),
    },
    {
      name: `replay --verify of ${EVENTS} events, CPU`,
      unit: 's',
      values: verify.values,
      against: { name: `parsing its ${megabytes.toFixed(0)} MB`, values: verify.references },
      limit: null,
    },
    {
      name: 'memory of that replay',
      unit: 'MB',
      values: [heldMb],
      against: null,
      limit: valueAtMost(50),
    },
  ];
}

function eventsOfLongRun(): readonly JournaledEvent[] {
  const events: JournaledEvent[] = [];
  foldLongRun({ events: EVENTS }, (_, event) => events.push(event));
  return events;
}

function foldAll(events: readonly JournaledEvent[]): void {
  const fold = createFold();
  let snapshot: LifecycleSnapshot | null = null;
  for (const event of events) snapshot = fold(snapshot, event);
}

function verifyAll(path: string): void {
  const outcome = replay(path);
  if (outcome.kind !== 'identical') throw new Error(JSON.stringify(outcome));
}

/** What nobody can do without: each line read and parsed. */
function parseAll(path: string): void {
  eachLine(path, (line) => JSON.parse(line));
}
