import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Place, place, scriptAgent, until } from '../oneshot-process.ts';
import { prepared } from '../prepared-place.ts';
import { doctorJournal } from '../services/journals.ts';

/** Writes down every process that is started, whoever starts it. */
const SPY = `const { appendFileSync } = require('node:fs');
const child = require('node:child_process');
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']) {
  const original = child[name];
  child[name] = (...args) => {
    appendFileSync(process.env.SPY, name + '\\n');
    return original(...args);
  };
}
require('node:module').syncBuiltinESMExports();
`;

const ranPlace = prepared(async () => {
  const at = place();
  const { code } = await at.oneshot(['do it', ...scriptAgent(at, 'cat >/dev/null; echo did it')]);
  expect(code).toBe(0);
  return at;
});

async function withRun(): Promise<Place & { journal: string }> {
  const at = await ranPlace();
  return { ...at, journal: join(at.runs()[0] ?? '', 'journal.ndjson') };
}

/** Makes the replay differ at seq 3. */
function divert(journal: string): void {
  doctorJournal(journal, (lines) => {
    if (lines[3]) lines[3].context.iteration = 7;
    return lines;
  });
}

describe('oneshot replay', () => {
  it('prints each step with its event, its state and what it changed, and that all came out the same', async () => {
    const at = await withRun();
    const { code, out } = await at.oneshot(['replay']);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {3}0 {2}\d{4}-\d\d-\d\dT[\d:.]+Z {2}xstate\.init → created\n/);
    expect(out).toContain('run.start → workerExecuting.live\n      iteration: 0 → 1\n');
    expect(out.trim().split('\n').at(-1)).toBe(`identical  ${at.journal}: 7 steps`);
  });

  it('prints the same as lines of JSON', async () => {
    const at = await withRun();
    const { out } = await at.oneshot(['replay', '--json']);
    const lines = out
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(lines).toHaveLength(8);
    expect(lines[1]).toMatchObject({
      type: 'step',
      seq: 1,
      event: { type: 'run.start' },
      state: 'workerExecuting',
    });
    expect(lines[1].changes).toContainEqual({ path: 'iteration', before: 0, after: 1 });
    expect(lines[7]).toMatchObject({ type: 'replay', kind: 'identical', steps: 7 });
  });

  it('prints the snapshot at a step', async () => {
    const at = await withRun();
    const { code, out } = await at.oneshot(['replay', '--at', '1']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      seq: 1,
      value: { workerExecuting: 'live' },
      context: { iteration: 1 },
    });
    expect(await at.oneshot(['replay', '--at', '99'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('0 to 6'),
    });
    expect(await at.oneshot(['replay', '--at', 'x'])).toMatchObject({ code: 2 });
  });

  it('with --verify says only how it went: 0, or 1 with the first divergence, or 2 for a journal that tells nothing', async () => {
    const at = await withRun();
    expect(await at.oneshot(['replay', '--verify'])).toMatchObject({
      code: 0,
      out: `identical  ${at.journal}: 7 steps\n`,
    });
    divert(at.journal);
    const diverged = await at.oneshot(['replay', '--verify', '--json']);
    expect(diverged.code).toBe(1);
    expect(JSON.parse(diverged.out)).toMatchObject({
      kind: 'diverged',
      seq: 3,
      path: 'context.iteration',
      expected: 7,
      actual: 1,
    });
    expect((await at.oneshot(['replay'])).code).toBe(1);
    writeFileSync(at.journal, `${readFileSync(at.journal, 'utf8').replace('"seq":2', '"seq":3')}`);
    expect(await at.oneshot(['replay', '--verify'])).toMatchObject({
      code: 2,
      out: expect.stringContaining(`${at.journal}:3`),
    });
  });

  it('with --all goes through all that a pattern means, whatever is wrong with one of them', async () => {
    const at = await withRun();
    await at.oneshot(['again', ...scriptAgent(at, 'cat >/dev/null; echo did it')]);
    await at.oneshot(['and again', ...scriptAgent(at, 'cat >/dev/null; echo did it')]);
    divert(join(at.runs()[0] ?? '', 'journal.ndjson'));
    writeFileSync(join(at.runs()[1] ?? '', 'journal.ndjson'), 'x\n');
    const words = ({ out }: { out: string }) =>
      out
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]);
    for (const pattern of ['*', '.oneshot/*', '.oneshot/**/journal.ndjson']) {
      const all = await at.oneshot(['replay', '--all', pattern]);
      expect([all.code, words(all)]).toEqual([1, ['diverged', 'corrupt', 'identical']]);
    }
    expect(await at.oneshot(['replay', '--all', 'nothing*'])).toMatchObject({ code: 2 });
  });

  it('takes a journal by its path', async () => {
    const at = await withRun();
    for (const path of [at.journal, at.runs()[0] ?? '']) {
      expect((await at.oneshot(['replay', '--verify', path])).code).toBe(0);
    }
  });

  it('starts no process, whatever it is asked', async () => {
    const at = await withRun();
    const env = {
      NODE_OPTIONS: `--require ${at.write('spy.cjs', SPY)}`,
      SPY: join(at.path, 'spied'),
      DISPLAY: ':0',
    };
    for (const flags of [[], ['--verify'], ['--json'], ['--at', '2'], ['--all', '*']]) {
      expect((await at.oneshot(['replay', ...flags], { env })).code).toBe(0);
    }
    const playing = at.start(['replay', '--speed', '1000'], { env });
    await until('it serves', () => playing.out().includes('\n'));
    process.kill(playing.pid, 'SIGTERM');
    await playing.ended;
    expect(at.exists('spied')).toBe(false);
    await at.oneshot(['do it', ...scriptAgent(at, 'cat >/dev/null; echo did it')], { env });
    expect(at.exists('spied')).toBe(true);
  });

  it('goes on to its end when its reader has enough', async () => {
    const at = await withRun();
    const { out } = await at.shell(
      `"$NODE" "$ONESHOT" replay --json | head -n 1; echo "\${PIPESTATUS[0]}"`,
    );
    expect(out).toMatch(/^\{"type":"step".*\}\n0\n$/);
  });

  it.each(['0', '-1', 'fast', ''])('refuses the speed "%s"', async (speed) => {
    const at = await withRun();
    expect((await at.oneshot(['replay', `--speed=${speed}`])).code).toBe(2);
  });
});
