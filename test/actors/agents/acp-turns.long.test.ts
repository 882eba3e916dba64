import { describe, expect, it } from '@jest/globals';
import { isAlive, place, until } from '../../oneshot-process.ts';
import { agent, bridge, talk } from './acp-bridge.ts';

describe('A turn with an ACP agent', () => {
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
