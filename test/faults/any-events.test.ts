/** Hunts orders of events that nobody thought of: whatever comes, what is on disk is what the machine knows. */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LifecycleContext } from '../../machines/context.ts';
import type { TextRef } from '../../machines/contracts.ts';
import type { LifecycleEvent } from '../../machines/events.ts';
import { createFold, snapshotOf } from '../../services/fold.ts';
import { forkRun } from '../../services/fork.ts';
import { forkPoint } from '../../services/fork-point.ts';
import type { JournalEntry } from '../../services/journal.ts';
import { replay } from '../../services/replay.ts';
import { readRun } from '../../services/run-record.ts';
import { createRunId } from '../../services/run-store.ts';
import { persistedSnapshot, readSnapshotFile } from '../../services/snapshot-file.ts';
import type { Step } from '../machines/lifecycle-events.ts';
import * as on from '../machines/lifecycle-events.ts';
import { eventOf } from '../machines/lifecycle-runs.ts';
import { recordRun, temporaryFolder } from '../services/recorded-run.ts';

/** `npm run faults` tries so many times as many sequences. */
const ALL = process.env.FAULTS === 'all';
const RUNS = ALL ? 1_000 : 8;
const TIMEOUT_MS = ALL ? 1_200_000 : 20_000;

const ofAnAttempt: readonly Step[] = [
  on.started(99),
  on.spent(on.usage(7), 5),
  on.ended(on.cleanEnd()),
  on.ended(on.end()),
  ...(['done', 'retry', 'impossible', 'unreadable'] as const).map((kind) =>
    on.ended(on.answer(kind)),
  ),
  on.checksPass,
  on.checksFail,
  on.success(on.cleanEnd()),
  on.partial(),
  on.dead(),
  on.dead('exited', 'notFound'),
  on.limited(null),
  on.alive,
];
const late = ofAnAttempt.map(on.ofOlderAttempt);
const ofTheRun: readonly Step[] = [
  on.resume,
  on.restarted,
  on.quotaReset,
  on.interrupt(),
  on.extend(9),
  on.audit,
  on.reiterate,
  on.pauseOver,
  on.silence('worker'),
  on.ceiling('auditor'),
  on.broken('recovery'),
];
/** Those that lead on come often, so that runs get far. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Step>(on.audit, on.reiterate, on.pauseOver) },
  { weight: 6, arbitrary: fc.constantFrom(...ofAnAttempt) },
  { weight: 3, arbitrary: fc.constantFrom(...ofTheRun) },
  { weight: 1, arbitrary: fc.constantFrom(...late) },
);
const sequence = fc.array(step, { maxLength: 40 }).map((steps) => [on.start, ...steps]);

function entriesOf(folder: Parameters<typeof readRun>[0]): JournalEntry[] {
  const entries: JournalEntry[] = [];
  readRun(folder, (entry) => entries.push(entry));
  return entries;
}

const json = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('Whatever happens to a run', () => {
  it(
    'its journal folds to its snapshot, and its replay is identical',
    () => {
      fc.assert(
        fc.property(sequence, (steps) => {
          const folder = recordRun(temporaryFolder(), steps, createRunId(Date.now()));
          const entries = entriesOf(folder);
          expect(entries).toHaveLength(steps.length + 1);
          const last = entries.at(-1);
          const file = readSnapshotFile(folder.snapshot);
          expect(file?.snapshot).toEqual(last && json(persistedSnapshot(last)));
          expect(replay(folder.journal)).toEqual({ kind: 'identical', steps: entries.length });
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it.each([new Error('a sentence'), 'a text', undefined, null, 7n, { code: 5 }, Symbol('one')])(
    'an actor that throws %p fails it with a reason, and the replay is identical',
    (error) => {
      const folder = recordRun(temporaryFolder(), [
        on.start,
        { type: 'xstate.error.actor.worker', error },
      ]);
      expect(entriesOf(folder).at(-1)?.context).toMatchObject({ reason: 'internalError' });
      expect(replay(folder.journal)).toEqual({ kind: 'identical', steps: 3 });
    },
  );

  it(
    'what an older attempt tells late, or twice, changes nothing',
    () => {
      const fold = createFold();
      fc.assert(
        fc.property(sequence, (steps) => {
          const entries = entriesOf(recordRun(temporaryFolder(), steps, createRunId(Date.now())));
          for (const entry of entries.filter(({ context }) => context.attempt)) {
            const snapshot = snapshotOf(entry);
            for (const each of late) {
              const after = fold(snapshot, eventOf(each, snapshot));
              expect(json([after.value, after.context])).toEqual([entry.value, entry.context]);
            }
          }
        }),
        { numRuns: ALL ? RUNS : 3 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'a fork at any step begins as the run was at the checkpoint before it, and the run stays as it is',
    async () => {
      await fc.assert(
        fc.asyncProperty(sequence, fc.nat(), async (steps, some) => {
          const from = recordRun(
            temporaryFolder(),
            steps.map(withRealHashes),
            createRunId(Date.now()),
            {
              input: on.input({ task: onDisk('do it', 'task.md') }),
            },
          );
          writeTexts(from.path, entriesOf(from));
          const before = readFileSync(from.journal);
          const point = forkPoint(from, some % (steps.length + 1));
          const { settings } = point.header;
          const request = { from, point, task: null, maxIterations: null, settings, changes: [] };
          const fork = await forkRun(request);
          const [first] = entriesOf(fork);
          expect(first?.value).toEqual(point.entry.value);
          expect(kept(first?.context)).toEqual(kept(point.entry.context));
          expect(replay(fork.journal)).toEqual({ kind: 'identical', steps: 1 });
          expect(readFileSync(from.journal).equals(before)).toBe(true);
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});

function onDisk(text: string, path: string) {
  const hash = createHash('sha256').update(text).digest('hex');
  return { preview: text, length: text.length, hash, path };
}

/** The step with texts whose hash is that of their preview, so that they can be written. */
function withRealHashes(step: Step): Step {
  const real = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(real);
    if (isText(value)) return onDisk(value.preview, value.path);
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, real(field)]));
  };
  // Only texts are replaced, by texts: the event keeps its type.
  return (attempt) => real(typeof step === 'function' ? step(attempt) : step) as LifecycleEvent;
}

function isText(value: object): value is TextRef {
  return 'path' in value && 'preview' in value && 'hash' in value;
}

function writeTexts(folder: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (!isText(value)) {
    for (const field of Object.values(value)) writeTexts(folder, field);
    return;
  }
  mkdirSync(dirname(join(folder, value.path)), { recursive: true });
  writeFileSync(join(folder, value.path), value.preview);
}

/** What a fork remembers as it was. */
function kept(context: LifecycleContext | undefined): unknown {
  const { task, iteration, feedback, work, rounds, phase, verdict, limits } = context ?? {};
  return json({ task, iteration, feedback, work, rounds, phase, verdict, limits });
}
