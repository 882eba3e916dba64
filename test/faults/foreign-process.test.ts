import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isAlive, type Place, place, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';

const WORKER =
  'cat >/dev/null; echo x >>tries; echo $$ >pid; while [ ! -e go ]; do sleep 0.02; done; echo did it';

const hasText = (at: Place, name: string) => at.exists(name) && at.read(name) !== '';

describe('A process that has the recorded pid of an agent', () => {
  it.each(['resume', 'stop'])(
    'but is another is neither waited for nor signalled by %s',
    async (command) => {
      const at = place();
      const run = at.start(['do it', ...scriptAgent(at, WORKER, SAY_DONE)]);
      await until('the worker is at work', () => hasText(at, 'pid'));
      await until('its process is recorded', () => at.snapshot().seq >= 2);
      process.kill(run.pid, 'SIGKILL');
      await run.ended;
      const agent = Number(at.read('pid'));
      process.kill(agent, 'SIGKILL');
      await until('the worker is gone', () => !isAlive(agent));
      const other = at.startProgram('/bin/sleep', ['60']);
      takePid(join(at.runs()[0] ?? '', 'attempts/0001-worker'), other.pid);
      at.write('go', '');
      expect((await at.oneshot([command])).code).toBe(0);
      expect(isAlive(other.pid)).toBe(true);
      process.kill(other.pid, 'SIGKILL');
      if (command === 'resume') expect(at.read('tries')).toBe('x\nx\n');
    },
  );
});

/** The records of an attempt as they would be if its pids had been given to another process. */
function takePid(attempt: string, pid: number): void {
  const path = join(attempt, 'process.json');
  const record = JSON.parse(readFileSync(path, 'utf8'));
  for (const each of [record.agent, record.wrapper]) if (each) each.pid = pid;
  writeFileSync(path, JSON.stringify(record));
  writeFileSync(join(attempt, 'pid'), `${pid}\n`);
}
