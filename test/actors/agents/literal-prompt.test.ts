import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { acp } from '../../../actors/agents/acp.ts';
import { aider } from '../../../actors/agents/aider.ts';
import { claude } from '../../../actors/agents/claude.ts';
import { codex } from '../../../actors/agents/codex.ts';
import { gemini } from '../../../actors/agents/gemini.ts';
import { qwen } from '../../../actors/agents/qwen.ts';
import { place } from '../../oneshot-process.ts';

const UNESCAPED = /(?<!\\)@/;
const piece = fc.constantFrom('@', '@@', '/', 'notes.md', 'me', ' ', '\n', '"', '`', '-');
const prompts = fc.array(piece, { minLength: 1 }).map((pieces) => pieces.join(''));

describe('A prompt for an agent with commands of its own', () => {
  it.each([claude, gemini, qwen, aider, acp])('begins with none ($name)', ({ literalPrompt }) => {
    const given = literalPrompt?.('/help is a word') ?? '';
    expect(given).toBe('\n/help is a word');
    expect(literalPrompt?.('!important')).toBe('\n!important');
    expect(literalPrompt?.('a/help')).toBe('a/help');
  });

  it.each([gemini, qwen])('mentions no file, and can be read as it was ($name)', (agent) => {
    fc.assert(
      fc.property(prompts, (prompt) => {
        const given = agent.literalPrompt?.(prompt) ?? '';
        expect(given).not.toMatch(UNESCAPED);
        expect(given.startsWith('/')).toBe(false);
        expect(given.replaceAll('\\@', '@').trimStart().endsWith(prompt.trimStart())).toBe(true);
      }),
    );
  });

  it('says what a backslash means, only where there is one', () => {
    expect(gemini.literalPrompt?.('Ask me@x.org, not \\@you.')).toMatch(
      /^Wherever \\@ stands .* an at sign alone is meant.*\n\nAsk me\\@x\.org, not \\@you\.$/,
    );
    expect(gemini.literalPrompt?.('Ask me.')).toBe('Ask me.');
  });

  it('is as it is where an agent has none', () => {
    expect(codex.literalPrompt).toBeUndefined();
  });

  it('is what the agent gets, and what its attempt shows', async () => {
    const at = place();
    const answer = '{"type":"message","role":"assistant","content":"Done.","delta":true}';
    const script = `cat >got.txt\necho '${answer}'\necho '{"type":"result","status":"success"}'`;
    at.write('gemini', `#!/bin/sh\n${script}\n`);
    const env = { PATH: `${at.path}:${process.env.PATH}` };
    const task = 'Read @notes.md.';
    const flags = ['--worker-agent', 'gemini', '--auditor-agent', 'command'];
    const auditor = ['--auditor-agent-command', `echo '{"verdict":"done","feedback":""}'`];
    const { code } = await at.oneshot([...flags, ...auditor, task], { env });
    expect(code).toBe(0);
    expect(at.read('got.txt')).toContain('Read \\@notes.md.');
  });
});
