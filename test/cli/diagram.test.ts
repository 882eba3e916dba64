import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { place, scriptAgent } from '../oneshot-process.ts';

describe('oneshot diagram', () => {
  it.each([
    ['svg', 'statechart.svg'],
    ['mermaid', 'statechart.mmd'],
    ['dot', 'statechart.dot'],
    ['json', 'statechart.json'],
  ])('prints the statechart as %s', async (format, file) => {
    const { code, out } = await place().oneshot(['diagram', '--format', format]);
    expect({ code, out }).toEqual({ code: 0, out: readFileSync(`visualizations/${file}`, 'utf8') });
  });

  it('refuses a format that it does not know, with those that it does', async () => {
    const { code, err } = await place().oneshot(['diagram', '--format', 'paper']);
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringContaining('svg, mermaid, dot, json'),
    });
  });
});

describe('oneshot show --svg', () => {
  it('draws the way of a run into a file', async () => {
    const at = place();
    await at.oneshot(['do it', ...scriptAgent(at, 'cat >/dev/null; echo did it')]);
    expect((await at.oneshot(['show', '--svg', 'way.svg'])).code).toBe(0);
    expect(at.read('way.svg')).toMatch(/^<svg .*class="statechart of-run"/);
    expect(at.read('way.svg')).toContain(
      'id="state-completed" class="state ended final visited current"',
    );
    expect((await at.oneshot(['show', '--svg', 'no/such/folder.svg'])).code).toBe(2);
  });
});
