import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFlags } from '../../services/config-flags.ts';
import { validateConfig } from '../../services/config-schema.ts';
import { ConfigError } from '../../services/errors.ts';
import { OPTION_LIST } from '../../services/options.ts';
import { AGENTS, withConfigFolders } from './config-folders.ts';

const here = withConfigFolders();

describe('configuration files', () => {
  it.each([
    ['oneshot.config.json', '{"maxIterations": 3}'],
    ['oneshot.config.json', '\uFEFF{"$schema": "./config.schema.json", "maxIterations": 3}'],
    ['oneshot.config.yaml', '# ours\nmaxIterations: 3\n'],
    ['oneshot.config.yml', 'maxIterations: 3'],
    ['.oneshotrc', '{"maxIterations": 3}'],
    ['.oneshotrc', 'maxIterations: 3'],
  ])('may be %s with %j', async (name, text) => {
    const { put, load } = here();
    await put(`cwd/${name}`, text);
    expect((await load()).maxIterations).toBe(3);
  });

  it.each(['', '# nothing yet\n'])('set nothing when they are empty: %j', async (text) => {
    const { put, load } = here();
    await put('cwd/oneshot.config.yaml', text);
    expect((await load()).maxIterations).toBe(5);
  });

  it('give each setting in its unit', async () => {
    const { put, load } = here();
    await put('cwd/oneshot.config.yaml', WITH_UNITS);
    expect(await load()).toMatchObject({
      killGraceMs: 500,
      resultGraceMs: 0,
      retryPauseMs: 2_000,
      outputLimitBytes: 1_048_576,
      secrets: ['DEPLOY_PASS'],
      checks: [
        { name: 'npm test', command: 'npm test', timeoutMs: 600_000, required: true },
        { name: 'lint', command: 'npm run lint', timeoutMs: 60_000, required: false },
      ],
    });
  });

  it('are refused when a folder has two, both named', async () => {
    const { put, problems } = here();
    await put('home/.oneshotrc', '');
    await put('home/oneshot.config.yml', '');
    expect(await problems()).toEqual([
      'A folder may hold one configuration, and here are 2: ' +
        'home/oneshot.config.yml and home/.oneshotrc; remove all but one',
    ]);
  });

  it('are missed when --config names one that is not there', async () => {
    expect(await here().problems({ configFile: 'no.json' })).toEqual([
      'cwd/no.json: there is no such file; check `--config`',
    ]);
  });

  it('are named when they cannot be read', async () => {
    const { cwd, problems, load } = here();
    await mkdir(join(cwd, '.oneshotrc'));
    expect(await problems()).toEqual([
      expect.stringMatching(/^cwd\/\.oneshotrc: cannot be read: EISDIR/),
    ]);
    await expect(load()).rejects.toBeInstanceOf(ConfigError);
  });
});

describe('a configuration that cannot be reached', () => {
  it('is a mistake when it is a link to nothing', async () => {
    const { cwd, problems } = here();
    await symlink(join(cwd, 'gone'), join(cwd, '.oneshotrc'));
    expect(await problems()).toEqual(['cwd/.oneshotrc: it links to nothing']);
  });

  it('is none when its folder may not be entered, as the home of another user', async () => {
    const { put, cwd, home, load } = here();
    await put('home/.oneshotrc', { maxIterations: 3 });
    await put('cwd/.oneshotrc', { workerAttempts: 4 });
    await chmod(join(cwd, '..'), 0o755);
    await chmod(home, 0o000);
    const config = await asOtherUser(load);
    expect(config).toMatchObject({ maxIterations: 5, workerAttempts: 4 });
  });
});

describe('what is wrong in a file', () => {
  it.each([
    [
      'oneshot.config.json',
      '{\n  "maxIterations": 3,\n}',
      /^cwd\/oneshot.config.json:3:1: is no JSON at line 3, column 1: /,
    ],
    ['oneshot.config.json', '', /^cwd\/oneshot.config.json:1:1: is no JSON at line 1, column 1: /],
    [
      'oneshot.config.yaml',
      'a: 1\nb: [1',
      /^cwd\/oneshot.config.yaml:2:\d+: is no YAML at line 2, /,
    ],
    [
      'oneshot.config.yaml',
      'onLimit: wait\nonLimit: stop',
      /:2:1: is no YAML at line 2, column 1: Map keys must be unique/,
    ],
    ['oneshot.config.yaml', 'agent: !ours claude', /:1:8: is no YAML .*: Unresolved tag: !ours$/],
    ['oneshot.config.yaml', 'secrets: *nowhere', /: is no YAML .*nowhere/],
    [
      'oneshot.config.json',
      '{"agent": "claude",\n "checks": [{"name": "a", "command": "b", "na\\u006de": "c"}]}',
      /^cwd\/oneshot.config.json:2:43: `name` stands here a second time; remove one$/,
    ],
    ['.oneshotrc', '[1, 2]', /^cwd\/.oneshotrc: must hold an object of settings, got `\[1,2\]`$/],
    ['.oneshotrc', 'hello', /^cwd\/.oneshotrc: must hold an object of settings, got `"hello"`$/],
    ['oneshot.config.json', 'null', /must hold an object of settings, got `null`$/],
  ])('is told with its place: %s %j', async (name, text, line) => {
    const { put, problems } = here();
    await put(`cwd/${name}`, text);
    expect(await problems()).toEqual([expect.stringMatching(line)]);
  });

  it.each([
    [{ maxItterations: 1 }, '`maxItterations` is no setting; did you mean `maxIterations`?'],
    [{ 'max-iterations': 1 }, '`max-iterations` is no setting; did you mean `maxIterations`?'],
    [{ KILL_GRACE: 1 }, '`KILL_GRACE` is no setting; did you mean `killGrace`?'],
    [{ check: ['a'] }, '`check` is no setting; did you mean `checks`?'],
    [
      { checks: [{ command: 'a', timeot: 1 }] },
      '`checks[0].timeot` is no setting; did you mean `timeout`?',
    ],
    [{ maxIterations: '3' }, '`maxIterations` must be a whole number from 1 to 1000, got `"3"`'],
    [{ maxIterations: null }, '`maxIterations` must be a whole number from 1 to 1000, got `null`'],
    [{ onLimit: 'no' }, '`onLimit` must be one of `wait`, `stop`, `fallback`, got `"no"`'],
    [{ agent: 'clyde' }, '`agent` must be one of `claude`, `command`, `scripted`, got `"clyde"`'],
    [
      { secrets: 'A' },
      '`secrets` must be a list, each item the name of an environment variable, got `"A"`',
    ],
    [
      { secrets: ['A', 'B=1'] },
      '`secrets[1]` must be the name of an environment variable, got `"B=1"`',
    ],
    [
      { checks: [''] },
      '`checks[0]` must be a command line, or an object of `name`, `command`, `timeout` and `required`, got `""`',
    ],
    [
      { checks: [7] },
      '`checks[0]` must be a command line, or an object of `name`, `command`, `timeout` and `required`, got `7`',
    ],
    [
      { checks: [{ name: 'a' }] },
      '`checks[0].command` is missing; it must be a command line that runs something',
    ],
    [
      { checks: [{ command: 'a', required: 1 }] },
      '`checks[0].required` must be `true` or `false`, got `1`',
    ],
    [
      { outputLimit: 1.5 },
      '`outputLimit` must be an amount such as `4GiB`, `500MB` or a number of bytes, at least 1 byte, got `1.5`',
    ],
    [{ cwd: '/' }, '`cwd` is set by `--cwd` only'],
  ])('is told in one line: %j', async (content, line) => {
    const { put, problems } = here();
    await put('cwd/oneshot.config.json', content);
    const lines = await problems();
    expect(lines).toHaveLength(1);
    expect(lines[0]?.replace('cwd/oneshot.config.json: ', '')).toEqual(line);
  });

  it('is told all at once, a line for each', async () => {
    const { put, problems } = here();
    await put(
      'cwd/oneshot.config.json',
      '{"__proto__": {}, "agent": 1, "retryPause": "x", "toString": 2}',
    );
    const lines = await problems();
    expect(lines.map((line) => /`(\w+)`/.exec(line)?.[1]).sort()).toEqual([
      '__proto__',
      'agent',
      'retryPause',
      'toString',
    ]);
  });
});

describe('one rule for both doors', () => {
  const single = OPTION_LIST.filter(({ inFiles, isList, flag }) => inFiles && !isList && flag);

  it.each(single)('$flag takes what $key in a file takes, and nothing else', ({ key, rule }) => {
    const texts = fc.oneof(
      fc.string(),
      fc.constantFrom('', '0', '1', '5m', '1.5h', '1001', 'wait', 'jsonl', 'claude', '25000h'),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const byFlag = outcomeOf(() => readFlags({ [key]: text }, AGENTS));
        const content = { [key]: rule.fromText(text) };
        expect(outcomeOf(() => validateConfig({ file: 'f', content }, AGENTS))).toEqual(byFlag);
      }),
      { numRuns: 30 },
    );
  });
});

/** Root may enter every folder, so the user of a test that runs as root is changed for a while. */
async function asOtherUser<T>(act: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

function outcomeOf(read: () => object): object | 'refused' {
  try {
    return read();
  } catch {
    return 'refused';
  }
}

const WITH_UNITS = `
killGrace: 500ms
resultGrace: 0
retryPause: 2
outputLimit: 1 MiB
secrets: [DEPLOY_PASS]
checks:
  - npm test
  - { name: lint, command: npm run lint, timeout: 1m, required: false }
`;
