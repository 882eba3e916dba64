/** What it costs to compute a long run again, alone and held to its journal. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createFold, type LifecycleSnapshot } from '../../services/fold.ts';
import { machineStamp } from '../../services/machine-stamp.ts';
import { replay } from '../../services/replay.ts';
import * as on from '../machines/lifecycle-events.ts';
import { eventOf } from '../machines/lifecycle-runs.ts';

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

export interface ReplayRow {
  readonly events: number;
  readonly foldMs: number;
  readonly verifyMs: number;
  readonly journalMb: number;
  readonly heldMb: number;
}

export function measureReplay(path: string): ReplayRow {
  const journalMb = writeJournal(path) / 1e6;
  const foldMs = timed(() => foldAll(() => undefined));
  const before = process.memoryUsage().rss;
  const verifyMs = timed(() => {
    const outcome = replay(path);
    if (outcome.kind !== 'identical') throw new Error(JSON.stringify(outcome));
  });
  const heldMb = Math.max(0, process.memoryUsage().rss - before) / 1e6;
  return { events: EVENTS, foldMs, verifyMs, journalMb, heldMb };
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

function timed(action: () => void): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}
