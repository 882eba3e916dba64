import { describe, expect, it } from '@jest/globals';
import { place, scriptAgent } from '../oneshot-process.ts';

const WORKER = 'cat >/dev/null; echo worked';
const HOOKS = JSON.stringify({ on: { completed: 'cat >told' } });

describe('A completed run', () => {
  it.each([
    ['without checks', []],
    ['with a check that is not required', ['--config', 'optional.json']],
  ])('%s is unverified wherever it is shown', async (_, args) => {
    const at = place();
    at.write('oneshot.config.json', HOOKS);
    const checks = [{ command: 'true', required: false }];
    at.write('optional.json', JSON.stringify({ checks, ...JSON.parse(HOOKS) }));
    const { code, err } = await at.oneshot(['do it', ...args, ...scriptAgent(at, WORKER)]);
    expect(code).toBe(0);
    expect(err).toContain('completed (unverified: no required check was configured)');
    expect((await at.oneshot(['list'])).out).toContain('completed (unverified)');
    const evidence = 'unverified: no required check was configured';
    expect(JSON.parse((await at.oneshot(['list', '--json'])).out)).toMatchObject({ evidence });
    expect((await at.oneshot(['show'])).out).toContain(`completed (${evidence})`);
    expect(await at.show()).toMatchObject({ verified: false, evidence });
    expect(JSON.parse(at.read('told'))).toMatchObject({ event: 'completed', evidence });
  });

  it('with a required check that passed is nowhere called unverified', async () => {
    const at = place();
    at.write('oneshot.config.json', HOOKS);
    const { err } = await at.oneshot(['do it', '--check', 'true', ...scriptAgent(at, WORKER)]);
    const list = await at.oneshot(['list']);
    const show = await at.oneshot(['show', '--json']);
    expect([err, list.out, show.out, at.read('told')].join()).not.toContain('unverified');
    expect(JSON.parse(at.read('told'))).toMatchObject({ evidence: 'verified' });
  });

  it('whose protected files were changed says so in the list and to hooks', async () => {
    const at = place();
    at.write('oneshot.config.json', HOOKS);
    at.write('kept', '');
    const args = ['--check', 'true', '--protect', 'kept'];
    await at.oneshot(['do it', ...args, ...scriptAgent(at, 'cat >kept; echo worked')]);
    expect((await at.oneshot(['list'])).out).toContain('completed (protected files were changed)');
    const protectedChanges = { count: 1, named: [{ path: 'kept', change: 'changed' }] };
    expect(JSON.parse(at.read('told'))).toMatchObject({
      evidence: 'verified, but 1 protected file was changed',
      protectedChanges,
    });
  });
});
