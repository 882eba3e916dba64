/** However much an agent prints, the run goes on, the result is right, and oneshot stays small. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { isAlive, place, scriptAgent, until } from '../oneshot-process.ts';

/**
 * Megabytes that oneshot may have used at most. Node 22 and later let more garbage pile up before they collect it (up to
 * 142 measured, and no more for 300 MB of output than for 50).
 */
const PEAK_MB = Number(process.versions.node.split('.')[0]) < 22 ? 130 : 155;

describe('50 MB of output', () => {
  it.each([
    [
      'text',
      'yes "a line of some length that says nothing at all" | head -c 50000000; echo; echo did it',
      'did it',
    ],
    [
      'JSON lines',
      `yes '{"text":"${'says nothing '.repeat(20)}"}' | head -n 185000; echo '{"result":"did it"}'`,
      'did it',
    ],
    ['one line', "head -c 50000000 /dev/zero | tr '\\0' x; echo; echo did it", 'did it'],
  ])('as %s is read to its end in little memory', async (_, script, result) => {
    const at = place();
    // The auditor waits, so that the peak can be read while oneshot lives.
    const auditor = `cat >/dev/null; touch audited; while [ ! -e go ]; do sleep 0.02; done; echo '{"verdict":"done"}'`;
    const run = at.start([
      'do it',
      '--quiet',
      ...scriptAgent(at, `cat >/dev/null; ${script}`, auditor),
    ]);
    await until('the auditor is asked', () => at.exists('audited') || !isAlive(run.pid));
    const peak =
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${run.pid}/status`, 'latin1'))?.[1]) / 1024;
    at.write('go', '');
    const { code, out } = await run.ended;
    expect(code).toBe(0);
    expect(out.trimEnd().endsWith(result)).toBe(true);
    expect(peak).toBeLessThan(PEAK_MB);
  });
});

describe('A check that', () => {
  it('prints more than a string can hold does no harm: the worker gets the beginning and the end', async () => {
    const at = place();
    const command =
      'echo begin; head -c 600000000 /dev/zero | tr "\\\\0" "x"; echo; echo end; exit 1';
    const worker = 'cat >prompt-$ONESHOT_ATTEMPT; echo worked';
    const flags = ['--check', command, '--max-iterations', '2'];
    expect((await at.oneshot(['do it', ...flags, ...scriptAgent(at, worker)])).code).toBe(4);
    const prompt = at.read('prompt-0002-worker');
    expect(prompt).toContain('begin\nxxx');
    expect(prompt).toContain('xxx\nend');
    expect(prompt).toMatch(/\[… \d{9} bytes cut here; the whole output is in .*stdout …\]/);
    expect(prompt.length).toBeLessThan(60_000);
  });
});
