import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Place, place, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';

const AUDITOR = `cat >judged-$ONESHOT_ATTEMPT; ${SAY_DONE}`;
const TAMPERING = 'cat >told-$ONESHOT_ATTEMPT; echo "exit 0" >test/check.sh; echo worked';
const CHECK = ['--check', 'sh test/check.sh', '--protect', 'test/**'];
const CHANGED = { count: 1, named: [{ path: 'test/check.sh', change: 'changed' }] };

/** A work folder with a check that fails. */
function withFailingCheck(): Place {
  const at = place();
  mkdirSync(join(at.path, 'test'));
  at.write('test/check.sh', 'exit 1\n');
  return at;
}

const newestFile = (at: Place, name: string) => join(at.runs().at(-1) ?? '', name);

describe('A worker that changes a protected file', () => {
  it('in a git work tree is told of as well', async () => {
    const at = withFailingCheck();
    await at.shell("git init -q . && echo 'judged-*' >.git/info/exclude");
    const { code } = await at.oneshot(['do it', ...CHECK, ...scriptAgent(at, TAMPERING, AUDITOR)]);
    expect(code).toBe(0);
    expect(at.read('judged-0002-auditor')).toContain('- changed test/check.sh\n');
    expect(await at.show()).toMatchObject({ state: 'completed', protectedChanges: CHANGED });
  });

  it('and puts it back has nothing said of it any more', async () => {
    const at = withFailingCheck();
    at.write('kept', 'exit 1\n');
    const worker =
      'cat >/dev/null; case $ONESHOT_ATTEMPT in 0001-*) echo "exit 0" >test/check.sh; touch test/new;; ' +
      '*) cp kept test/check.sh; rm test/new;; esac; echo worked';
    const auditor =
      'cat >judged-$ONESHOT_ATTEMPT; case $ONESHOT_ATTEMPT in 0002-*) ' +
      `echo '{"verdict":"retry","feedback":"put it back"}';; *) ${SAY_DONE};; esac`;
    const args = ['do it', '--protect', 'test', ...scriptAgent(at, worker, auditor)];
    const { code, err } = await at.oneshot(args);
    expect(code).toBe(0);
    expect(at.read('judged-0002-auditor')).toContain('- changed test/check.sh\n- added test/new\n');
    expect(at.read('judged-0004-auditor')).not.toContain('# Protected files were changed');
    expect(err).not.toContain('Protected: ');
    expect(await at.show()).toMatchObject({ protectedChanges: null });
  });

  it('is flagged also when its run fails without a judgement', async () => {
    const at = withFailingCheck();
    at.write('quick.json', '{"retryPause":"20ms","workerAttempts":1,"protect":["test/**"]}');
    const worker = 'cat >/dev/null; touch test/new; exit 3';
    const { code } = await at.oneshot([
      'do it',
      '--config',
      'quick.json',
      ...scriptAgent(at, worker),
    ]);
    expect(code).not.toBe(0);
    const named = [{ path: 'test/new', change: 'added' }];
    expect(await at.show()).toMatchObject({
      state: 'failed',
      protectedChanges: { count: 1, named },
    });
  });
});

describe('How protected files were when the run began', () => {
  it('is what counts also after a kill and a resume', async () => {
    const at = withFailingCheck();
    const worker =
      'cat >/dev/null; echo "exit 0" >test/check.sh; touch changed; while [ ! -e go ]; do sleep 0.02; done; echo worked';
    const run = at.start(['do it', ...CHECK, ...scriptAgent(at, worker, AUDITOR)]);
    await until('the worker has changed it', () => at.exists('changed'));
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    const baseline = readFileSync(newestFile(at, 'protected.json'), 'utf8');
    at.write('go', '');
    expect((await at.oneshot(['resume'])).code).toBe(0);
    expect(readFileSync(newestFile(at, 'protected.json'), 'utf8')).toBe(baseline);
    expect(await at.show()).toMatchObject({ protectedChanges: CHANGED });
  });

  it('is not asked anew when its record was taken away: that is flagged', async () => {
    const at = withFailingCheck();
    const worker =
      'cat >/dev/null; echo "exit 0" >test/check.sh; rm .oneshot/*/protected.json; touch changed; exec sleep 60';
    const run = at.start(['do it', ...CHECK, ...scriptAgent(at, worker, AUDITOR)]);
    await until('the worker has changed it', () => at.exists('changed'));
    process.kill(run.pid, 'SIGINT');
    await run.ended;
    await at.shell(`sed -i 's/rm .*sleep 60/echo worked/' agent.sh`);
    expect((await at.oneshot(['resume'])).code).toBe(0);
    const named = [{ path: 'protected.json', change: 'deleted' }];
    expect(await at.show()).toMatchObject({ protectedChanges: { count: 1, named } });
  });

  it('stands also while a run began without some of them: what comes is told', async () => {
    const at = withFailingCheck();
    const worker = 'cat >/dev/null; mkdir spec; touch spec/new; echo worked';
    const args = ['--protect', 'spec/**', '--protect', 'test/**'];
    const { err } = await at.oneshot(['do it', ...args, ...scriptAgent(at, worker)]);
    expect(err.match(/matches the protected \S+/g)).toEqual(['matches the protected spec/**.']);
    const named = [{ path: 'spec/new', change: 'added' }];
    expect(await at.show()).toMatchObject({ protectedChanges: { count: 1, named } });
  });
});

describe('What is protected', () => {
  it.each([
    ['deleting a file', 'rm test/check.sh', 'deleted test/check.sh'],
    ['making it a program', 'chmod +x test/check.sh', 'changed test/check.sh'],
    ['another target of a link', 'ln -sfn ../same test/link', 'changed test/link'],
    [
      'a pipe in place of a file',
      'rm test/check.sh; mkfifo test/check.sh',
      'deleted test/check.sh',
    ],
  ])('is safe from %s', async (_, deed, told) => {
    const at = withFailingCheck();
    await at.shell('cp test/check.sh same; ln -s check.sh test/link');
    const worker = `cat >/dev/null; ${deed}; echo worked`;
    const { err } = await at.oneshot(['do it', '--protect', 'test/**', ...scriptAgent(at, worker)]);
    expect(err).toContain(told);
  });

  it('is flagged also when the worker was cut short and its work is gone on with', async () => {
    const at = withFailingCheck();
    at.write('quick.json', '{"retryPause":"20ms","protect":["test/**"]}');
    const worker =
      'cat >/dev/null; case $ONESHOT_ATTEMPT in 0001-*) echo half; echo "exit 0" >test/check.sh; exec sleep 60;; esac; echo worked';
    const args = ['--config', 'quick.json', '--inactivity-timeout', '500ms'];
    await at.oneshot(['do it', ...args, ...scriptAgent(at, worker, AUDITOR)]);
    expect(await at.show()).toMatchObject({ protectedChanges: CHANGED });
  });

  it.each(['../x', '/etc', '{a'])(
    'cannot be %s, which is said before anything starts',
    async (pattern) => {
      const at = place();
      const { code, err } = await at.oneshot([
        'do it',
        '--protect',
        pattern,
        ...scriptAgent(at, 'cat'),
      ]);
      expect(code).toBe(2);
      expect(err).toContain(`\`--protect\` must be a glob`);
      expect(at.runs()).toEqual([]);
    },
  );

  it('stays protected in a fork, from the beginning of the run that it comes from', async () => {
    const at = withFailingCheck();
    await at.oneshot(['do it', ...CHECK, ...scriptAgent(at, TAMPERING, AUDITOR)]);
    const first = readFileSync(newestFile(at, 'protected.json'), 'utf8');
    rmSync(join(at.path, 'judged-0002-auditor'));
    const { code, err } = await at.oneshot(['fork', '--at', '1']);
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(at.runs()).toHaveLength(2);
    expect(readFileSync(newestFile(at, 'protected.json'), 'utf8')).toBe(first);
    expect(await at.show()).toMatchObject({ protectedChanges: CHANGED });
  });
});
