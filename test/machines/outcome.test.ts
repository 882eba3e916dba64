import { describe, expect, it } from '@jest/globals';
import type { Activity } from '../../machines/activity.ts';
import { hasWork, NO_OUTCOME, withActivity } from '../../machines/outcome.ts';

const folded = (...activities: Activity[]) => activities.reduce(withActivity, NO_OUTCOME);
const text = (words: string): Activity => ({ kind: 'text', text: words });
const call = (name: string, input = ''): Activity => ({ kind: 'toolCall', id: null, name, input });
const usage = (inputTokens: number): Activity => ({
  kind: 'usage',
  inputTokens,
  outputTokens: 2,
  costUsd: null,
});

describe('What a stream amounts to', () => {
  it('is nothing before the agent does something', () => {
    expect(NO_OUTCOME).toEqual({
      final: null,
      words: '',
      toolCalls: [],
      lastError: null,
      sessionId: null,
      usage: { inputTokens: null, outputTokens: null, costUsd: null },
    });
    expect(hasWork(NO_OUTCOME)).toBe(false);
  });

  it.each<readonly [string, Activity, object]>([
    ['session', { kind: 'session', sessionId: 'abc' }, { sessionId: 'abc' }],
    ['text', text('Hello'), { words: '\nHello' }],
    ['toolCall', call('bash', 'ls'), { toolCalls: ['bash ls'] }],
    ['usage', usage(1), { usage: { inputTokens: 1, outputTokens: 2, costUsd: null } }],
    ['error', { kind: 'error', message: 'oh' }, { lastError: 'oh' }],
    [
      'result',
      { kind: 'result', text: 'done', structured: [1], failure: null },
      { final: { text: 'done', structured: [1], failure: null } },
    ],
    ['thinking', { kind: 'thinking', text: 'hm' }, {}],
    ['toolResult', { kind: 'toolResult', id: null, ok: true, text: 'x' }, {}],
    ['retry', { kind: 'retry', message: 'wait', delayMs: 1 }, {}],
  ])('takes of %s what it tells, and leaves the rest as it is', (_, activity, expected) => {
    expect(folded(activity)).toEqual({ ...NO_OUTCOME, ...expected });
    const before = folded({ kind: 'session', sessionId: 's' }, usage(9), call('edit'), text('I'));
    const left = Object.entries(before).filter(([key]) => !(key in expected));
    expect(withActivity(before, activity)).toMatchObject(Object.fromEntries(left));
  });

  it('has the latest of session, error, usage and result', () => {
    const { usage: used } = folded(usage(1), usage(5));
    expect(used.inputTokens).toBe(5);
  });

  it('keeps the latest words, at least 4,000 characters and at most 8,000', () => {
    expect(folded(text('a'.repeat(7_999))).words).toHaveLength(8_000);
    expect(folded(text('a'.repeat(8_000))).words).toBe('a'.repeat(4_000));
    expect(folded(text('a'.repeat(5_000)), text('b'.repeat(5_000))).words).toBe('b'.repeat(4_000));
  });

  it('keeps the latest twenty tool calls, each at most 200 characters', () => {
    const { toolCalls } = folded(
      ...Array.from({ length: 25 }, (_, n) => call(`tool${n}`, 'x'.repeat(300))),
    );
    expect(toolCalls).toHaveLength(20);
    expect(toolCalls[0]).toBe(`tool5 ${'x'.repeat(194)}`);
  });

  it('is work when there are words or a tool call, and not for blanks alone', () => {
    expect(hasWork(folded(text('x')))).toBe(true);
    expect(hasWork(folded(call('bash')))).toBe(true);
    expect(hasWork(folded(text(' \n')))).toBe(false);
  });
});
