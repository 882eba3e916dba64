import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { environment } from '../../services/config.ts';
import { ConfigError, UsageError } from '../../services/errors.ts';
import { OPTION_LIST } from '../../services/options.ts';
import { withConfigFolders } from './config-folders.ts';

const here = withConfigFolders();

describe('loadConfig without any setting', () => {
  it('gives the defaults, in the units of the program, and null for what has none', async () => {
    const { sources, ...config } = await here().load();
    expect(config).toEqual({
      agent: null,
      workerAgent: null,
      auditorAgent: null,
      workerModel: null,
      auditorModel: null,
      agentCommand: null,
      workerAgentCommand: null,
      auditorAgentCommand: null,
      baseUrl: null,
      workerBaseUrl: null,
      auditorBaseUrl: null,
      permissions: 'allow',
      fallbackAgents: [],
      agentOutput: 'auto',
      agentArgs: [],
      workerPromptHeader: null,
      reworkerPromptHeader: null,
      auditorPromptHeader: null,
      maxIterations: 5,
      workerAttempts: 2,
      auditorAttempts: 2,
      inactivityMs: 300_000,
      attemptMs: 3_600_000,
      killGraceMs: 5_000,
      resultGraceMs: 10_000,
      retryPauseMs: 1_000,
      outputLimitBytes: 4_294_967_296,
      onLimit: 'wait',
      maxCostUsd: null,
      maxTokens: null,
      maxTimeMs: null,
      maxLosses: 5,
      stallAfter: 2,
      checks: [],
      recordTrees: 'on',
      treeFileLimitBytes: 52_428_800,
      worktree: 'off',
      on: [],
      protect: [],
      secrets: [],
      runsDir: join(here().cwd, '.oneshot'),
    });
    expect(sources).toEqual(Object.fromEntries(OPTION_LIST.map(({ key }) => [key, 'default'])));
  });

  it('loads neither zod nor yaml', () => {
    expect(
      [...staticImports('services/config.ts')].filter((name) => /zod|yaml|leven/.test(name)),
    ).toEqual([]);
    expect([...staticImports('services/config-schema.ts')]).toContain('zod');
  });
});

describe('the strength of sources', () => {
  it('goes key by key: flags, working folder, home folder, defaults', async () => {
    const { put, load } = here();
    const home = await put('home/.oneshotrc', 'maxIterations: 2\nworkerAttempts: 3\nkillGrace: 1s');
    const cwd = await put('cwd/oneshot.config.json', { maxIterations: 4, workerAttempts: 5 });
    const config = await load({ flags: { maxIterations: '6' } });
    expect(config).toMatchObject({ maxIterations: 6, workerAttempts: 5, killGraceMs: 1000 });
    expect(config.sources).toMatchObject({
      maxIterations: '--max-iterations',
      workerAttempts: cwd,
      killGrace: home,
      auditorAttempts: 'default',
    });
  });

  it('says what decided about a role, be it the agent of both', async () => {
    const { put, load } = here();
    const file = await put('cwd/.oneshotrc', { workerAgent: 'claude', auditorAgentCommand: 'cat' });
    expect((await load({ flags: { agent: 'scripted' } })).sources).toMatchObject({
      workerAgent: '--agent',
      auditorAgent: '--agent',
      workerAgentCommand: 'default',
      auditorAgentCommand: file,
    });
  });

  it('lets --config stand for all other files', async () => {
    const { put, load } = here();
    await put('home/.oneshotrc', { workerAttempts: 3 });
    await put('cwd/.oneshotrc', { workerAttempts: 4 });
    const file = await put('cwd/ci/quick.yaml', 'maxIterations: 1');
    const config = await load({ configFile: 'ci/quick.yaml' });
    expect(config).toMatchObject({ maxIterations: 1, workerAttempts: 2 });
    expect(config.sources.maxIterations).toBe(file);
  });

  it('reads a folder that is both working and home folder once', async () => {
    const { put, load, cwd } = here();
    await put('cwd/.oneshotrc', { maxIterations: 3 });
    expect((await load({ home: cwd })).maxIterations).toBe(3);
  });

  it.each([
    [{ agent: 'claude' }, { workerAgent: 'command' }, 'claude', 'claude'],
    [{ workerAgent: 'claude' }, { agent: 'command' }, 'claude', 'command'],
    [{ agent: 'claude', workerAgent: 'command' }, {}, 'command', 'claude'],
    [{}, { agent: 'claude', auditorAgent: 'scripted' }, 'claude', 'scripted'],
    [{}, { auditorAgent: 'scripted' }, null, 'scripted'],
  ])(
    'gives a role the agent of the strongest source: flags %j, file %j',
    async (flags, file, worker, auditor) => {
      const { put, load } = here();
      await put('cwd/.oneshotrc', file);
      expect(await load({ flags })).toMatchObject({ workerAgent: worker, auditorAgent: auditor });
    },
  );

  it.each([
    ['/var/runs', '/var/runs'],
    ['runs', 'cwd/runs'],
    ['~/runs', 'home/runs'],
  ])('takes the runs folder %s for %s', async (runsDir, expected) => {
    const { put, load, cwd } = here();
    await put('home/.oneshotrc', { runsDir });
    expect((await load()).runsDir).toBe(resolve(cwd, '..', expected));
  });
});

describe('flags', () => {
  it.each([
    [{ maxIterations: '7' }, { maxIterations: 7 }],
    [{ maxIterations: ['7', '8'] }, { maxIterations: 8 }],
    [
      { inactivityTimeout: '1.5m', attemptTimeout: '90' },
      { inactivityMs: 90_000, attemptMs: 90_000 },
    ],
    [
      { onLimit: 'stop', agentOutput: 'jsonl' },
      { onLimit: 'stop', agentOutput: 'jsonl' },
    ],
    [{ agentArgs: ['--a', '-b c'] }, { agentArgs: ['--a', '-b c'] }],
    [{ agentArgs: ['--empty', ''] }, { agentArgs: ['--empty', ''] }],
    [{ workerPromptHeader: '' }, { workerPromptHeader: '' }],
    [
      { workerModel: undefined, checks: [] },
      { workerModel: null, checks: [] },
    ],
    [
      { checks: ['npm test'] },
      { checks: [{ name: 'npm test', command: 'npm test', timeoutMs: 600_000, required: true }] },
    ],
  ])('%j become %j', async (flags, expected) => {
    expect(await here().load({ flags })).toMatchObject(expected);
  });

  it('that were not given leave a list of a file as it is', async () => {
    const { put, load } = here();
    await put('cwd/.oneshotrc', { agentArgs: ['-x'] });
    expect((await load({ flags: { agentArgs: [] } })).agentArgs).toEqual(['-x']);
  });

  it.each([
    [
      { maxIterations: 'abc' },
      '`--max-iterations` must be a whole number from 1 to 1000, got `abc`',
    ],
    [{ maxIterations: '0' }, '`--max-iterations` must be a whole number from 1 to 1000, got `0`'],
    [
      { maxIterations: '1001' },
      '`--max-iterations` must be a whole number from 1 to 1000, got `1001`',
    ],
    [
      { maxIterations: '2.0' },
      '`--max-iterations` must be a whole number from 1 to 1000, got `2.0`',
    ],
    [{ onLimit: 'Stop' }, '`--on-limit` must be one of `wait`, `stop`, `fallback`, got `Stop`'],
    [{ agent: 'clyde' }, '`--agent` must be one of `claude`, `command`, `scripted`, got `clyde`'],
    [
      { workerModel: '' },
      '`--worker-model` must be a text that is not empty and has no NUL character, got ``',
    ],
    [
      { runsDir: 'a\0\u001b[2J' },
      '`--runs-dir` must be a text that is not empty and has no NUL character, got `a\\u{0}\\u{1b}[2J`',
    ],
    [
      { inactivityTimeout: '0' },
      '`--inactivity-timeout` must be a duration such as `500ms`, `90s`, `5m`, `1h` or a number of ' +
        'seconds, from 1ms to 2147483647ms (24 days and 20 hours), got `0`',
    ],
  ])('%j are refused in one line', async (flags, line) => {
    await expect(here().load({ flags })).rejects.toBeInstanceOf(UsageError);
    expect(await here().problems({ flags })).toEqual([line]);
  });

  it('that are wrong are named all at once', async () => {
    const flags = { agent: 'x', workerAttempts: '-1' };
    expect(await here().problems({ flags })).toHaveLength(2);
  });
});

describe('what is wrong in several places', () => {
  it('is named all at once: flags, working folder, home folder', async () => {
    const { put, problems, load } = here();
    await put('cwd/oneshot.config.json', '{');
    await put('home/.oneshotrc', { maxIterations: 0, retryPause: -1 });
    const request = { flags: { agent: 'clyde' } };
    expect((await problems(request)).map((line) => line.split(' ')[0])).toEqual([
      '`--agent`',
      'cwd/oneshot.config.json:1:2:',
      'home/.oneshotrc:',
      'home/.oneshotrc:',
    ]);
    await expect(load(request)).rejects.toBeInstanceOf(ConfigError);
  });
});

describe('environment', () => {
  it('is that of the process', () => {
    expect(environment()).toBe(process.env);
  });
});

/** Everything that loads together with a file: what it imports, and what that imports. */
function staticImports(file: string, seen = new Set<string>()): Set<string> {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  for (const [, name = ''] of text.matchAll(
    /^(?:import (?!type)[^;]*?|export [^;]*?)from '([^']+)';/gm,
  )) {
    const path = name.startsWith('.') ? new URL(name, `file:///${file}`).pathname.slice(1) : name;
    if (seen.has(path)) continue;
    seen.add(path);
    if (name.startsWith('.')) staticImports(path, seen);
  }
  return seen;
}
