/** A run that was sent back again and again, as its events and as its journal. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createFold, type LifecycleSnapshot } from '../../services/fold.ts';
import type { JournaledEvent, RunHeader } from '../../services/journal.ts';
import { machineStamp } from '../../services/machine-stamp.ts';
import * as on from '../machines/lifecycle-events.ts';
import { eventOf } from '../machines/lifecycle-runs.ts';

/** Started, judged, sent back. */
const CYCLE: readonly on.Step[] = [
  on.reiterate,
  on.started(1),
  on.ended(on.cleanEnd()),
  on.audit,
  on.started(2),
  on.ended(on.answer('retry')),
];

export interface LongRun {
  readonly events: number;
  /** What the journal says of the run. Default: the least that it must. */
  readonly header?: Partial<RunHeader>;
  /** Events behind the others. Default: none. */
  readonly last?: readonly on.Step[];
}

type Visit = (seq: number, event: JournaledEvent, snapshot: LifecycleSnapshot) => void;

/** Folds the events, and shows each with what it leads to. */
export function foldLongRun({ events, header, last = [] }: LongRun, visit: Visit): void {
  const fold = createFold();
  const limits = { maxIterations: events };
  const init = {
    type: 'xstate.init',
    input: on.input({ limits, runId: header?.id ?? 'run' }),
  } as const;
  let snapshot = fold(null, init);
  visit(0, init, snapshot);
  for (let seq = 1; seq < events + last.length; seq += 1) {
    const event = eventOf(last[seq - events] ?? stepAt(seq), snapshot);
    snapshot = fold(snapshot, event);
    visit(seq, event, snapshot);
  }
}

/** Writes the journal; returns its bytes. */
export function writeLongJournal(path: string, run: LongRun): number {
  const fd = openSync(path, 'w');
  const header = { id: 'run', createdAt: 0, machine: machineStamp(), parent: null, ...run.header };
  let hash = '';
  let bytes = 0;
  foldLongRun(run, (seq, event, { context, status, value }) => {
    const first = seq === 0 ? { run: header } : {};
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

function stepAt(seq: number): on.Step {
  return seq === 1 ? on.start : (CYCLE[(seq - 1) % CYCLE.length] ?? on.start);
}
