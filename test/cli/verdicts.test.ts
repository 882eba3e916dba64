import { describe, expect, it } from '@jest/globals';
import { place, SAY_DONE, scriptAgent } from '../oneshot-process.ts';

const states = (history: readonly { state: string }[]) => history.map(({ state }) => state);

/** An auditor that says retry at first, and then what it is given. */
const retryThen = (then: string) =>
  `cat >prompt-$ONESHOT_ATTEMPT; if [ -e judged ]; then ${then}; else touch judged; echo 'Not yet.
{"verdict": "retry", "feedback": "mend the flux", "findings": ["flux.c: leaks"]}'; fi`;

describe('A run', () => {
  it('is completed when the auditor says done, and exits with 0', async () => {
    const at = place();
    const { code, out } = await at.oneshot(['do it', ...scriptAgent(at, 'echo did it')]);
    expect(code).toBe(0);
    expect(out).toBe('did it\n');
    expect(states(at.snapshot().history)).toEqual([
      'created',
      'workerExecuting',
      'auditPending',
      'auditorExecuting',
      'completed',
    ]);
    expect(await at.show()).toMatchObject({
      verdict: 'done',
      verified: false,
      usage: { costUsd: null },
    });
  });

  it("hands the auditor's feedback to the next worker, and its history to the next auditor", async () => {
    const at = place();
    const worker = 'cat >prompt-$ONESHOT_ATTEMPT; echo worked';
    const { code } = await at.oneshot(['do it', ...scriptAgent(at, worker, retryThen(SAY_DONE))]);
    expect(code).toBe(0);
    expect(at.read('prompt-0001-worker')).not.toContain('flux');
    expect(at.read('prompt-0003-worker')).toContain('mend the flux');
    expect(at.read('prompt-0003-worker')).toContain('flux.c: leaks');
    expect(at.snapshot().iteration).toBe(2);
  });

  it('tells the next auditor what was found before, and the current result only', async () => {
    const at = place();
    const worker = 'cat >/dev/null; echo "result of $ONESHOT_ATTEMPT"';
    const then = 'echo \'{"verdict":"done"}\'';
    await at.oneshot(['do it', ...scriptAgent(at, worker, retryThen(then))]);
    const prompt = at.read('prompt-0004-auditor');
    expect(prompt).toContain('result of 0003-worker');
    expect(prompt).not.toContain('result of 0001-worker');
    expect(prompt).toContain('iteration 1: retry: mend the flux');
  });

  it('is rejected when the auditor says impossible, exits with 3, and cannot be resumed', async () => {
    const at = place();
    const auditor =
      'cat >/dev/null; echo \'{"verdict":"impossible","feedback":"there is no network"}\'';
    const { code } = await at.oneshot(['do it', ...scriptAgent(at, 'echo tried', auditor)]);
    expect(code).toBe(3);
    const resumed = await at.oneshot(['resume']);
    expect(resumed.code).toBe(3);
    expect(resumed.err).toContain('there is no network');
    expect(at.snapshot().state).toBe('rejected');
  });

  it('fails when its iterations are used up, exits with 4, and goes on with more of them', async () => {
    const at = place();
    const agent = scriptAgent(at, 'cat >/dev/null; echo worked', retryThen(SAY_DONE));
    const { code } = await at.oneshot(['do it', '--max-iterations', '1', ...agent]);
    expect(code).toBe(4);
    expect(at.snapshot()).toMatchObject({ state: 'failed', reason: 'maxIterations' });
    expect((await at.oneshot(['resume'])).code).toBe(4);
    expect((await at.oneshot(['resume', '--max-iterations', '2'])).code).toBe(0);
    expect(at.snapshot()).toMatchObject({ state: 'completed', iteration: 2 });
  });

  it('asks the auditor again when its answer cannot be read, says why, and never asks the worker for that', async () => {
    const at = place();
    const auditor = 'cat >prompt-$ONESHOT_ATTEMPT; echo "It is not done yet, I would say."';
    const { code } = await at.oneshot([
      'do it',
      ...scriptAgent(at, 'cat >/dev/null; echo worked', auditor),
    ]);
    expect(code).toBe(1);
    expect(at.snapshot()).toMatchObject({ state: 'failed', reason: 'auditorUnreadable' });
    expect((await at.show()).attempts.map(({ role }) => role)).toEqual([
      'worker',
      'auditor',
      'auditor',
    ]);
    expect(at.read('prompt-0003-auditor')).toContain('Your last answer was not taken');
  });

  it('says of a completed run that it is completed, and starts nothing', async () => {
    const at = place();
    await at.oneshot(['do it', ...scriptAgent(at, 'echo x >>starts; echo did it')]);
    const { code, err } = await at.oneshot(['resume']);
    expect(code).toBe(0);
    expect(err).toContain('completed already');
    expect(at.read('starts')).toBe('x\n');
  });
});
