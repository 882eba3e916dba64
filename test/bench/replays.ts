/** What it costs to compute a long run again, alone and held to its journal. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createFold, type LifecycleSnapshot } from '../../services/fold.ts';
import { machineStamp } from '../../services/machine-stamp.ts';
import { replay } from '../../services/replay.ts';
import * as on from '../machines/lifecycle-events.ts';
import { eventOf } from '../machines/lifecycle-runs.ts';
import { eachLine } from './by-hand.ts';
import { type Bench, type Row, valueAtMost } from './row.ts';
import { pairs, wallMs } from './sample.ts';

const EVENTS = 100_000;

/** A run that never ends: started, judged, sent back. */
const CYCLE = [
  on.reiterate,
  on.started(1),
  on.ended(on.cleanEnd()),
  on.audit,
  on.started(2),
  on.ended(on.answer('retry')),
];

export async function measure({ root, repeat }: Bench): Promise<readonly Row[]> {
  const path = join(root, 'journal.ndjson');
  const megabytes = writeJournal(path) / 1e6;
  const fold = async () => (await wallMs(() => foldAll(() => undefined))) / 1000;
  const parse = async () => (await wallMs(() => parseAll(path))) / 1000;
  const before = process.memoryUsage().rss;
  const verify = await pairs(
    Math.ceil(repeat / 2),
    async () => (await wallMs(() => verifyAll(path))) / 1000,
    parse,
  );
  const heldMb = Math.max(0, process.memoryUsage().rss - before) / 1e6;
  const folds = await pairs(Math.ceil(repeat / 2), fold, () => 1);
  return [
    {
      name: `fold of ${EVENTS} events`,
      unit: 's',
      values: folds.values,
      against: null,
      limit: valueAtMost(2),
    },
    {
      name: `replay --verify of ${EVENTS} events`,
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

function verifyAll(path: string): void {
  const outcome = replay(path);
  if (outcome.kind !== 'identical') throw new Error(JSON.stringify(outcome));
}

/** What nobody can do without: each line read and parsed. */
function parseAll(path: string): void {
  eachLine(path, (line) => JSON.parse(line));
}

type Visit = (seq: number, event: object, snapshot: LifecycleSnapshot) => void;

function foldAll(visit: Visit): void {
  const fold = createFold();
  const input = on.input({ limits: { maxIterations: EVENTS } });
  let snapshot: LifecycleSnapshot | null = null;
  for (let seq = 0; seq < EVENTS; seq += 1) {
    const event = eventAt(seq, input, snapshot);
    snapshot = fold(snapshot, event);
    visit(seq, event, snapshot);
  }
}

function eventAt(
  seq: number,
  input: ReturnType<typeof on.input>,
  snapshot: LifecycleSnapshot | null,
) {
  if (!snapshot) return { type: 'xstate.init', input } as const;
  return seq === 1 ? on.start : eventOf(CYCLE[(seq - 1) % CYCLE.length] ?? on.start, snapshot);
}

function writeJournal(path: string): number {
  const fd = openSync(path, 'w');
  const run = { id: 'run', createdAt: 0, machine: machineStamp(), parent: null };
  let hash = '';
  let bytes = 0;
  foldAll((seq, event, { context, status, value }) => {
    const first = seq === 0 ? { run } : {};
    const place = { version: 1, seq, at: seq, generation: 1 };
    const body = JSON.stringify({ ...place, ...first, event, context, status, value });
    hash = createHash('sha256')
      .update(hash + body)
      .digest('hex');
    bytes += writeSync(fd, `${body.slice(0, -1)},"hash":"${hash}"}\n`);
  });
  closeSync(fd);
  return bytes;
}
