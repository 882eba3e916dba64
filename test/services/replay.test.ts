/** Hunts for replays that say that all is well when it is not, or the other way round. */
import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { lifecycle } from '../../machines/lifecycle.ts';
import { replay, replaySteps } from '../../services/replay.ts';
import * as on from '../machines/lifecycle-events.ts';
import { toCompleted, toReiteration } from '../machines/lifecycle-runs.ts';
import { type AnyLine, doctorJournal } from './journals.ts';
import { recordRun, temporaryFolder } from './recorded-run.ts';

const JOURNALS = fileURLToPath(new URL('../fixtures/journals', import.meta.url));

/** By version of oneshot. */
const recorded = readdirSync(JOURNALS).flatMap((version) =>
  readdirSync(join(JOURNALS, version)).map((name) => ({
    version,
    name,
    path: join(JOURNALS, version, name),
  })),
);

const journal = () => recordRun(temporaryFolder(), [...toReiteration, on.reiterate]).journal;

/** What to do about a journal that is not replayed as it was recorded. */
const ADVICE =
  'What the machine does or remembers has changed. When this version is released: raise LIFECYCLE_VERSION. ' +
  'When it is not: npm run record, and look at what changed.';

describe('The journals of every version', () => {
  it.each(recorded)('of $version are replayed as they were recorded: $name', ({ path }) => {
    const steps = readFileSync(path, 'utf8').trim().split('\n').length;
    const outcome = replay(path);
    const advice = outcome.kind === 'identical' ? null : ADVICE;
    expect({ outcome, advice }).toEqual({ outcome: { kind: 'identical', steps }, advice: null });
  });

  it('tell of every kind of end', () => {
    const states = recorded.map(({ path }) => {
      const steps = [...replaySteps(path)];
      return `${steps.at(-1)?.value}`;
    });
    expect(new Set(states)).toEqual(new Set(['completed', 'rejected', 'failed']));
  });
});

describe('A machine that decides otherwise', () => {
  it.each([
    ['iterationsLeft', 'demo', 'value'],
    ['endedCleanly', 'demo', 'value'],
    ['hasChecks', 'checks', 'value'],
    ['waitsOnLimit', 'limited', 'value'],
  ] as const)('by the guard %s is found out', (guard, name, path) => {
    const changed = lifecycle.provide({ guards: { [guard]: not(guard) } });
    const outcome = replay(pathTo(name), changed);
    expect(outcome).toMatchObject({ kind: 'diverged', path: expect.stringMatching(`^${path}`) });
  });

  it('by what it remembers is found out with the place in the context', () => {
    const changed = lifecycle.provide({ actions: { beginIteration: () => undefined } });
    expect(replay(pathTo('demo'), changed)).toMatchObject({
      kind: 'diverged',
      seq: 1,
      path: 'context.iteration',
      expected: 1,
      actual: 0,
    });
  });

  it('by breaking is found out too', () => {
    const guards = {
      endedCleanly: () => {
        throw new Error('broken');
      },
    };
    const outcome = replay(pathTo('demo'), lifecycle.provide({ guards }));
    expect(outcome).toMatchObject({ kind: 'diverged', event: 'agent.ended', path: '' });
    expect(outcome).toMatchObject({ message: expect.stringContaining('broken') });
  });
});

describe('A journal that was changed by somebody who seals it again', () => {
  it.each([
    [
      'a context',
      3,
      'context.usage.worker.inputTokens',
      (line: AnyLine) => {
        line.context.usage.worker.inputTokens = 7;
      },
    ],
    [
      'a state',
      2,
      'value',
      (line: AnyLine) => {
        line.value = { workerExecuting: 'dead' };
      },
    ],
    [
      'a status',
      2,
      'status',
      (line: AnyLine) => {
        line.status = 'done';
      },
    ],
    [
      'a field too many',
      4,
      'context.surplus',
      (line: AnyLine) => {
        line.context.surplus = 1;
      },
    ],
    [
      'a field too few',
      4,
      'context.rounds',
      (line: AnyLine) => {
        delete line.context.rounds;
      },
    ],
    [
      'an event',
      1,
      'value',
      (line: AnyLine) => {
        line.event = { type: 'run.resume' };
      },
    ],
  ] as const)('in %s diverges there', (_, seq, path, change) => {
    const changed = journal();
    doctorJournal(changed, (lines) => {
      change(lines[seq] ?? {});
      return lines;
    });
    expect(replay(changed)).toMatchObject({ kind: 'diverged', seq, path });
  });

  it('only in the order of its keys is the same', () => {
    const changed = journal();
    doctorJournal(changed, (lines) =>
      lines.map((line) => ({
        ...line,
        context: Object.fromEntries(Object.entries(line.context).reverse()),
      })),
    );
    expect(replay(changed)).toEqual({ kind: 'identical', steps: 6 });
  });

  it('to hold what looks like a context inside an event is the same', () => {
    const sly = ',"context":{"runId":"x"},"status":"active"';
    const path = recordRun(temporaryFolder(), [
      on.start,
      on.ended(on.cleanEnd({ message: sly })),
      on.broken('auditor'),
    ]).journal;
    doctorJournal(path, (lines) =>
      lines.map((line, index) =>
        index === 3
          ? { ...line, event: { ...line.event, error: { context: { runId: 'x' } } } }
          : line,
      ),
    );
    expect(replay(path)).toEqual({ kind: 'identical', steps: 4 });
  });
});

describe('A journal that cannot be trusted', () => {
  it.each([
    [
      'a changed byte',
      2,
      (text: string) =>
        text.replace('"iteration":0', '"iteration":9').replace('"iteration":1', '"iteration":8'),
    ],
    ['a lost line', 3, (text: string) => text.split('\n').toSpliced(2, 1).join('\n')],
    ['a line that is no JSON', 2, (text: string) => text.split('\n').with(1, '{').join('\n')],
    ['nothing in it', 1, () => ''],
  ])('for %s is corrupt, with the line', (_, line, change) => {
    const path = journal();
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    const outcome = replay(path);
    expect(outcome.kind).toBe('corrupt');
    expect(outcome).toMatchObject({ message: expect.stringContaining(path) });
    expect([line, 1]).toContain('line' in outcome ? outcome.line : null);
  });

  it('because it is not there is corrupt', () => {
    expect(replay('/nowhere/journal.ndjson')).toMatchObject({ kind: 'corrupt', line: null });
  });

  it('for a seq out of its order, or a version of the future, is corrupt', () => {
    const [shuffled, future] = [journal(), journal()];
    doctorJournal(shuffled, (lines) => lines.with(2, { ...lines[2], seq: 7 }));
    doctorJournal(future, (lines) => lines.map((line) => ({ ...line, version: 99 })));
    expect(replay(shuffled)).toMatchObject({ kind: 'corrupt', line: 3 });
    expect(replay(future)).toMatchObject({
      kind: 'corrupt',
      line: 1,
      message: expect.stringContaining('99'),
    });
  });

  it('with a torn last line is taken without it, as the run itself takes it', () => {
    const path = journal();
    const size = readFileSync(path).length;
    truncateSync(path, size - 5);
    expect(replay(path)).toEqual({ kind: 'identical', steps: 5 });
    appendFileSync(path, 'x');
    expect(replay(path)).toEqual({ kind: 'identical', steps: 5 });
  });
});

describe('The journal of another version of the statechart', () => {
  it('is not guessed at: the outcome says which oneshot can replay it', () => {
    const path = journal();
    doctorJournal(path, ([first, ...rest]) => {
      const machine = { ...first?.run.machine, version: '0' };
      return [{ ...first, run: { ...first?.run, machine } }, ...rest];
    });
    expect(replay(path)).toMatchObject({
      kind: 'incompatible',
      recorded: { version: '0' },
      message: expect.stringContaining('Replay it with the oneshot that made it'),
    });
  });
});

describe('The steps of a replay', () => {
  it('come with their event, where they lead, and where the run stood before', () => {
    const { journal: path } = recordRun(temporaryFolder(), toCompleted);
    const steps = [...replaySteps(path)];
    expect(steps.map(({ seq, event, value }) => [seq, event.type, value])).toEqual([
      [0, 'xstate.init', 'created'],
      [1, 'run.start', { workerExecuting: 'live' }],
      [2, 'agent.ended', 'auditPending'],
      [3, 'xstate.after.0.oneshot.auditPending', { auditorExecuting: 'live' }],
      [4, 'agent.ended', 'completed'],
    ]);
    expect(steps[0]?.before).toBeNull();
    expect(steps[4]?.before?.value).toEqual({ auditorExecuting: 'live' });
  });
});

function pathTo(name: string): string {
  return recorded.findLast((each) => each.name === `${name}.ndjson`)?.path ?? '';
}

/** The guard with its answers turned round. */
function not(guard: string) {
  const original = Reflect.get(lifecycle.implementations.guards, guard) as (
    ...given: readonly unknown[]
  ) => boolean;
  return (...given: readonly unknown[]) => !original(...given);
}
