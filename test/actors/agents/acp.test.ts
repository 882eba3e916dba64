import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { acp } from '../../../actors/agents/acp.ts';
import type { AgentSettings } from '../../../actors/agents/adapter.ts';
import { ONESHOT, type Place, place, SAY_DONE, until } from '../../oneshot-process.ts';
import { agent, bridge, talk } from './acp-bridge.ts';

/** All that can come of a turn is in the long test. */
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
