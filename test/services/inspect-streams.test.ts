/** Hunts for transitions and activities that a reader misses or sees twice: late, early, in pieces, after a break. */
import { appendFileSync, chmodSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { answer, audit, cleanEnd, ended, started } from '../machines/lifecycle-events.ts';
import { toCompleted, toWorker } from '../machines/lifecycle-runs.ts';
import { place, scriptAgent, until } from '../oneshot-process.ts';
import { inspect } from './inspectors.ts';
import { beginRecording, recordRun, temporaryFolder } from './recorded-run.ts';
import { type Listening, listen } from './web-client.ts';

const seqs = ({ events }: Listening) =>
  events.filter(({ event }) => event === 'transition').map(({ data }) => data.seq);

const names = ({ events }: Listening) => events.map(({ event }) => event);

const isCaughtUp = ({ events }: Listening) => events.some(({ event }) => event === 'caughtUp');

const line = (number: number) =>
  JSON.stringify({
    version: 1,
    at: 1,
    attempt: '0001-worker',
    offset: number,
    kind: 'text',
    text: `${number}`,
  });
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `${line(from + index)}\n`).join('');
const offsets = ({ events }: Listening): number[] =>
  events
    .filter(({ event }) => event === 'activities')
    .flatMap(({ data }) => data.map(({ offset }: { offset: number }) => offset));

describe('The transitions of a run', () => {
  it('come with their event, state, reason, context and the moves of the statechart, then the end of what is there', async () => {
    const runsDir = temporaryFolder();
    const { id } = recordRun(runsDir, [...toWorker, started(4711), ended(cleanEnd())]);
    const reader = listen(await inspect({ runsDir }), `/api/runs/${id}/transitions`);
    await until('all is read', () => isCaughtUp(reader));
    expect(names(reader)).toEqual([...Array(4).fill('transition'), 'caughtUp']);
    expect(reader.events[3]).toMatchObject({
      id: '3',
      data: {
        seq: 3,
        at: 1_767_225_603_000,
        event: { type: 'agent.ended', attempt: 1 },
        value: 'auditPending',
        state: 'auditPending',
        reason: null,
        context: { iteration: 1, work: { attempt: 1 } },
        moves: ['workerExecuting/agent.ended/1'],
      },
    });
  });

  it('go on while the run goes on', async () => {
    const runsDir = temporaryFolder();
    const run = beginRecording(runsDir);
    const reader = listen(await inspect({ runsDir }), `/api/runs/${run.folder.id}/transitions`);
    await until('all is read', () => isCaughtUp(reader));
    run.take(...toWorker);
    await until('the start is seen', () => seqs(reader).length === 2);
    run.take(ended(cleanEnd()), audit, ended(answer('done')));
    await until('the end is seen', () => seqs(reader).length === 5);
    run.close();
    expect(seqs(reader)).toEqual([0, 1, 2, 3, 4]);
    expect(names(reader).filter((name) => name === 'caughtUp')).toHaveLength(1);
  });

  it('go on behind the last one that a reader had who comes back', async () => {
    const runsDir = temporaryFolder();
    const run = beginRecording(runsDir);
    const inspector = await inspect({ runsDir });
    const path = `/api/runs/${run.folder.id}/transitions`;
    const first = listen(inspector, path);
    run.take(...toWorker);
    await until('the start is seen', () => seqs(first).length === 2);
    first.leave();
    run.take(ended(cleanEnd()), audit);
    const second = listen(inspector, path, '1');
    await until('all is read', () => isCaughtUp(second));
    run.take(ended(answer('done')));
    await until('the end is seen', () => seqs(second).includes(4));
    run.close();
    expect(seqs(second)).toEqual([2, 3, 4]);
  });

  it.each(['-1', 'x', '1e3', ''])(
    'come from the beginning for the senseless id "%s"',
    async (id) => {
      const runsDir = temporaryFolder();
      const run = recordRun(runsDir, toWorker);
      const reader = listen(await inspect({ runsDir }), `/api/runs/${run.id}/transitions`, id);
      await until('all is read', () => isCaughtUp(reader));
      expect(seqs(reader)).toEqual([0, 1]);
    },
  );

  it('leave out a last line that is torn, and take it once it is whole', async () => {
    const runsDir = temporaryFolder();
    const { id, journal } = recordRun(runsDir, toCompleted);
    const whole = readFileSync(journal);
    truncateSync(journal, whole.length - 20);
    const reader = listen(await inspect({ runsDir }), `/api/runs/${id}/transitions`);
    await until('all is read', () => isCaughtUp(reader));
    expect(seqs(reader)).toEqual([0, 1, 2, 3]);
    appendFileSync(journal, whole.subarray(-20));
    await until('the last line is whole', () => seqs(reader).includes(4));
  });

  it('take what is written in the place of a torn line, as a resumed run does', async () => {
    const runsDir = temporaryFolder();
    const run = beginRecording(runsDir);
    const { id, journal } = run.folder;
    appendFileSync(journal, `{"version":1,"seq":1,"at":${'1'.repeat(300)}`);
    const size = readFileSync(journal).lastIndexOf('\n') + 1;
    const reader = listen(await inspect({ runsDir }), `/api/runs/${id}/transitions`);
    await until('all is read', () => isCaughtUp(reader));
    truncateSync(journal, size);
    run.take(...toWorker);
    await until('the start is seen', () => seqs(reader).includes(1));
    expect(seqs(reader)).toEqual([0, 1]);
    run.close();
  });

  it('end with the line that is wrong where the journal is damaged', async () => {
    const runsDir = temporaryFolder();
    const { id, journal } = recordRun(runsDir, toCompleted);
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('"iteration":1', '"iteration":2'));
    const reader = listen(await inspect({ runsDir }), `/api/runs/${id}/transitions`);
    await until('the stream ends', reader.isOver);
    expect(seqs(reader)).toEqual([0]);
    expect(reader.events.at(-1)).toMatchObject({
      event: 'problem',
      data: { error: { code: 'ONESHOT_RUN_UNREADABLE' } },
    });
    expect(reader.events.at(-1)?.data.error.message).toContain(`${journal}:2`);
  });

  it('end with the reason where the journal cannot be read', async () => {
    const runsDir = temporaryFolder();
    const { id, journal } = recordRun(runsDir, toCompleted);
    writeFileSync(journal, '');
    chmodSync(journal, 0o000);
    const reader = listen(await inspect({ runsDir }), `/api/runs/${id}/transitions`);
    // Nobody is kept out who is root: then there is just nothing to read.
    const isRoot = process.getuid?.() === 0;
    await until('it is said', () => (isRoot ? isCaughtUp(reader) : reader.isOver()));
    expect(names(reader).at(-1)).toBe(isRoot ? 'caughtUp' : 'problem');
  });
});

describe('The activities of a run', () => {
  const numbers = (to: number) => Array.from({ length: to }, (_, index) => index);

  it('come in batches of at most 500, whose ids lead on to the next', async () => {
    const runsDir = temporaryFolder();
    const { id, log } = recordRun(runsDir, toCompleted);
    writeFileSync(log, lines(0, 20_000));
    const inspector = await inspect({ runsDir });
    const path = `/api/runs/${id}/activities`;
    const reader = listen(inspector, path);
    await until('all is read', () => isCaughtUp(reader));
    expect(offsets(reader)).toEqual(numbers(20_000));
    const batches = reader.events.filter(({ event }) => event === 'activities');
    expect(Math.max(...batches.map(({ data }) => data.length))).toBe(500);
    const [first, last] = [batches[0], batches.at(-1)];
    const again = listen(inspector, path, first?.id ?? '');
    await until('the rest is read', () => isCaughtUp(again));
    expect(offsets(again)).toEqual(numbers(20_000).slice(first?.data.length));
    const none = listen(inspector, path, last?.id ?? '');
    await until('nothing is left', () => isCaughtUp(none));
    expect(names(none)).toEqual(['caughtUp']);
  });

  it('of a run whose agents have said nothing yet come as soon as there are any', async () => {
    const runsDir = temporaryFolder();
    const { id, log } = recordRun(runsDir, toWorker);
    const reader = listen(await inspect({ runsDir }), `/api/runs/${id}/activities`);
    await until('nothing is there', () => isCaughtUp(reader));
    writeFileSync(log, `${line(0)}\n${line(1).slice(0, 30)}`);
    await until('the first is seen', () => offsets(reader).length === 1);
    appendFileSync(log, `${line(1).slice(30)}\n`);
    await until('the second is whole', () => offsets(reader).length === 2);
    expect(offsets(reader)).toEqual([0, 1]);
  });

  it('come whole however long one of them is', async () => {
    const runsDir = temporaryFolder();
    const { id, log } = recordRun(runsDir, toWorker);
    const long = JSON.stringify({ ...JSON.parse(line(1)), text: 'ü'.repeat(700_000) });
    writeFileSync(log, `${line(0)}\n${long}\n${line(2)}\n`);
    const reader = listen(await inspect({ runsDir }), `/api/runs/${id}/activities`);
    await until('all is read', () => isCaughtUp(reader));
    expect(offsets(reader)).toEqual([0, 1, 2]);
    expect(reader.events.flatMap(({ data }) => data)[1].text).toHaveLength(700_000);
  });

  it('leave out a line that a power cut has torn', async () => {
    const runsDir = temporaryFolder();
    const { id, log } = recordRun(runsDir, toWorker);
    writeFileSync(log, `${line(0)}\n\0\0\0${line(1)}\n${line(2)}\n`);
    const reader = listen(await inspect({ runsDir }), `/api/runs/${id}/activities`);
    await until('all is read', () => isCaughtUp(reader));
    expect(offsets(reader)).toEqual([0, 2]);
  });
});

describe('A live run', () => {
  it('is followed by several readers from its beginning to its end, each of whom gets all of it', async () => {
    const at = place();
    const worker = 'cat >/dev/null; for i in 1 2 3 4 5; do echo "step $i"; sleep 0.05; done';
    const run = at.start(['do it', ...scriptAgent(at, worker)]);
    await until('it has begun', () => at.runs().length === 1 && at.exists('.oneshot/.gitignore'));
    const id = at.runs()[0]?.split('/').at(-1);
    const inspector = await inspect({ runsDir: `${at.path}/.oneshot` });
    await until('it is recorded', () => readable(`${at.runs()[0]}/journal.ndjson`));
    const readers = [1, 2, 3].map(() => ({
      transitions: listen(inspector, `/api/runs/${id}/transitions`),
      activities: listen(inspector, `/api/runs/${id}/activities`),
    }));
    expect((await run.ended).code).toBe(0);
    for (const { transitions, activities } of readers) {
      await until(
        'the end is seen',
        () =>
          transitions.events.at(-1)?.data.state === 'completed' ||
          transitions.events.at(-2)?.data.state === 'completed',
      );
      const all = readFileSync(`${at.runs()[0]}/journal.ndjson`, 'utf8').trim().split('\n');
      expect(seqs(transitions)).toEqual(all.map((_, index) => index));
      const said = () =>
        activities.events.flatMap(({ event, data }) => (event === 'activities' ? data : []));
      const logged = readFileSync(`${at.runs()[0]}/oneshot-log.ndjson`, 'utf8').trim().split('\n');
      await until('everything is seen', () => said().length === logged.length);
      expect(said()).toEqual(logged.map((text) => JSON.parse(text)));
    }
  });
});

describe('Both in one', () => {
  it('come whole, and go on behind what a reader had of each who comes back in between', async () => {
    const runsDir = temporaryFolder();
    const run = beginRecording(runsDir);
    run.take(...toWorker);
    writeFileSync(run.folder.log, lines(0, 3));
    const inspector = await inspect({ runsDir });
    const path = `/api/runs/${run.folder.id}/events`;
    const first = listen(inspector, path);
    await until('all is read', () => seqs(first).length === 2 && offsets(first).length === 3);
    first.leave();
    run.take(ended(cleanEnd()));
    appendFileSync(run.folder.log, lines(3, 5));
    const second = listen(inspector, path, first.events.at(-1)?.id ?? '');
    await until('the rest is read', () => offsets(second).length === 2);
    run.take(audit);
    await until('what comes is read', () => seqs(second).length === 2);
    run.close();
    expect([seqs(second), offsets(second)]).toEqual([
      [2, 3],
      [3, 4],
    ]);
  });

  it.each(['5', '1.', '.44', '1.44', 'x.y', '-1.-1', '1.2.3'])(
    'miss nothing behind the id "%s"',
    async (id) => {
      const runsDir = temporaryFolder();
      const run = recordRun(runsDir, toWorker);
      writeFileSync(run.log, lines(0, 3));
      const [seq = '', offset = ''] = id.split('.').map((part) => (/^\d+$/.test(part) ? part : ''));
      const inspector = await inspect({ runsDir });
      const read = async (path: string, after: string) => {
        const reader = listen(inspector, `/api/runs/${run.id}/${path}`, after);
        const parts = path === 'events' ? 2 : 1;
        await until('all is read', () => caughtUps(reader) === parts);
        return reader;
      };
      const both = await read('events', id);
      expect(seqs(both)).toEqual(seqs(await read('transitions', seq)));
      expect(offsets(both)).toEqual(offsets(await read('activities', offset)));
    },
  );

  it('leave out only the one that is damaged', async () => {
    const runsDir = temporaryFolder();
    const { id, journal, log } = recordRun(runsDir, toCompleted);
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('"iteration":1', '"iteration":2'));
    writeFileSync(log, lines(0, 2));
    const reader = listen(await inspect({ runsDir }), `/api/runs/${id}/events`);
    await until('the problem is said', () => names(reader).includes('problem'));
    await until('the activities are there', () => offsets(reader).length === 2);
    appendFileSync(log, lines(2, 3));
    await until('they go on', () => offsets(reader).length === 3);
  });
});

function caughtUps({ events }: Listening): number {
  return events.filter(({ event }) => event === 'caughtUp').length;
}

function readable(path: string): boolean {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}
