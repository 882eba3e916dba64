import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { BridgeOptions } from '../../../actors/agents/acp/options.ts';
import { acp } from '../../../actors/agents/acp.ts';
import type { AgentSettings } from '../../../actors/agents/adapter.ts';
import { readOwnRecord } from '../../../actors/agents/own-records.ts';
import { parseRecord } from '../../../actors/stream-reader.ts';
import type { Activity } from '../../../machines/activity.ts';
import { isAlive, ONESHOT, type Place, place, SAY_DONE, until } from '../../oneshot-process.ts';

const BRIDGE = resolve('dist/acp-bridge.js');
const FIXTURE = resolve('test/fixtures/agents/acp/agent.mjs');
const agent = (...abilities: string[]) => [process.execPath, FIXTURE, ...abilities];

/** Gives one prompt to an agent through the bridge, as a process. */
function bridge(at: Place, prompt: string, given: Partial<BridgeOptions> = {}) {
  const options: BridgeOptions = {
    command: agent(),
    cwd: at.path,
    permissions: 'allow',
    questions: null,
    model: null,
    resume: null,
    ...given,
  };
  const started = at.startProgram(process.execPath, [BRIDGE, JSON.stringify(options)], {
    input: prompt,
  });
  const ended = started.ended.then(({ code, out, err }) => {
    const said = out.split('\n').flatMap((line) => readOwnRecord(parseRecord(line) ?? {}));
    return { code, said, err };
  });
  return { pid: started.pid, ended };
}

async function talk(prompt: string, given: Partial<BridgeOptions> = {}, at = place()) {
  const { code, said, err } = await bridge(at, prompt, given).ended;
  const result = said.find((activity) => activity.kind === 'result');
  const of = (kind: Activity['kind']) => said.filter((activity) => activity.kind === kind);
  return { code, err, said, of, result };
}

describe('A turn with an ACP agent', () => {
  it('has session, words, usage and result, and ends well', async () => {
    const { code, said } = await talk('DO say Hello!');
    expect(code).toBe(0);
    expect(said).toEqual([
      { kind: 'session', sessionId: 'fresh' },
      { kind: 'text', text: 'Hello!' },
      { kind: 'usage', inputTokens: 15, outputTokens: 3, costUsd: null },
      { kind: 'result', text: 'Hello!', structured: null, failure: null },
    ]);
  });

  it.each([
    ['allow', 'answered selected allow_once', 0],
    ['deny', 'answered selected reject_once', 1],
    ['ask', 'answered selected reject_once', 1],
  ] as const)(
    'in which it asks for permission is answered by the policy: %s',
    async (permissions, text, errors) => {
      const { result, of } = await talk('DO ask', { permissions });
      expect(result?.text).toBe(text);
      expect(of('error')).toHaveLength(errors);
      if (errors > 0) expect(JSON.stringify(of('error'))).toContain('rm -rf build');
    },
  );

  it.each([
    ['write', 'new.txt', 'wrote', 'allow'],
    ['write', 'new.txt', 'refused: Invalid request: Writing is not allowed.', 'deny'],
    ['read', 'there.txt', 'read here', 'deny'],
    ['read', '../outside', 'is not in the work tree', 'allow'],
    ['write', '../outside', 'is not in the work tree', 'allow'],
    ['read', 'missing', 'ENOENT', 'allow'],
  ] as const)('in which it wants to %s %s gets: %s (%s)', async (act, path, text, permissions) => {
    const at = place();
    at.write('there.txt', 'here');
    const { result } = await talk(`DO ${act} ${at.path}/${path}`, { permissions }, at);
    expect(result?.text).toContain(text);
    expect(at.exists('new.txt')).toBe(text === 'wrote');
  });

  it.each([
    ['end_turn', undefined, 0],
    ['max_tokens', 'contextTooLong', 1],
    ['max_turn_requests', 'crashed', 1],
    ['refusal', 'crashed', 1],
    ['cancelled', 'stopped', 1],
  ])('that stops for %s is a failure of class %s', async (reason, endClass, exitCode) => {
    const { result, code } = await talk(`DO stop ${reason}`);
    expect([result?.failure?.class, code]).toEqual([endClass, exitCode]);
  });

  it.each([
    ['429 rate limit, try again in 2 hours', 'limited'],
    ['401 invalid api key', 'unauthorized'],
    ['prompt is too long', 'contextTooLong'],
    ['disk on fire', 'crashed'],
  ])('that fails with %j is a failure of class %s', async (words, endClass) => {
    const { result } = await talk(`DO fail ${words}`);
    expect(result?.failure).toMatchObject({
      class: endClass,
      message: expect.stringContaining(`Internal error: ${words}`),
    });
  });

  it('is not disturbed by what else the agent prints, which is passed on', async () => {
    const { result, err } = await talk('DO say Hello!', { command: agent('noise', 'complain') });
    expect(result).toMatchObject({ text: 'Hello!', failure: null });
    expect(err).toContain('Welcome to the agent!');
    expect(err).toContain('warning: all is well');
  });

  it.each([3, 0])(
    'in which the agent exits with %i in the middle has failed, and says with what',
    async (exitCode) => {
      const { result, of, code } = await talk(`DO die ${exitCode}`);
      expect(code).toBe(1);
      expect(of('text')).toEqual([{ kind: 'text', text: 'I die.' }]);
      expect(result?.failure).toMatchObject({
        class: 'crashed',
        message: `The agent exited with code ${exitCode} before its turn was over. It said: panic: out of luck`,
      });
    },
  );

  it('with a program that is not there is not begun', async () => {
    const { result } = await talk('x', { command: ['/no/such/agent'] });
    expect(result?.failure?.class).toBe('notFound');
  });

  it('with a program that speaks no ACP says how it ended', async () => {
    const { result, err } = await talk('x', { command: ['echo', 'usage: agent [options]'] });
    expect(result?.failure?.message).toContain('exited with code 0');
    expect(err).toContain('usage: agent [options]');
  });

  it('with another version of the protocol is refused', async () => {
    const { result } = await talk('x', { command: agent('old') });
    expect(result?.failure?.message).toContain('It speaks version 0');
  });
});

describe('The session of an ACP agent', () => {
  it.each([[['resume']], [['load']], [['load', 'resume']]])(
    'goes on with %j, and what was said before is not told again',
    async (abilities) => {
      const { said } = await talk('DO say Hello!', {
        command: agent(...abilities),
        resume: 'earlier',
      });
      expect(said.map((activity) => ('text' in activity ? activity.text : activity.kind))).toEqual([
        'session',
        'Hello!',
        'usage',
        'Hello!',
      ]);
      expect(said[0]).toEqual({ kind: 'session', sessionId: 'earlier' });
    },
  );

  it('begins anew where the agent cannot go on with one, and says so', async () => {
    const { said, result } = await talk('DO say Hello!', { resume: 'earlier' });
    expect(said[0]).toMatchObject({ kind: 'error', message: expect.stringContaining('earlier') });
    expect(said[1]).toEqual({ kind: 'session', sessionId: 'fresh' });
    expect(result?.failure).toBeNull();
  });

  it('is opened by a key where the agent has that way', async () => {
    expect((await talk('DO say Hello!', { command: agent('key') })).result?.text).toBe('Hello!');
  });

  it('that needs a person to log in is not opened', async () => {
    const { result } = await talk('DO say Hello!', { command: agent('login') });
    expect(result?.failure).toMatchObject({
      class: 'unauthorized',
      message: expect.stringMatching(/web\. Log in/),
    });
  });

  it.each([
    [['models'], 'large', 'I am large', null],
    [['models'], null, 'I am small', null],
    [['models'], 'huge', '', 'It has no model "huge"; it has: small, large.'],
    [[], 'large', '', 'give it in --agent-command'],
  ])(
    'of an agent with %j asked for the model %s answers %j',
    async (abilities, model, text, failure) => {
      const { result } = await talk('DO model', { command: agent(...abilities), model });
      expect(result?.text).toBe(text);
      if (failure === null) expect(result?.failure).toBeNull();
      else expect(result?.failure?.message).toContain(failure);
    },
  );
});

describe('An ACP agent that is stopped', () => {
  it('has its turn cancelled and answers that', async () => {
    const at = place();
    const { pid, ended } = bridge(at, 'DO hang');
    await until('the agent hangs', () => at.exists('hanging'));
    process.kill(pid, 'SIGTERM');
    const { said, code } = await ended;
    expect(code).toBe(1);
    expect(said.at(-1)).toMatchObject({
      kind: 'result',
      failure: { class: 'stopped', message: 'It was cancelled.' },
    });
  });

  it('is ended when it does not answer its cancellation', async () => {
    const at = place();
    const script = at.write(
      'deaf.sh',
      `#!/bin/sh\necho $$ >pid\nexec ${agent('deaf').join(' ')}\n`,
    );
    const { pid, ended } = bridge(at, 'DO hang', { command: [script] });
    await until('the agent hangs', () => at.exists('hanging'));
    process.kill(pid, 'SIGTERM');
    expect((await ended).said.at(-1)).toMatchObject({ failure: { class: 'stopped' } });
    expect(isAlive(Number(at.read('pid')))).toBe(false);
  });
});

describe('The agent acp', () => {
  const settings: AgentSettings = {
    model: null,
    command: "gemini --acp 'a b'",
    output: 'auto',
    args: ['-x'],
  };

  it('starts what it was given, with the further arguments', () => {
    const where = { home: '/', cwd: '/src', isRoot: false, environment: {} };
    const request = {
      role: 'worker',
      prompt: 'p',
      promptFile: '/p',
      sessionId: 'id',
      resume: 'r',
      file: String,
      settings,
      place: where,
    } as const;
    const { args, input, sessionId } = acp.launch(request);
    expect(JSON.parse(args[1] ?? '')).toEqual({
      command: ['gemini', '--acp', 'a b', '-x'],
      cwd: '/src',
      permissions: 'allow',
      questions: null,
      model: null,
      resume: 'r',
    });
    const asks = acp.launch({ ...request, settings: { ...settings, permissions: 'ask' } });
    expect(JSON.parse(asks.args[1] ?? '')).toMatchObject({
      permissions: 'ask',
      questions: { question: 'permission.json', answer: 'permission-answer.json' },
    });
    expect({ input, sessionId, program: acp.program(settings) }).toEqual({
      input: 'prompt',
      sessionId: null,
      program: 'gemini',
    });
  });

  it('lacks its command line where none is given', () => {
    expect(acp.lacks?.({ ...settings, command: null })).toContain('--agent-command');
    expect(acp.lacks?.(settings)).toBeNull();
  });
});

function leftOfQuestions(at: Place): string[] {
  const attempt = join(at.runs()[0] ?? '', 'attempts/0001-worker');
  return readdirSync(attempt).filter((name) => name.startsWith('permission'));
}

describe('A run with acp', () => {
  const run = (at: Place, task: string, abilities: string[], ...more: string[]) =>
    at.oneshot([
      task,
      ...['--worker-agent', 'acp', '--worker-agent-command', agent(...abilities).join(' ')],
      ...[
        '--auditor-agent',
        'command',
        '--auditor-agent-command',
        at.write('auditor.sh', `#!/bin/sh\n${SAY_DONE}\n`),
      ],
      ...more,
    ]);

  it('is completed, and nothing of the agent is left', async () => {
    const at = place();
    const { code, out } = await run(at, `DO write ${at.path}/done.txt`, []);
    expect(code).toBe(0);
    expect(out).toContain('wrote');
    expect(at.read('done.txt')).toBe('written');
    const { usage, attempts } = await at.show();
    expect(usage).toMatchObject({ inputTokens: 15, outputTokens: 3 });
    expect(attempts[0]).toMatchObject({ agent: 'acp', sessionId: 'fresh' });
  });

  it('hands the policy for permissions to the agent', async () => {
    const at = place();
    const { code, out } = await run(at, 'DO ask', [], '--permissions', 'deny');
    expect(code).toBe(0);
    expect(out).toContain('reject_once');
  });

  it('that nobody watches at a terminal refuses what is asked, and says so', async () => {
    const at = place();
    const { code, out, err } = await run(at, 'DO ask', [], '--permissions', 'ask');
    expect(code).toBe(0);
    expect(out).toContain('reject_once');
    expect(err).toContain('waits for permission: rm -rf build');
    expect(err).toContain('and nobody can be');
    expect(leftOfQuestions(at)).toEqual([]);
  });

  it.each([
    ['y', 'allow_once'],
    ['n', 'reject_once'],
    ['', 'reject_once'],
  ])('asks the person at the terminal, who types %j: %s', async (typed, answer) => {
    const at = place();
    const auditor = at.write('auditor.sh', `#!/bin/sh\n${SAY_DONE}\n`);
    const flags = `--worker-agent acp --worker-agent-command '${agent().join(' ')}' --permissions ask`;
    const judge = `--auditor-agent command --auditor-agent-command ${auditor}`;
    const line = `${process.execPath} ${ONESHOT} 'DO ask' ${flags} ${judge}`;
    const { code, out } = await at.startProgram('script', ['-qec', line, '/dev/null'], {
      input: `${typed}\n`,
    }).ended;
    expect(code).toBe(0);
    expect(out).toContain('The agent asks for permission: rm -rf build');
    expect(out).toContain(`answered selected ${answer}`);
    expect(out.includes('you refused it')).toBe(answer === 'reject_once');
    expect(leftOfQuestions(at)).toEqual([]);
  });

  it('whose question is not answered can be interrupted', async () => {
    const at = place();
    const auditor = at.write('auditor.sh', `#!/bin/sh\n${SAY_DONE}\n`);
    const flags = `--worker-agent acp --worker-agent-command '${agent().join(' ')}' --permissions ask`;
    const judge = `--auditor-agent command --auditor-agent-command ${auditor}`;
    const line = `${process.execPath} ${ONESHOT} 'DO ask' ${flags} ${judge}`;
    // A terminal at which nobody types anything.
    const typist = ['-c', 'sleep 60 | script -qec "$0" /dev/null', line];
    const started = at.startProgram('/bin/sh', typist);
    await until('it asks', () => started.out().includes('asks for permission'));
    const { pid } = JSON.parse(readFileSync(join(at.runs()[0] ?? '', 'lock'), 'utf8'));
    process.kill(pid, 'SIGINT');
    await until('it has come to rest', () => started.out().includes('Next: oneshot resume'));
    expect(at.snapshot()).toMatchObject({ state: 'interrupted' });
    expect(leftOfQuestions(at)).toEqual([]);
  });

  it('stops the agent behind the bridge when it shows no life', async () => {
    const at = place();
    const flags = ['--inactivity-timeout', '1s', '--worker-attempts', '1', '--max-iterations', '1'];
    const { code } = await run(at, 'DO hang', ['deaf'], ...flags);
    expect(code).not.toBe(0);
    expect(at.snapshot().history.map(({ reason }) => reason)).toContain('inactivity');
  });

  it('is refused before it begins without the command line of the agent, or without its program', async () => {
    const at = place();
    expect((await at.oneshot(['x', '--agent', 'acp'])).err).toContain(
      "--agent-command 'gemini --acp'",
    );
    const missing = await at.oneshot([
      'x',
      '--agent',
      'acp',
      '--agent-command',
      'no-such-agent --acp',
    ]);
    expect(missing.err).toContain('"no-such-agent" is not installed');
    expect(at.runs()).toEqual([]);
  });
});
