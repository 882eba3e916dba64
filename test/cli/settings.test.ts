/** What a user sets reaches the agents: configuration, prompt headers, arguments, and the task however it is given. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Place, place, SAY_DONE, scriptAgent } from '../oneshot-process.ts';

/** A worker that keeps its prompt and its arguments. */
const KEEPING = 'cat >prompt-$ONESHOT_ATTEMPT; printf "%s|" "$@" >arguments; echo did it';

const prompt = (at: Place, attempt: string) =>
  readFileSync(join(at.runs().at(-1) ?? '', 'attempts', attempt, 'prompt.md'), 'utf8');

describe('The task', () => {
  it.each([
    ['that begins with a dash, by --task', ['--task=--do it'], undefined, '--do it'],
    ['from standard input', ['-'], 'from a pipe\n', 'from a pipe'],
    ['from a file', ['--file', 'task.txt'], undefined, 'from a file'],
    ['with the name of a command, behind run', ['run', 'list'], undefined, 'list'],
  ])('%s reaches the worker', async (_, args, input, task) => {
    const at = place();
    at.write('task.txt', 'from a file\n');
    const given = input === undefined ? {} : { input };
    const { code } = await at.oneshot([...args, ...scriptAgent(at, KEEPING)], given);
    expect(code).toBe(0);
    expect(at.read('prompt-0001-worker')).toContain(task);
    expect((await at.show()).task.trim()).toBe(task);
  });
});

describe('The prompt headers', () => {
  it('stand where the built-in ones would, each for its role', async () => {
    const at = place();
    const auditor = `cat >/dev/null; if [ -e asked ]; then ${SAY_DONE}; else touch asked; echo Verdict: RETRY; fi`;
    const headers = [
      ...['--worker-prompt-header', 'You are the first.'],
      ...['--reworker-prompt-header', 'You are the next.'],
      ...['--auditor-prompt-header', 'You judge.'],
    ];
    const { code } = await at.oneshot(['do it', ...headers, ...scriptAgent(at, KEEPING, auditor)]);
    expect(code).toBe(0);
    expect(prompt(at, '0001-worker')).toMatch(/^You are the first\./);
    expect(prompt(at, '0002-auditor')).toMatch(/^You judge\./);
    expect(prompt(at, '0003-worker')).toMatch(/^You are the next\./);
    expect(prompt(at, '0003-worker')).not.toContain('You are the first.');
  });
});

describe('What stands behind --', () => {
  it("is the agent's own, as it stands", async () => {
    const at = place();
    const args = ['--', '--model', 'x y', '--json', '-h'];
    const { code } = await at.oneshot(['do it', ...scriptAgent(at, KEEPING), ...args]);
    expect(code).toBe(0);
    expect(at.read('arguments')).toBe('--model|x y|--json|-h|');
  });
});

describe('A configuration file', () => {
  it('named with --config counts alone, and a flag wins over it', async () => {
    const at = place();
    at.write('oneshot.config.json', '{"maxIterations": 7}');
    at.write('other.yaml', 'maxIterations: 3\nworkerPromptHeader: From the file.\n');
    const args = ['do it', '--config', 'other.yaml', ...scriptAgent(at, KEEPING)];
    await at.oneshot(args);
    expect(await at.show()).toMatchObject({ maxIterations: 3 });
    expect(prompt(at, '0001-worker')).toMatch(/^From the file\./);
    await at.oneshot([...args, '--max-iterations', '2']);
    expect(await at.show()).toMatchObject({ maxIterations: 2 });
  });

  it('in the working folder counts without being named', async () => {
    const at = place();
    at.write('oneshot.config.json', '{"maxIterations": 7}');
    await at.oneshot(['do it', ...scriptAgent(at, KEEPING)]);
    expect(await at.show()).toMatchObject({ maxIterations: 7 });
  });

  it('with an unknown key is refused with the nearest known one, and nothing is started', async () => {
    const at = place();
    at.write('wrong.json', '{"maxIteration": 3}');
    const { code, err } = await at.oneshot([
      'x',
      '--config',
      'wrong.json',
      ...scriptAgent(at, KEEPING),
    ]);
    expect(code).toBe(2);
    expect(err).toContain('maxIterations');
    expect(readdirSync(at.path)).not.toContain('.oneshot');
  });

  it('that is not there is an error', async () => {
    const at = place();
    const { code, err } = await at.oneshot([
      'x',
      '--config',
      'none.json',
      ...scriptAgent(at, KEEPING),
    ]);
    expect(code).toBe(2);
    expect(err).toContain('none.json');
  });
});

describe('A wrong value', () => {
  it.each([
    ['--inactivity-timeout', 'soon', 's'],
    ['--attempt-timeout', '-5s', 's'],
    ['--max-iterations', '0', '1'],
    ['--worker-attempts', '1.5', '1'],
    ['--agent', 'nobody', 'claude'],
    ['--agent-output', 'xml', 'jsonl'],
  ])(
    '%s %s is refused in one line that names option, value and what is allowed',
    async (option, value, allowed) => {
      const at = place();
      const { code, err } = await at.oneshot([
        'x',
        ...scriptAgent(at, KEEPING),
        `${option}=${value}`,
      ]);
      expect(code).toBe(2);
      expect(err.trim().split('\n')).toHaveLength(1);
      for (const part of [option, value, allowed]) expect(err).toContain(part);
      expect(at.runs()).toEqual([]);
    },
  );
});

describe('Colours', () => {
  it('are not written where standard error is no terminal', async () => {
    const at = place();
    const { err, out } = await at.oneshot(['x', ...scriptAgent(at, KEEPING)]);
    expect(`${err}${out}`).not.toContain('\u001b[');
  });
});
