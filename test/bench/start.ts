/** How long a person waits for the commands that only look. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { newestRun, ONESHOT, runHappily, workFolder } from './places.ts';
import { type Bench, type Limit, type Row, ratioAtMost } from './row.ts';
import { exitOf, pairs, wallMs } from './sample.ts';

const RUNS = 1_000;

export async function measure({ root, repeat }: Bench): Promise<readonly Row[]> {
  const cwd = workFolder(join(root, 'start'));
  runHappily(cwd);
  const one = join(cwd, '.oneshot', newestRun(cwd));
  for (let index = 1; index < RUNS; index += 1) cpSync(one, `${one}-${index}`, { recursive: true });
  const command = async (name: string, arg: string, limit: Limit | null): Promise<Row> => {
    const node = (...args: string[]) => wallMs(() => exitOf(process.execPath, args, { cwd }));
    const { values, references } = await pairs(
      3 * repeat,
      () => node(ONESHOT, arg),
      () => node('-e', '0'),
    );
    return { name, unit: 'ms', values, against: { name: 'node -e 0', values: references }, limit };
  };
  return [
    await command('--version', '--version', ratioAtMost(1.3)),
    await command('--help', '--help', null),
    await command(`list of ${RUNS} runs`, 'list', null),
  ];
}
