import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type GitCall, gitEnvironment, runGit } from '../../actors/git-command.ts';
import { isAlive, until } from '../oneshot-process.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A git that does what a script says. */
function fakeGit(script: string) {
  const folder = mkdtempSync(join(tmpdir(), 'oneshot-fake-git-'));
  folders.push(folder);
  writeFileSync(join(folder, 'git'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'git'), 0o755);
  const environment = { PATH: `${folder}:${process.env.PATH}`, HOME: folder };
  const run = (call: Partial<GitCall> = {}) => runGit({ args: ['status'], environment, ...call });
  return { run, path: (name: string) => join(folder, name) };
}

describe('A call of git', () => {
  it('gives what git prints and says, and takes what it is to read', async () => {
    const { run } = fakeGit('cat; echo said >&2');
    const given = await run({ input: Buffer.from([0xff, 0x00, 0x41]) });
    expect(given).toEqual({
      out: Buffer.from([0xff, 0x00, 0x41]),
      err: 'said\n',
      isCut: false,
      exitCode: 0,
    });
  });

  it('is ended when it takes longer than its limit, and says so', async () => {
    const { run, path } = fakeGit('echo $$ >"$HOME/pid"; exec sleep 60');
    await expect(run({ timeoutMs: 300 })).rejects.toMatchObject({
      failure: 'timedOut',
      message: 'git status took longer than the limit of 0.3 s and was ended.',
    });
    expect(isAlive(Number(readFileSync(path('pid'), 'utf8')))).toBe(false);
  });

  it('is ended when nobody wants it any more', async () => {
    const { run, path } = fakeGit('echo $$ >"$HOME/pid"; exec sleep 60');
    const left = new AbortController();
    const running = run({ signal: left.signal });
    await until(
      'git has begun',
      () => existsSync(path('pid')) && readFileSync(path('pid'), 'utf8') !== '',
    );
    left.abort();
    await expect(running).rejects.toMatchObject({ failure: 'aborted' });
    expect(isAlive(Number(readFileSync(path('pid'), 'utf8')))).toBe(false);
  });

  it('ends though a process that git left holds its output open', async () => {
    const { run, path } = fakeGit('sleep 60 & echo $! >"$HOME/child"; exec sleep 60');
    await expect(run({ timeoutMs: 300 })).rejects.toMatchObject({ failure: 'timedOut' });
    process.kill(Number(readFileSync(path('child'), 'utf8')));
  });

  it('gives the beginning of more than is wanted', async () => {
    const { run } = fakeGit('exec yes');
    const { out, isCut } = await run({ atMostBytes: 10 });
    expect([out.toString(), isCut]).toEqual(['y\ny\ny\ny\ny\n', true]);
  });

  it('fails with the exit code and what git complained about, but for the codes that are answers', async () => {
    const { run } = fakeGit('echo "fatal: no way" >&2; exit 3');
    await expect(run()).rejects.toMatchObject({
      failure: 'failed',
      exitCode: 3,
      message: 'git status exited with code 3: fatal: no way',
    });
    expect((await run({ mayFail: [3] })).exitCode).toBe(3);
  });

  it('fails when git is not there', async () => {
    const call = runGit({ args: ['status'], environment: { PATH: '/nowhere' } });
    await expect(call).rejects.toMatchObject({ failure: 'notInstalled' });
  });

  it('does not go on when git ends without reading what it is given', async () => {
    const { run } = fakeGit('exit 0');
    expect((await run({ input: Buffer.alloc(5_000_000) })).exitCode).toBe(0);
  });
});

describe('The environment of git', () => {
  it('names no other repository, asks nothing, and speaks English', () => {
    const given = {
      PATH: '/bin',
      GIT_DIR: '/x',
      GIT_INDEX_FILE: '/y',
      GIT_TRACE: '1',
      LANG: 'de_DE',
    };
    const made = gitEnvironment(given);
    expect(made).toMatchObject({ PATH: '/bin', LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' });
    expect(Object.keys(made)).not.toEqual(expect.arrayContaining(['GIT_DIR']));
    expect(Object.keys(made)).not.toEqual(expect.arrayContaining(['GIT_INDEX_FILE']));
    expect(Object.keys(made)).not.toEqual(expect.arrayContaining(['GIT_TRACE']));
  });
});
