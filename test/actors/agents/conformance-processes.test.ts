import { afterAll, describe, expect, it } from '@jest/globals';
import { isAlive } from '../../oneshot-process.ts';
import { outcomeOf, readAll } from './adapter-reading.ts';
import { Findings } from './conformance.ts';
import { SPECIMENS } from './conformance-specimens.ts';
import { type Played, play, TASK } from './conformance-stages.ts';

const findings = new Findings('process');

/** A process of the worker's that was noted is gone; `undefined` when none was noted. */
function isGone({ note }: Played, name: 'pid' | 'child'): boolean | undefined {
  const pid = note(name);
  return pid === null ? undefined : !isAlive(Number(pid));
}

async function workerEnd({ at }: Played) {
  const { state, attempts } = await at.show();
  return { state, end: attempts[0]?.end };
}

afterAll(() => {
  process.stdout.write(`${findings.table()}\n`);
});

describe.each(SPECIMENS)('A process of $adapter.name', ({ adapter, success }) => {
  const { name } = adapter;
  const tellsItsEnd = outcomeOf(readAll(adapter, success)).final !== null;
  const test = (row: Parameters<Findings['test']>[1], check: () => void | Promise<void>) =>
    findings.test(name, row, check);

  it('does its work, leaves a child that holds its output, and is told as it was', async () => {
    const played = await play(adapter, ['tell', 'leave']);
    const { state, end } = await workerEnd(played);
    await test('start', () => expect(played.note('pid')).toMatch(/^\d+$/));
    await test('stdin closed', () => expect(played.note('given')).toContain(TASK));
    await test('stream', async () => {
      if (played.printed) expect(played.stdout.equals(played.printed)).toBe(true);
      const logged = (await played.at.oneshot(['logs', '--json'])).out;
      expect(logged).toContain('hello.txt');
    });
    await test('live result', async () => {
      expect({ code: played.ended.code, state }).toEqual({ code: 0, state: 'completed' });
      expect(end).toMatchObject({ class: 'clean', exitCode: 0 });
      expect(played.result).toContain('hello.txt');
    });
    await test('child holding stdout', () => {
      expect(isGone(played, 'child')).toBe(true);
      expect(end?.survivors).toEqual([]);
    });
  });

  it('goes on after its result and is deaf to SIGTERM: it is killed, and its work counts', async () => {
    const inactivity = tellsItsEnd ? '20s' : '2s';
    const played = await play(adapter, ['tell', 'deaf', 'linger'], { inactivity });
    const { state, end } = await workerEnd(played);
    await test('result then hang', () => {
      if (tellsItsEnd)
        expect({ state, class: end?.class }).toEqual({ state: 'completed', class: 'clean' });
      // Without a word for the end of its work, it is silence like any other: the work is gone on with.
      else expect(end).toMatchObject({ reason: 'inactivity', class: 'stopped' });
    });
    await test('stop by KILL', () => {
      expect(played.note('term')).toBe('ignored');
      expect(isGone(played, 'pid')).toBe(true);
    });
    await test('tree gone', () => expect(end?.survivors).toEqual([]));
  });

  it('that hangs at its start is asked to end, and does', async () => {
    const played = await play(adapter, ['tell', 'leave', 'obey', 'hang'], { inactivity: '2s' });
    const { state, end } = await workerEnd(played);
    await test('hang at start', () => {
      expect({ state, reason: end?.reason }).toEqual({ state: 'failed', reason: 'inactivity' });
      expect(end?.class).toBe('stopped');
    });
    await test('stop by TERM', () => {
      expect(played.note('term')).toBe('obeyed');
      expect(isGone(played, 'pid')).toBe(true);
      expect(isGone(played, 'child')).toBe(true);
    });
  });
});

it('Every row of the contract was tested on every adapter', () => {
  expect(findings.missing()).toEqual([]);
});
