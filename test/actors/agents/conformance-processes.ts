import { afterAll, describe, expect, it } from '@jest/globals';
import { isAlive } from '../../oneshot-process.ts';
import { sideBySide } from '../../side-by-side.ts';
import { outcomeOf as outcomeOfStream, readAll } from './adapter-reading.ts';
import { Findings } from './conformance.ts';
import type { Specimen } from './conformance-specimens.ts';
import { type Played, play, TASK } from './conformance-stages.ts';

const WAYS = {
  leaves: ['tell', 'leave'],
  lingers: ['tell', 'deaf', 'linger'],
  hangs: ['tell', 'leave', 'obey', 'hang'],
} as const;

interface Case {
  readonly specimen: Specimen;
  readonly way: keyof typeof WAYS;
}

/** Declares the tests of these adapters; what they found is returned, and printed behind them. */
export function testProcesses(specimens: readonly Specimen[]): Findings {
  const findings = new Findings('process');
  const CASES: readonly Case[] = specimens.flatMap((specimen) =>
    (['leaves', 'lingers', 'hangs'] as const).map((way) => ({ specimen, way })),
  );

  const outcomeOfCase = sideBySide(CASES, async ({ specimen, way }) => {
    const waits = way === 'leaves' || (way === 'lingers' && tellsItsEnd(specimen));
    const played = await play(specimen.adapter, WAYS[way], { inactivity: waits ? '20s' : '2s' });
    const gone = { pid: isGone(played, 'pid'), child: isGone(played, 'child') };
    const { state, attempts } = await played.at.show();
    return { ...played, gone, state, end: attempts[0]?.end };
  });

  function outcomeOf(specimen: Specimen, way: Case['way']) {
    const found = CASES.find((one) => one.specimen === specimen && one.way === way);
    return outcomeOfCase(found ?? { specimen, way });
  }

  afterAll(() => {
    process.stdout.write(`${findings.table()}\n`);
  });

  describe.each(specimens)('A process of $adapter.name', (specimen) => {
    const { name } = specimen.adapter;
    const test = (row: Parameters<Findings['test']>[1], check: () => void | Promise<void>) =>
      findings.test(name, row, check);

    it('does its work, leaves a child that holds its output, and is told as it was', async () => {
      const { at, note, printed, stdout, ...run } = await outcomeOf(specimen, 'leaves');
      await test('start', () => expect(note('pid')).toMatch(/^\d+$/));
      await test('stdin closed', () => expect(note('given')).toContain(TASK));
      await test('stream', async () => {
        if (printed) expect(stdout.equals(printed)).toBe(true);
        const logged = (await at.oneshot(['logs', '--json'])).out;
        expect(logged).toContain('hello.txt');
      });
      await test('live result', async () => {
        expect({ code: run.ended.code, state: run.state }).toEqual({ code: 0, state: 'completed' });
        expect(run.end).toMatchObject({ class: 'clean', exitCode: 0 });
        expect(run.result).toContain('hello.txt');
      });
      await test('child holding stdout', () => {
        expect(run.gone.child).toBe(true);
        expect(run.end?.survivors).toEqual([]);
      });
    });

    it('goes on after its result and is deaf to SIGTERM: it is killed, and its work counts', async () => {
      const { note, state, end, gone } = await outcomeOf(specimen, 'lingers');
      await test('result then hang', () => {
        if (tellsItsEnd(specimen))
          expect({ state, class: end?.class }).toEqual({ state: 'completed', class: 'clean' });
        // Without a word for the end of its work, it is silence like any other: the work is gone on with.
        else expect(end).toMatchObject({ reason: 'inactivity', class: 'stopped' });
      });
      await test('stop by KILL', () => {
        expect(note('term')).toBe('ignored');
        expect(gone.pid).toBe(true);
      });
      await test('tree gone', () => expect(end?.survivors).toEqual([]));
    });

    it('that hangs at its start is asked to end, and does', async () => {
      const { note, state, end, gone } = await outcomeOf(specimen, 'hangs');
      await test('hang at start', () => {
        expect({ state, reason: end?.reason }).toEqual({ state: 'failed', reason: 'inactivity' });
        expect(end?.class).toBe('stopped');
      });
      await test('stop by TERM', () => {
        expect(note('term')).toBe('obeyed');
        expect(gone).toEqual({ pid: true, child: true });
      });
    });
  });

  return findings;
}

/** Whether it has a word for the end of its work. */
function tellsItsEnd({ adapter, success }: Specimen): boolean {
  return outcomeOfStream(readAll(adapter, success)).final !== null;
}

/** A process of the worker's that was noted is gone; `undefined` when none was noted. */
function isGone({ note }: Played, name: 'pid' | 'child'): boolean | undefined {
  const pid = note(name);
  return pid === null ? undefined : !isAlive(Number(pid));
}
