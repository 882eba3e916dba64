import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openActivityLog } from '../../services/activity-log.ts';
import { createRunFolder, createRunId } from '../../services/run-store.ts';
import { isAlive, type Place, place, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';

const OTHER_BOOT = {
  NODE_OPTIONS: `--require ${resolve('test/fixtures/processes/other-boot.cjs')}`,
  FAULTS_BOOT: 'before-the-power-cut',
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oneshot-lost-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hasText = (at: Place, name: string) => at.exists(name) && at.read(name) !== '';

describe('An exit record', () => {
  it('from before a power cut proves nothing: what was printed may have been lost', async () => {
    const at = place();
    const worker =
      'cat >/dev/null; echo x >>tries; echo $$ >pid; while [ ! -e go ]; do sleep 0.02; done; echo half';
    const agent = scriptAgent(at, worker, SAY_DONE);
    const run = at.start(['do it', '--json', ...agent], { env: OTHER_BOOT });
    await until('the worker has begun', () => hasText(at, 'pid'));
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    at.write('go', '');
    const [path = ''] = at.runs();
    await until('it has ended', () => existsSync(join(path, 'attempts/0001-worker/exit.json')));
    expect((await at.oneshot(['resume'])).code).toBe(0);
    expect(at.read('tries')).toBe('x\nx\n');
  });

  it('of a check that was lost half way is not taken for that of the check that runs again', async () => {
    const at = place();
    at.write(
      'checks.json',
      JSON.stringify({
        maxIterations: 1,
        checks: [
          // The second time its shell dies with it, as when the machine is out of memory: no exit is recorded.
          { command: 'if [ -e go ]; then kill -9 $PPID $$; fi' },
          'echo $$ >pid; while [ ! -e go ]; do sleep 0.02; done',
        ],
      }),
    );
    const agent = scriptAgent(at, 'cat >/dev/null; echo did it');
    const run = at.start(['do it', '--config', 'checks.json', ...agent]);
    await until('the second check runs', () => hasText(at, 'pid'));
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    at.write('go', '');
    await until('it has ended', () => !isAlive(Number(at.read('pid'))));
    await at.oneshot(['resume']);
    expect(at.snapshot().state).not.toBe('completed');
    expect(JSON.stringify(at.snapshot().snapshot)).toContain('checksFailed');
  });
});

describe('The log of what the agents did', () => {
  it.each(['{"version":1,"at":', '\0\0\0\0'])(
    'goes on behind its last whole line when a power cut left %j after it',
    (torn) => {
      const path = join(folder, 'log');
      const told = (offset: number, text: string) => [
        { at: 1, attempt: '0001-worker', offset, activity: { kind: 'text', text } as const },
      ];
      const first = openActivityLog(path);
      first.append(told(4, 'one'));
      first.close();
      writeFileSync(path, torn, { flag: 'a' });
      const second = openActivityLog(path);
      expect(second.loggedOffset('0001-worker')).toBe(4);
      second.append(told(8, 'two'));
      second.close();
      const lines = readFileSync(path, 'utf8').trim().split('\n');
      expect(lines.map((line) => JSON.parse(line).text)).toEqual(['one', 'two']);
    },
  );
});

describe('The runs folder', () => {
  it('is kept out of git also where a power cut left its .gitignore empty', () => {
    const ignore = join(folder, '.gitignore');
    writeFileSync(ignore, '');
    createRunFolder(folder, createRunId(1));
    expect(readFileSync(ignore, 'utf8')).toBe('*\n');
    writeFileSync(ignore, '!mine\n');
    createRunFolder(folder, createRunId(2));
    expect(readFileSync(ignore, 'utf8')).toBe('!mine\n');
  });
});
