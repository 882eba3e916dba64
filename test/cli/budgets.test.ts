/** Budgets hold over kills and resumes: what was used lies in the record, not in a process. */
import { describe, expect, it } from '@jest/globals';
import { type Place, place, type Started, until } from '../oneshot-process.ts';

const usage = (inputTokens: number, costUsd: number) => ({ usage: { inputTokens, costUsd } });
const again = { verdict: 'retry', feedback: 'once more' };

function scripted(at: Place, scenario: object): string[] {
  return ['--agent', 'scripted', '--', at.write('scenario.json', JSON.stringify(scenario))];
}

const isTold = (run: Started, state: string) => () => run.out().includes(`"state":"${state}"`);

describe('A budget', () => {
  it('of money ends the run before the attempt that it no longer covers, with exit 4, and goes on with a larger one', async () => {
    const at = place();
    const worker = [[usage(10, 0.6), { result: 'did it' }]];
    const agent = scripted(at, { worker, auditor: [[usage(1, 0.1), again]] });
    const { code, err } = await at.oneshot(['x', '--max-cost', '1', ...agent]);
    expect(code).toBe(4);
    expect(err).toContain('--max-cost');
    expect(await at.show()).toMatchObject({ state: 'failed', reason: 'maxCost', iteration: 2 });
    expect((await at.oneshot(['resume'])).code).toBe(4);
    expect((await at.show()).attempts).toHaveLength(3);
    expect((await at.oneshot(['resume', '--max-cost', '2'])).code).toBe(4);
    const { attempts, usage: used } = await at.show();
    expect(attempts).toHaveLength(6);
    expect(used.costUsd).toBeCloseTo(2.1);
  });

  it('of tokens stops the very attempt that uses it up', async () => {
    const at = place();
    const agent = scripted(at, {
      worker: [[usage(60, 0), { pause: 50 }, usage(120, 0), { hang: true }]],
    });
    const { code } = await at.oneshot(['x', '--max-tokens', '100', ...agent]);
    expect(code).toBe(4);
    const { reason, attempts, usage: used } = await at.show();
    expect({ reason, used: used.inputTokens }).toEqual({ reason: 'maxTokens', used: 120 });
    expect(attempts[0]?.end).toMatchObject({ reason: 'budget' });
  });

  it('of time ends an attempt that would go beyond it', async () => {
    const at = place();
    const agent = scripted(at, { worker: [[{ say: 'I begin' }, { hang: true }]] });
    const { code } = await at.oneshot(['x', '--max-time', '1s', ...agent]);
    expect(code).toBe(4);
    expect(await at.show()).toMatchObject({ reason: 'maxTime' });
  });

  it('is not exceeded by killing and resuming oneshot again and again', async () => {
    const at = place();
    const worker = [[usage(10, 0.3), { say: 'on it' }, { pause: 100 }, { result: 'did it' }]];
    const agent = scripted(at, { worker, auditor: [[usage(1, 0.1), again]] });
    at.write('config.json', '{"maxLosses": 100}');
    const args = ['--json', '--max-cost', '1', '--max-iterations', '50', '--config', 'config.json'];
    let run = at.start(['x', ...args, ...agent]);
    for (let kill = 0; kill < 8; kill += 1) {
      await until('it is at work or over', () => isTold(run, 'workerExecuting')() || isOver(run));
      if (isOver(run)) break;
      process.kill(run.pid, 'SIGKILL');
      await run.ended;
      run = at.start(['resume', '--json']);
    }
    expect((await run.ended).code).toBe(4);
    const { reason, usage: used } = await at.show();
    expect(reason).toBe('maxCost');
    expect(used.costUsd).toBeLessThanOrEqual(1.4);
  }, 60_000);
});

describe('A run under which oneshot is lost again and again', () => {
  it('with nothing to show for it ends instead of burning on, and goes on when a person says so', async () => {
    const at = place();
    at.write('config.json', '{"maxLosses": 2, "retryPause": "10ms"}');
    const agent = scripted(at, {
      worker: [[{ until: 'go' }, { result: 'did it' }]],
      auditor: [[{ verdict: 'done' }]],
    });
    let run = at.start(['x', '--json', '--config', 'config.json', ...agent]);
    for (let loss = 0; loss < 2; loss += 1) {
      await until('an agent is at work', () => /"event":"agent.started"/.test(run.out()));
      const { pid } = await lastAttempt(at);
      process.kill(run.pid, 'SIGKILL');
      await run.ended;
      process.kill(pid, 'SIGKILL');
      run = at.start(['resume', '--json']);
    }
    expect((await run.ended).code).toBe(1);
    expect(await at.show()).toMatchObject({ state: 'failed', reason: 'crashLoop' });
    at.write('go', '');
    expect((await at.oneshot(['resume'])).code).toBe(0);
  });
});

async function lastAttempt(at: Place): Promise<{ pid: number }> {
  const { history } = await at.show();
  return { pid: history.at(-1)?.pid ?? 0 };
}

function isOver(run: Started): boolean {
  return run.out().includes('"type":"result"');
}
