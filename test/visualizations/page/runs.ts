/** Runs as the page receives them, without a server: made from events, or the kept journals of real ones. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { initialTransition, transition } from 'xstate';
import type { LifecycleInput } from '../../../machines/context.ts';
import { lifecycle } from '../../../machines/lifecycle.ts';
import type { SentTransition } from '../../../services/inspect-api.ts';
import { sentTransition } from '../../../services/inspect-streams.ts';
import type { JournalEntry, JournaledEvent } from '../../../services/journal.ts';
import { VERSION } from '../../../services/version.ts';
import * as on from '../../machines/lifecycle-events.ts';
import { eventOf, type Run, recordOf } from '../../machines/lifecycle-runs.ts';

const FOLDER = fileURLToPath(new URL(`../../fixtures/journals/${VERSION}/`, import.meta.url));

/** Names of the kept journals. */
export const KEPT = readdirSync(FOLDER).map((name) => basename(name, '.ndjson'));

export function keptRun(name: string): SentTransition[] {
  const lines = readFileSync(join(FOLDER, `${name}.ndjson`), 'utf8')
    .trim()
    .split('\n');
  return sent(lines.map((line) => JSON.parse(line)));
}

/** Epoch milliseconds of the first transition of a made run; each later one comes a second after. */
export const BEGUN_AT = 1_767_225_600_000;

/** The run that these steps make. */
export function madeRun(
  steps: readonly on.Step[],
  input: LifecycleInput = on.input(),
): SentTransition[] {
  let [run] = initialTransition(lifecycle, input);
  const entries = [entryOf(run, { type: 'xstate.init', input }, 0)];
  for (const [index, step] of steps.entries()) {
    const event = eventOf(step, run);
    [run] = transition(lifecycle, run, event);
    // As the journal does, which takes no sign of life for an event.
    entries.push(entryOf(run, event as JournaledEvent, index + 1));
  }
  return sent(entries);
}

/** Wrong, judged, finished but silent, salvaged, judged again. */
export const DEMO_STEPS: readonly on.Step[] = [
  on.start,
  on.started(4_711),
  on.ended(on.cleanEnd({ result: on.text('I wrote it.\nAll of it.') })),
  on.audit,
  on.ended(on.answer('retry')),
  on.reiterate,
  on.silence('worker'),
  on.success(on.cleanEnd({ reason: 'inactivity' })),
  on.audit,
  on.ended(on.answer('done')),
];

/** Index of the first transition that led into a state. */
export function arrivalIn(run: readonly SentTransition[], state: string): number {
  return run.findIndex((each) => each.state === state);
}

function entryOf(run: Run, event: JournaledEvent, seq: number): JournalEntry {
  // A record is what the run looks like after JSON, of which the types know less.
  const record = recordOf(run) as Pick<JournalEntry, 'value' | 'status' | 'context'>;
  return { version: 1, seq, at: BEGUN_AT + seq * 1_000, generation: 1, event, ...record };
}

function sent(entries: readonly JournalEntry[]): SentTransition[] {
  return entries.map((entry, index) => sentTransition(entries[index - 1] ?? null, entry));
}
