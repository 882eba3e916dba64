import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { place, SAY_DONE, scriptAgent } from '../oneshot-process.ts';

const CANARY = 'canary-5f1c-"quoted"-9a7e';
const env = { MY_API_KEY: CANARY, PLAIN_NAME: 'named-by-the-user-77' };

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('A secret of the environment', () => {
  it('is on no screen and in no file, whoever says it and however it is split', async () => {
    const at = place();
    at.write('oneshot.config.json', '{"secrets":["PLAIN_NAME"]}');
    const worker = `cat >/dev/null; printf 'key: canary-5f1c-'; sleep 0.3; printf '"quoted"-9a7e and %s\\n' "$PLAIN_NAME"; echo "$MY_API_KEY" >&2
node -e 'console.log(JSON.stringify({text: process.env.MY_API_KEY}))'; echo "the end $MY_API_KEY"`;
    const auditor = `cat >/dev/null; echo "I saw $MY_API_KEY"; echo '{"verdict":"done","feedback":"ok"}'`;
    const task = `use ${CANARY}`;
    const { code, out, err } = await at.oneshot(
      [task, '--verbose', ...scriptAgent(at, worker, auditor)],
      { env },
    );
    expect(code).toBe(0);
    const texts = [
      out,
      err,
      ...filesOf(at.runs()[0] ?? '').map((file) => readFileSync(file, 'utf8')),
    ];
    for (const secret of [CANARY, JSON.stringify(CANARY).slice(1, -1), env.PLAIN_NAME]) {
      expect(texts.filter((text) => text.includes(secret))).toEqual([]);
    }
    expect(out).toContain('the end [redacted:MY_API_KEY]');
  });

  it('is taken out of the output of an attempt that was killed', async () => {
    const at = place();
    at.write('quick.json', '{"killGrace":"300ms"}');
    const args = [
      'do it',
      '--config',
      'quick.json',
      '--inactivity-timeout',
      '500ms',
      '--max-iterations',
      '1',
    ];
    await at.oneshot(
      [...args, ...scriptAgent(at, 'cat >/dev/null; echo "$MY_API_KEY"; sleep 60')],
      { env },
    );
    const stdout = readFileSync(join(at.runs()[0] ?? '', 'attempts/0001-worker/stdout'), 'utf8');
    expect(stdout).toBe('[redacted:MY_API_KEY]\n');
  });
});

describe("A run's folder", () => {
  it('can be entered and read by its user only, and keeps itself out of git', async () => {
    const at = place();
    await at.oneshot(['do it', ...scriptAgent(at, 'echo did it')]);
    const run = at.runs()[0] ?? '';
    const modes = filesOf(run).map((file) => [file.slice(run.length), statSync(file).mode & 0o077]);
    expect(modes.filter(([, mode]) => mode !== 0)).toEqual([]);
    expect(statSync(run).mode & 0o777).toBe(0o700);
    expect(at.read('.oneshot/.gitignore')).toBe('*\n');
  });
});

describe('--json', () => {
  it('writes nothing but JSON lines to stdout: transitions, activities, and the result last', async () => {
    const at = place();
    const { out, err } = await at.oneshot(['do it', '--json', ...scriptAgent(at, 'echo did it')]);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(lines.map(({ type }) => type))).toEqual(
      new Set(['transition', 'activity', 'result']),
    );
    expect(lines.at(-1)).toMatchObject({
      type: 'result',
      state: 'completed',
      exitCode: 0,
      verdict: 'done',
    });
    expect(err).toMatch(/^(oneshot: .* is in no git work tree, .*\n)?$/);
  });
});

describe('What an agent prints', () => {
  it('cannot move the cursor or set the title', async () => {
    const at = place();
    const worker = `cat >/dev/null; printf 'a\\033]0;title\\007b\\033[2Jc\\n'`;
    const { out, err } = await at.oneshot(['do it', ...scriptAgent(at, worker)]);
    expect(`${out}${err}`).not.toContain('\u001b');
    expect(`${out}${err}`).not.toContain('\u0007');
    expect(out).toContain('␛]0;title');
  });
});

describe('A runs folder', () => {
  it('that cannot be made is named, with exit 2, and nothing is started', async () => {
    const at = place();
    at.write('file', '');
    const { code, err } = await at.oneshot([
      'do it',
      '--runs-dir',
      'file/runs',
      ...scriptAgent(at, 'touch started; echo x'),
    ]);
    expect(code).toBe(2);
    expect(err).toContain('file/runs');
    expect(at.exists('started')).toBe(false);
  });

  it('that vanishes under a run stops it, and the agent does not go on unrecorded', async () => {
    const at = place();
    const worker = 'cat >/dev/null; echo $$ >pid; rm -rf .oneshot; sleep 0.2; echo did it';
    const { code, err } = await at.oneshot(['do it', ...scriptAgent(at, worker, SAY_DONE)]);
    expect(code).toBe(1);
    expect(err).toContain('.oneshot');
  });
});
