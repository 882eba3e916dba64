import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isAlive, place, scriptAgent, until } from '../oneshot-process.ts';

const WAITING =
  'cat >/dev/null; echo $$ >pid; echo begun; while [ ! -e go ]; do sleep 0.02; done; echo did it';

describe('oneshot stop', () => {
  it('ends a run that is going on, and everything that it started', async () => {
    const at = place();
    const run = at.start(['do it', ...scriptAgent(at, WAITING)]);
    await until('the agent has begun', () => at.exists('pid') && at.read('pid') !== '');
    expect((await at.oneshot(['stop'])).code).toBe(0);
    expect((await run.ended).code).toBe(143);
    expect(at.snapshot()).toMatchObject({ state: 'interrupted', reason: 'SIGTERM' });
    expect(isAlive(Number(at.read('pid')))).toBe(false);
  });
});

describe('oneshot logs', () => {
  it('shows what the agents did, and with -f follows the run to its end', async () => {
    const at = place();
    const run = at.start(['do it', ...scriptAgent(at, WAITING)]);
    await until('the agent has begun', () => run.err().includes('begun'));
    const logs = at.start(['logs', '-f']);
    at.write('go', '');
    await run.ended;
    const { code, out } = await logs.ended;
    expect(code).toBe(0);
    expect(out).toMatch(/0001-worker begun\n[\s\S]*0001-worker did it\n/);
    expect((await at.oneshot(['logs'])).out).toBe(out);
  });
});

describe('An id', () => {
  it('may be shortened as long as it is unique; latest is the default', async () => {
    const at = place();
    const agent = scriptAgent(at, 'cat >/dev/null; echo did it');
    await at.oneshot(['first', ...agent]);
    await at.oneshot(['second', ...agent]);
    const [first = ''] = at.runs().map((folder) => folder.split('/').at(-1) ?? '');
    expect((await at.show()).task).toBe('second');
    const shortened = await at.oneshot(['show', '--json', first.slice(0, -3)]);
    expect(JSON.parse(shortened.out).task).toBe('first');
    const ambiguous = await at.oneshot(['show', first.slice(0, 8)]);
    expect(ambiguous.code).toBe(2);
    expect(ambiguous.err).toContain('any of 2 runs');
    expect((await at.oneshot(['show', 'nothing'])).code).toBe(2);
  });
});

describe('oneshot list', () => {
  it('says of a run that cannot be read what tells why', async () => {
    const at = place();
    const folder = '.oneshot/20261124-120000-000-abcdef';
    mkdirSync(join(at.path, folder), { recursive: true });
    at.write(`${folder}/journal.ndjson`, '');
    const { code, out } = await at.oneshot(['list']);
    expect([code, out]).toEqual([
      0,
      '20261124-120000-000-abcdef  unreadable: oneshot show 20261124-120000-000-abcdef says why\n',
    ]);
    expect((await at.oneshot(['show', 'latest'])).err).toContain('was never recorded');
  });
});

describe('oneshot demo', () => {
  it('goes wrong, is judged, hangs after its work, is salvaged and done: in less than 15 seconds', async () => {
    const at = place();
    const start = Date.now();
    const { code, out, err } = await at.oneshot(['demo', '--json'], { env: { TMPDIR: at.path } });
    expect(code).toBe(0);
    expect(Date.now() - start).toBeLessThan(15_000);
    const result = JSON.parse(out.trim().split('\n').at(-1) ?? '');
    expect(result).toMatchObject({
      state: 'completed',
      iteration: 2,
      usage: { inputTokens: 4550 },
    });
    expect(result.history.map(({ state }: { state: string }) => state)).toEqual([
      'created',
      'workerExecuting',
      'auditPending',
      'auditorExecuting',
      'reiterationPending',
      'workerExecuting',
      'recoveryPending',
      'auditPending',
      'auditorExecuting',
      'completed',
    ]);
    expect(err).toContain('Demo in');
  });
});
