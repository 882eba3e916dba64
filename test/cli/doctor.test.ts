import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Finding } from '../../services/doctor.ts';
import { isAlive, type Place, place, scriptAgent, until } from '../oneshot-process.ts';

const PI = { 'bin/pi': '#!/bin/sh\necho 0.73.1\n' };

async function doctor(at: Place, programs: Record<string, string> = PI, args: string[] = []) {
  mkdirSync(join(at.path, 'bin'), { recursive: true });
  for (const [name, script] of Object.entries(programs)) at.write(name, script);
  const env = { PATH: `${join(at.path, 'bin')}:/usr/bin:/bin`, TMPDIR: at.path };
  const { code, out } = await at.oneshot(['doctor', '--json', ...args], { env });
  const findings: Finding[] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  // Tests of other files run beside this one, with processes of their own.
  const about = (check: string) => findings.filter((finding) => finding.check === check);
  return { code, findings, about };
}

const LASTING = 'cat >/dev/null; echo $$ >pid; sleep 300';

/** A run whose oneshot was killed while its agent goes on. */
async function lostRun(at: Place): Promise<{ run: string; pid: number }> {
  const started = at.start(['do it', ...scriptAgent(at, LASTING)]);
  await until('the agent runs', () => at.exists('pid') && at.read('pid') !== '');
  process.kill(started.pid, 'SIGKILL');
  await started.ended;
  return { run: at.runs()[0]?.split('/').at(-1) ?? '', pid: Number(at.read('pid')) };
}

describe('oneshot doctor', () => {
  it('finds node, git, the agents, folders, clock and disk in order, and says so', async () => {
    const at = place();
    const { findings, about } = await doctor(at);
    expect(about('node')[0]).toMatchObject({ status: 'ok', advice: null });
    expect(about('pi')[0]).toMatchObject({ status: 'ok', message: `0.73.1 (${at.path}/bin/pi)` });
    for (const check of ['git', 'runs folder', 'lock folder', 'clock', 'locks'])
      expect(about(check)).toEqual([expect.objectContaining({ status: 'ok' })]);
    expect(findings.every(({ status, advice }) => status === 'ok' || advice !== null)).toBe(true);
    expect(at.exists('.oneshot')).toBe(false);
  });

  it('says of an agent that would be refused why, and not that it should be installed anew', async () => {
    // As this user or as root, it is refused only where it would be.
    const { about } = await doctor(place(), { 'bin/claude': '#!/bin/sh\necho 2.1.330\n' });
    const isRoot = process.getuid?.() === 0;
    expect(about('claude')).toEqual([
      expect.objectContaining(
        isRoot
          ? {
              status: 'warning',
              message: expect.stringMatching(/as root.* set IS_SANDBOX=1 yourself\.$/),
              advice: expect.stringContaining('take another agent'),
            }
          : { status: 'ok' },
      ),
    ]);
  });

  it.each([
    ['no agent is installed', {}, [], 'agents', 'npm install -g'],
    [
      'a configured agent is missing',
      { ...PI, 'oneshot.config.json': '{"workerAgent":"cline"}' },
      [],
      'cline',
      'npm install -g cline',
    ],
    [
      'a configured agent does not start',
      { 'bin/pi': '#!/bin/sh\nexit 3\n', 'oneshot.config.json': '{"agent":"pi"}' },
      [],
      'pi',
      'pi --version',
    ],
    [
      'the runs folder cannot be written to',
      PI,
      ['--runs-dir', '/proc/runs'],
      'runs folder',
      '--runs-dir',
    ],
  ])(
    'calls it a problem when %s, and says what to do',
    async (_, programs, args, check, advice) => {
      const { code, about } = await doctor(place(), programs, args);
      expect(code).toBe(1);
      expect(about(check)).toContainEqual(
        expect.objectContaining({ status: 'problem', advice: expect.stringContaining(advice) }),
      );
    },
  );

  it('only warns of an agent that does not start and is not asked for', async () => {
    const { about } = await doctor(place(), { ...PI, 'bin/cline': '#!/bin/sh\nexit 3\n' });
    expect(about('cline')[0]).toMatchObject({ status: 'warning' });
  });

  it('finds a run that was lost, and its agent that works for nobody', async () => {
    const at = place();
    const { run, pid } = await lostRun(at);
    const { code, about } = await doctor(at);
    expect(code).toBe(1);
    expect(about('locks')[0]).toMatchObject({
      status: 'warning',
      advice: expect.stringContaining(`oneshot resume ${run}`),
    });
    const orphan = about('orphans').find(({ message }) => message.includes(run));
    expect(orphan).toMatchObject({
      status: 'problem',
      message: expect.stringContaining(`${pid} `),
      advice: expect.stringContaining(`oneshot stop ${run}`),
    });
    expect((await at.oneshot(['stop', run])).code).toBe(0);
    expect(isAlive(pid)).toBe(false);
    const after = await doctor(at);
    expect(after.about('locks')[0]).toMatchObject({ status: 'ok' });
    expect(after.about('orphans').some(({ message }) => message.includes(run))).toBe(false);
  });

  it('finds it from another runs folder too, by where its processes work', async () => {
    const at = place();
    const { run } = await lostRun(at);
    const { about } = await doctor(at, PI, ['--runs-dir', 'elsewhere']);
    const orphan = about('orphans').find(({ message }) => message.includes(run));
    expect(orphan?.advice).toContain(`--runs-dir ${at.path}/.oneshot`);
  });

  it('says how to end what is left of a run that is over', async () => {
    const at = place();
    await at.oneshot(['do it', ...scriptAgent(at, 'cat >/dev/null; echo did it')]);
    const run = at.runs()[0]?.split('/').at(-1) ?? '';
    const env = { ...process.env, ONESHOT_RUN: run };
    const left = spawn('sleep', ['300'], { env, detached: true, stdio: 'ignore' });
    try {
      const { about } = await doctor(at);
      const orphan = about('orphans').find(({ message }) => message.includes(run));
      expect(orphan?.advice).toBe(`The run is completed. End them: kill ${left.pid}`);
    } finally {
      left.kill('SIGKILL');
    }
  });

  it('leaves a run that is going on alone', async () => {
    const at = place();
    const started = at.start(['do it', ...scriptAgent(at, LASTING)]);
    await until('the agent runs', () => at.exists('pid') && at.read('pid') !== '');
    const run = at.runs()[0]?.split('/').at(-1) ?? '';
    const { findings } = await doctor(at);
    expect(findings.filter(({ message }) => message.includes(run))).toEqual([]);
    process.kill(started.pid, 'SIGTERM');
    await started.ended;
  });

  it('finds a lock that cannot be read, and a clock that went backwards', async () => {
    const at = place();
    await at.oneshot(['do it', ...scriptAgent(at, 'cat >/dev/null; echo did it')]);
    const folder = at.runs()[0] ?? '';
    writeFileSync(join(folder, 'lock'), '{"torn":');
    const file = join(folder, 'oneshot.json');
    const later = { ...at.snapshot(), updatedAt: Date.now() + 3_600_000 };
    chmodSync(file, 0o600);
    writeFileSync(file, JSON.stringify(later));
    const { about } = await doctor(at);
    expect(about('locks')[0]).toMatchObject({
      status: 'problem',
      advice: expect.stringContaining('delete the file'),
    });
    expect(about('clock')[0]).toMatchObject({ status: 'warning' });
  });

  it('has lines for a person, with what to do below', async () => {
    const at = place();
    const { out } = await at.oneshot(['doctor'], {
      env: { PATH: '/usr/bin:/bin', TMPDIR: at.path },
    });
    expect(out).toMatch(/^ok +node +Node \d+/m);
    expect(out).toMatch(/^problem +agents +No agent is installed\.\n {22}Install one/m);
  });
});
