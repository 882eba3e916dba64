import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isAlive, place, SAY_DONE, scriptAgent } from '../oneshot-process.ts';

/** As a worker: takes its prompt, then does what is given. */
const worker = (script: string) => `cat >/dev/null; ${script}`;
const PATIENT = ['--config', 'quick.json'];
/** For an agent that hangs; one that works may be silent for longer on a busy machine. */
const QUICK = ['--inactivity-timeout', '400ms', ...PATIENT];
const CONFIG = JSON.stringify({ retryPause: '50ms', killGrace: '300ms', resultGrace: '300ms' });

function quickPlace() {
  const at = place();
  at.write('quick.json', CONFIG);
  return at;
}

const reasons = (history: readonly { state: string; reason?: string }[]) =>
  history.flatMap(({ state, reason }) => (state === 'recoveryPending' ? [reason] : []));

describe('A worker that', () => {
  it.each([
    ['exits with 0 and no result', 'true', PATIENT, 'exited', 'empty', 0],
    ['exits with 3 and no result', 'exit 3', PATIENT, 'exited', 'crashed', 3],
    ['hangs in silence', 'sleep 60', QUICK, 'inactivity', 'stopped', null],
  ])(
    '%s is started once more, then the run fails',
    async (_, script, flags, reason, endClass, exitCode) => {
      const at = quickPlace();
      const { code } = await at.oneshot(['do it', ...flags, ...scriptAgent(at, worker(script))]);
      expect(code).toBe(1);
      const { state, reason: why, attempts } = await at.show();
      expect({ state, why }).toEqual({ state: 'failed', why: 'workerDead' });
      expect(attempts).toHaveLength(2);
      expect(attempts[0]?.end).toMatchObject({ reason, class: endClass });
      if (exitCode !== null) expect(attempts[0]?.end?.exitCode).toBe(exitCode);
    },
  );

  it('is killed by a signal is seen as killed by that signal', async () => {
    const at = quickPlace();
    await at.oneshot(['do it', ...PATIENT, ...scriptAgent(at, worker('kill -9 $$'))]);
    expect((await at.show()).attempts[0]?.end).toMatchObject({
      class: 'crashed',
      signal: 'SIGKILL',
    });
  });

  it('exits with 137 is not taken for one that was killed', async () => {
    const at = quickPlace();
    await at.oneshot(['do it', ...PATIENT, ...scriptAgent(at, worker('exit 137'))]);
    expect((await at.show()).attempts[0]?.end).toMatchObject({ exitCode: 137, signal: null });
  });

  it('hangs after its final result is salvaged: the work counts', async () => {
    const at = quickPlace();
    const script = worker(`echo '{"result":"all built"}'; sleep 60`);
    const quick = [
      '--config',
      at.write('slow-result.json', '{"killGrace":"300ms"}'),
      '--inactivity-timeout',
      '400ms',
    ];
    const { code, out } = await at.oneshot(['do it', ...quick, ...scriptAgent(at, script)]);
    expect({ code, out }).toEqual({ code: 0, out: 'all built\n' });
    expect(reasons(at.snapshot().history)).toEqual(['inactivity']);
    expect((await at.show()).attempts[0]?.end).toMatchObject({
      reason: 'inactivity',
      class: 'clean',
    });
  });

  it('does not exit after its final result is stopped after the grace, and that is a clean end', async () => {
    const at = quickPlace();
    const script = worker(`echo '{"result":"all built"}'; sleep 60`);
    const args = ['do it', '--config', 'quick.json', '--inactivity-timeout', '30s'];
    const { code } = await at.oneshot([...args, ...scriptAgent(at, script)]);
    expect(code).toBe(0);
    expect(reasons(at.snapshot().history)).toEqual([]);
    expect((await at.show()).attempts[0]?.end).toMatchObject({ reason: 'exited', class: 'clean' });
  });

  it('crashes after its final result is salvaged', async () => {
    const at = quickPlace();
    const script = worker(`echo '{"result":"all built"}'; exit 3`);
    const { code } = await at.oneshot(['do it', ...PATIENT, ...scriptAgent(at, script)]);
    expect(code).toBe(0);
    expect(reasons(at.snapshot().history)).toEqual(['exited']);
  });

  it('hangs after some words hands them to the next worker', async () => {
    const at = quickPlace();
    const script =
      'if [ -e half ]; then cat >prompt; echo finished; else cat >/dev/null; touch half; echo half way; sleep 60; fi';
    const { code } = await at.oneshot(['do it', ...QUICK, ...scriptAgent(at, script)]);
    expect(code).toBe(0);
    expect(at.read('prompt')).toContain('half way');
    expect(at.read('prompt')).toContain('- half');
    expect(at.snapshot().iteration).toBe(2);
  });

  it('changed files and said nothing left something to go on with', async () => {
    const at = quickPlace();
    const script =
      'if [ -e half ]; then cat >prompt; echo finished; else cat >/dev/null; touch half; exit 3; fi';
    await at.oneshot(['do it', ...QUICK, ...scriptAgent(at, script)]);
    expect(at.read('prompt')).toContain('- half');
  });

  it('only ever leaves partial work uses the iterations up: exit 4', async () => {
    const at = quickPlace();
    const args = [
      'do it',
      ...QUICK,
      '--max-iterations',
      '2',
      ...scriptAgent(at, worker('echo half; exit 3')),
    ];
    expect((await at.oneshot(args)).code).toBe(4);
    expect((await at.show()).attempts).toHaveLength(2);
  });

  it('prints a byte now and then without a newline is alive', async () => {
    const at = quickPlace();
    const script = worker('for i in 1 2 3 4 5 6 7 8; do printf .; sleep 0.2; done');
    expect((await at.oneshot(['do it', ...QUICK, ...scriptAgent(at, script)])).code).toBe(0);
    expect(reasons(at.snapshot().history)).toEqual([]);
  });

  it('is silent but computes is alive', async () => {
    const at = quickPlace();
    const script = worker(
      'node -e "const end = Date.now() + 1500; while (Date.now() < end);"; echo computed',
    );
    const args = ['do it', '--config', 'quick.json', '--inactivity-timeout', '600ms'];
    expect((await at.oneshot([...args, ...scriptAgent(at, script)])).code).toBe(0);
    expect(reasons(at.snapshot().history)).toEqual([]);
  });

  it('goes on and on is stopped by the attempt timeout, which activity does not put off', async () => {
    const at = quickPlace();
    const script = worker('while :; do echo x; sleep 0.1; done');
    const args = ['do it', ...QUICK, '--attempt-timeout', '700ms', '--max-iterations', '1'];
    await at.oneshot([...args, ...scriptAgent(at, script)]);
    expect(reasons(at.snapshot().history)).toEqual(['attemptCeiling']);
  });

  it('ignores SIGTERM is killed after the grace', async () => {
    const at = quickPlace();
    const script = worker("trap '' TERM; echo $$ >pid; echo begun; while :; do sleep 1; done");
    await at.oneshot(['do it', ...QUICK, '--max-iterations', '1', ...scriptAgent(at, script)]);
    expect(isAlive(Number(at.read('pid')))).toBe(false);
  });

  it.each([
    ['in its group', 'sleep 61 & echo $! >child'],
    ['in a session of its own', 'setsid sleep 62 & echo $! >child'],
    [
      're-parented',
      '(setsid sh -c "echo \\$\\$ >child; exec sleep 63" &) ; while [ ! -s child ]; do sleep 0.01; done',
    ],
  ])('leaves a child %s leaves none in the end', async (_, script) => {
    const at = quickPlace();
    const { code } = await at.oneshot([
      'do it',
      ...PATIENT,
      ...scriptAgent(at, worker(`${script}; echo did it`)),
    ]);
    expect(code).toBe(0);
    expect(isAlive(Number(at.read('child')))).toBe(false);
  });

  it('vanishes between two attempts ends the run: agentNotFound', async () => {
    const at = quickPlace();
    const script = worker('rm agent.sh; echo did it');
    const { code, err } = await at.oneshot(['do it', ...PATIENT, ...scriptAgent(at, script)]);
    expect(code).toBe(1);
    expect(at.snapshot()).toMatchObject({ state: 'failed', reason: 'agentNotFound' });
    expect(err).toContain('agent.sh');
  });

  it('gets a prompt of 200 KB, beginning with a dash, as it is', async () => {
    const at = quickPlace();
    const task = `--dash ${'x'.repeat(200_000)}`;
    const script = 'cat >prompt-$ONESHOT_ATTEMPT; echo did it';
    const { code } = await at.oneshot(['-', ...PATIENT, ...scriptAgent(at, script)], {
      input: task,
    });
    expect(code).toBe(0);
    expect(at.read('prompt-0001-worker')).toContain(task);
  });

  it('prints invalid UTF-8, a line of 20 MB and a result of 300 KB is read all the same', async () => {
    const at = quickPlace();
    const program = `
      process.stdin.resume().on('end', () => {
        process.stdout.write(Buffer.from([0xff, 0xfe, 0x0a]));
        process.stdout.write('y'.repeat(20e6) + '\\n');
        process.stdout.write('z'.repeat(300e3) + '\\n');
      });`;
    at.write('big.cjs', program);
    const script = 'exec node big.cjs';
    const { code } = await at.oneshot(['do it', '--quiet', ...scriptAgent(at, script)]);
    expect(code).toBe(0);
    const result = readFileSync(join(at.runs()[0] ?? '', 'attempts/0001-worker/result.md'), 'utf8');
    expect(result.endsWith(`${'z'.repeat(300_000)}\n`)).toBe(true);
  });

  it('mixes JSON lines with pretty-printed JSON and noise has its result read', async () => {
    const at = quickPlace();
    at.write(
      'lines',
      '{"type":"start"}\n{\n  "text": "no line"\n}\nnoise }{\n{"result":"the answer"}\n',
    );
    const { out } = await at.oneshot([
      'do it',
      ...PATIENT,
      ...scriptAgent(at, worker('cat lines')),
    ]);
    expect(out).toBe('the answer\n');
  });
});

describe('An auditor that', () => {
  it.each(
    [
      ['exits with 3 after saying done', `${SAY_DONE}; exit 3`],
      [
        'is killed after saying done in plain text',
        `cat >/dev/null; echo 'Verdict: done'; kill -9 $$`,
      ],
      ['hangs after saying done in plain text', `cat >/dev/null; echo 'Verdict: done'; sleep 60`],
    ].slice(1),
  )('%s has not said it: a half answer is no verdict', async (_, auditor) => {
    const at = quickPlace();
    const { code } = await at.oneshot([
      'do it',
      ...QUICK,
      ...scriptAgent(at, 'echo did it', auditor),
    ]);
    expect(code).toBe(1);
    expect(at.snapshot()).toMatchObject({ state: 'failed', reason: 'auditorDead' });
  });

  it('hangs after its final result has said it', async () => {
    const at = quickPlace();
    const auditor = `${SAY_DONE}; sleep 60`;
    const quick = [
      '--config',
      at.write('slow-result.json', '{"killGrace":"300ms"}'),
      '--inactivity-timeout',
      '400ms',
    ];
    const { code } = await at.oneshot([
      'do it',
      ...quick,
      ...scriptAgent(at, 'echo did it', auditor),
    ]);
    expect(code).toBe(0);
    expect(reasons(at.snapshot().history)).toEqual(['inactivity']);
  });
});

describe('Before anything starts', () => {
  it.each([
    ['an empty task', [' '], 'empty'],
    ['no task', [], 'no task'],
    ['a wrong number', ['x', '--max-iterations', 'many'], '--max-iterations'],
    ['a wrong duration', ['x', '--inactivity-timeout', '5 parsecs'], '--inactivity-timeout'],
    ['an unknown option', ['x', '--frobnicate'], '--frobnicate'],
    ['an unknown agent', ['x', '--agent', 'nobody'], 'nobody'],
    ['a missing agent', ['x', '--agent', 'command', '--agent-command', './missing'], './missing'],
    ['no command for the agent command', ['x', '--agent', 'command'], '--agent-command'],
  ])('%s is refused with exit 2 and one line, and no run is made', async (_, args, named) => {
    const at = place();
    const { code, err } = await at.oneshot(args);
    expect(code).toBe(2);
    expect(err).toContain(named);
    expect(at.runs()).toEqual([]);
  });

  it('an agent that is not executable is refused', async () => {
    const at = place();
    at.write('agent', 'echo hi');
    const { code, err } = await at.oneshot(['x', '--agent-command', './agent']);
    expect(code).toBe(2);
    expect(err).toContain('not executable');
  });
});
