import { describe, expect, it } from '@jest/globals';
import { initialContext } from '../../machines/context.ts';
import { parseChange, withChanges } from '../../services/fork-changes.ts';
import { input } from '../machines/lifecycle-events.ts';
import { settings } from './recorded-run.ts';

const hash = 'a'.repeat(64);
const task = { preview: 'do it', length: 5, hash, path: 'task.md' };
const forked = { context: initialContext(input({ task })), settings: settings('/work') };
const set = (...texts: string[]) => withChanges(forked, texts.map(parseChange));

describe('A change', () => {
  it.each([
    ['limits.attemptMs=60000', ['limits', 'attemptMs'], 60_000],
    ['reason=a=b', ['reason'], 'a=b'],
    ['reason=', ['reason'], ''],
    ['verdict=null', ['verdict'], null],
    ['diagnosis="7"', ['diagnosis'], '7'],
    ['settings.secrets=["A"]', ['settings', 'secrets'], ['A']],
  ])('%s is a place and a value', (text, path, value) => {
    expect(parseChange(text)).toEqual({ path, value });
  });

  it.each([
    '',
    'x',
    '=1',
    'a..b=1',
    '.a=1',
    'runId=x',
    'task.preview=x',
    'attempt=null',
    'phase=failed',
    'hasChecks=true',
  ])('is none: "%s"', (text) => {
    expect(() => parseChange(text)).toThrow('--set');
  });

  it('makes another context and other settings, and leaves the first as they are', async () => {
    const before = structuredClone(forked);
    const changed = await set(
      'limits.attemptMs=5',
      'iteration=2',
      'settings.agents.worker.model=big',
    );
    expect(changed.context).toEqual({
      ...forked.context,
      iteration: 2,
      limits: { ...forked.context.limits, attemptMs: 5 },
    });
    expect(changed.settings.agents.worker.model).toBe('big');
    expect(forked).toEqual(before);
  });

  it('of the checks decides whether there are any', async () => {
    const check = { name: 'true', command: 'true', timeoutMs: 1, required: true };
    expect((await set(`settings.checks=${JSON.stringify([check])}`)).context.hasChecks).toBe(true);
    expect((await set('settings.checks=[]')).context.hasChecks).toBe(false);
  });

  it.each([
    'nothing=1',
    'limits.nothing=1',
    'limits.maxIterations.x=1',
    'rounds.0=1',
    '__proto__.x=1',
    'limits.maxIterations=0',
    'limits.maxIterations=many',
    'limits=null',
    'settings.checks=[1]',
    'settings.nothing=1',
  ])('that makes no valid run is refused: %s', async (text) => {
    await expect((async () => set(text))()).rejects.toThrow('--set');
  });
});
