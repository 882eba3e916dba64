/** The campaign is worth what it notices: each of its rules is broken once, in a copy of oneshot. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { brokenCopy, type Flaw } from './broken-copy.ts';
import { killedRun } from './killed-run.ts';
import { randomOf } from './random.ts';
import { SHAPES } from './shapes.ts';

/** Runs, each killed up to seven times, until one breaks a rule. */
const MOST_RUNS = 40;

const STOPS_NOBODY: Flaw = {
  file: 'actors/process-tree.ts',
  text: 'const isRooted = rootTest(root, survey);',
  broken: 'const isRooted = () => false;',
};

const ROWS: readonly [rule: string, shape: string, noticed: RegExp, ...flaws: Flaw[]][] = [
  [
    'starts an agent while another one of its run lives',
    'linger',
    /ran while an agent of its run was alive/,
    {
      file: 'actors/recovery-actor.ts',
      text: 'const agent = livingAgent(files, host.runId);',
      broken: 'const agent = null;',
    },
    STOPS_NOBODY,
  ],
  ['leaves processes behind', 'orphan', /process \d+ is left/, STOPS_NOBODY],
  [
    'starts an agent before its record',
    'once',
    /ran without its record/,
    {
      file: 'actors/attempt-launch.ts',
      text: "writeRecordDurably(files.file('command.json'), host.redactor.redactValue(record));",
      broken: '',
    },
  ],
  [
    'forgets a recorded transition',
    'again',
    /recorded transitions are lost/,
    {
      file: 'services/journal.ts',
      text: 'for (const text of wholeLines(path)) yield read(text);',
      broken: `
        const texts = [...wholeLines(path)];
        const isOver = !texts.at(-1)?.includes('"status":"active"');
        for (const text of isOver ? texts : texts.slice(0, Math.max(1, texts.length - 1))) yield read(text);`,
    },
  ],
  [
    'remembers what follows from no event',
    'once',
    /the replay is/,
    {
      file: 'machines/updates.ts',
      text: 'return { phase };',
      broken: 'return { phase, quotaProbes: Math.floor(Math.random() * 1000) };',
    },
  ],
  [
    'gives an attempt the number of another',
    'partial',
    /was started twice/,
    {
      file: 'machines/updates.ts',
      text: 'number: (context.attempt?.number ?? 0) + 1,',
      broken:
        'number: context.attempt?.role === role ? context.attempt.number : (context.attempt?.number ?? 0) + 1,',
    },
  ],
  [
    'does again what ended with a result',
    'again',
    /was started after the result of/,
    {
      file: 'actors/recovery-actor.ts',
      text: 'const judgement = judgeRecovery(evidence);',
      broken: "const judgement = { kind: 'dead', class: 'crashed' } as const;",
    },
  ],
  [
    'writes its snapshot in place',
    'again',
    /oneshot\.json is (torn|missing)/,
    {
      file: 'services/snapshot-file.ts',
      text: 'renameSync(temporary, path);',
      // Slowly, so that few runs are needed.
      broken: `
        const cell = new Int32Array(new SharedArrayBuffer(4));
        for (const part of ['', JSON.stringify(file)]) {
          writeFileSync(path, part);
          Atomics.wait(cell, 0, 0, 30);
        }`,
    },
  ],
];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oneshot-broken-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('The campaign notices a oneshot that', () => {
  it.each(ROWS)(
    '%s',
    async (_, name, noticed, ...flaws) => {
      const program = await brokenCopy(folder, flaws);
      expect(await firstBroken(program, name)).toMatch(noticed);
    },
    120_000,
  );

  it('is broken in no other way: the same copy without a flaw passes', async () => {
    const program = await brokenCopy(folder, []);
    for (const shape of ['once', 'linger'])
      expect((await runOf(program, shape, 1)).broken).toEqual([]);
  }, 120_000);
});

/** The rules that the first run breaks which breaks any. */
async function firstBroken(program: string, shape: string): Promise<string> {
  for (let run = 0; run < MOST_RUNS; run += 1) {
    const { broken } = await runOf(program, shape, run);
    if (broken.length > 0) return broken.join('\n');
  }
  return `none of ${MOST_RUNS} runs breaks a rule`;
}

function runOf(program: string, name: string, run: number) {
  const shape = SHAPES.find((each) => each.name === name);
  if (!shape) throw new Error(`There is no shape ${name}.`);
  return killedRun({ shape, random: randomOf(1, run), kills: 7, keeps: false, program });
}
