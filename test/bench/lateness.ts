/** How much later than its timeout a hang is noticed: from the last output to the record. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HAPPY, newestRun, workFolder } from './places.ts';
import { type Bench, type Row, valueAtMost } from './row.ts';
import { exitOf } from './sample.ts';

const TIMEOUT_MS = 1_000;

export async function measure({ root, repeat }: Bench): Promise<readonly Row[]> {
  const values: number[] = [];
  for (let round = 0; round < repeat; round += 1) values.push(await lateness(root, round));
  return [
    {
      name: `inactivity of ${TIMEOUT_MS} ms is noticed late by`,
      unit: 'ms',
      values,
      against: null,
      limit: valueAtMost(150),
    },
  ];
}

async function lateness(root: string, round: number): Promise<number> {
  const cwd = workFolder(join(root, `late-${round}`), 'echo begun; sleep 30');
  const limits = ['--inactivity-timeout', `${TIMEOUT_MS}ms`, '--max-iterations', '1'];
  await exitOf(process.execPath, [...HAPPY, ...limits], { cwd });
  const read = (path: string) =>
    JSON.parse(readFileSync(join(cwd, '.oneshot', newestRun(cwd), path), 'utf8'));
  const { history } = read('oneshot.json');
  const noticed = history.find(({ state }: { state: string }) => state === 'recoveryPending').at;
  return noticed - read('attempts/0001-worker/stop.json').liveness.outputAt - TIMEOUT_MS;
}
