import { describe, expect, it } from '@jest/globals';
import { place, SAY_DONE, type Started, scriptAgent, until } from '../oneshot-process.ts';
import { begin, left, told } from './interrupted-runs.ts';

describe('An interruption', () => {
  it.each(Array.from({ length: 12 }, (_, index) => index))(
    'right after transition %i of a run leaves nothing behind and loses nothing',
    async (index) => {
      const at = place();
      const worker = 'grep -q "once more" && touch again; echo did it';
      const auditor = `if [ -e again ]; then ${SAY_DONE}; else echo '{"verdict":"retry","feedback":"once more"}'; fi`;
      const run = begin(at, scriptAgent(at, worker, auditor));
      await until('the transition is told', () => told(run).length > index || !isGoingOn(run));
      if (isGoingOn(run)) process.kill(run.pid, 'SIGINT');
      const { code } = await run.ended;
      expect([0, 130]).toContain(code);
      expect(left(at)).toBe(0);
      expect((await at.oneshot(['resume'])).code).toBe(0);
      const { state, iteration, attempts } = await at.show();
      expect(state).toBe('completed');
      expect(iteration).toBe(2);
      expect(new Set(attempts.map(({ number }) => number)).size).toBe(attempts.length);
    },
  );
});

function isGoingOn(run: Started): boolean {
  return !run.out().includes('"type":"result"');
}
