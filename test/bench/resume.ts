/** Going on with a long run: its whole history is read before its next attempt starts. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunHeader } from '../../services/journal.ts';
import { runFolder } from '../../services/run-store.ts';
import { writeLongJournal } from './long-run.ts';
import { newestRun, ONESHOT, runHappily, workFolder } from './places.ts';
import { type Bench, type Row, ratioAtMost } from './row.ts';
import { exitOf, pairs, wallMs } from './sample.ts';

const LONG = 10_000;
const SHORT = 10;

export async function measure({ root, repeat }: Bench): Promise<readonly Row[]> {
  const cwd = workFolder(join(root, 'resume'));
  runHappily(cwd);
  const journal = join(cwd, '.oneshot', newestRun(cwd), 'journal.ndjson');
  const [first = ''] = readFileSync(journal, 'utf8').split('\n');
  const header: RunHeader = JSON.parse(first).run;
  const { values, references } = await pairs(
    repeat,
    () => resume(cwd, header, LONG),
    () => resume(cwd, header, SHORT),
  );
  return [
    {
      name: `resume of a run with ${LONG} transitions, to its end`,
      unit: 'ms',
      values,
      against: { name: `of one with ${SHORT}`, values: references },
      limit: ratioAtMost(5),
    },
  ];
}

/** Interrupted in the last audit, so that going on is one auditor, who says `done`. */
async function resume(cwd: string, header: RunHeader, transitions: number): Promise<number> {
  const id = `long-${transitions}`;
  const folder = runFolder(join(cwd, '.oneshot'), id);
  rmSync(folder.path, { recursive: true, force: true });
  mkdirSync(join(folder.path, 'attempts'), { recursive: true });
  for (const file of ['task.md', 'do it.md', 'result.md', 'do it better.md'])
    writeFileSync(join(folder.path, file), 'text');
  const events = transitions - (transitions % 6);
  const interrupt = { type: 'run.interrupt', reason: 'SIGINT' } as const;
  writeLongJournal(folder.journal, { events, header: { ...header, id }, last: [interrupt] });
  const ms = await wallMs(async () => {
    const code = await exitOf(process.execPath, [ONESHOT, 'resume', id, '--quiet'], { cwd });
    if (code !== 0) throw new Error(`The resume of ${id} ended with ${code}.`);
  });
  return ms;
}
