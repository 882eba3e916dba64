import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createTurnUpdates } from '../../../../actors/agents/acp/updates.ts';
import { objectOf } from '../../../../actors/agents/json-fields.ts';
import { type JsonObject, parseRecord } from '../../../../actors/stream-reader.ts';
import type { Activity } from '../../../../machines/activity.ts';

/** What one turn is told as: its updates, and the answer to its prompt. */
function turn(updates: readonly JsonObject[], response: JsonObject = {}) {
  const said: Activity[] = [];
  const turnUpdates = createTurnUpdates(
    (activity) => void said.push(activity),
    () => 0,
  );
  for (const update of updates) turnUpdates.take(update);
  return { text: turnUpdates.finish(response), said };
}

function recorded(name: string) {
  const path = resolve('test/fixtures/agents/acp', `${name}.ndjson`);
  const records = readFileSync(path, 'utf8')
    .split('\n')
    .map(parseRecord)
    .filter((record) => record !== null);
  const updates = records
    .filter(({ method }) => method === 'session/update')
    .map(({ params }) => objectOf(objectOf(params).update));
  return turn(updates, objectOf(records.at(-1)?.result));
}

const words = (text: string, more: object = {}) => ({
  sessionUpdate: 'agent_message_chunk',
  content: { type: 'text', text },
  ...more,
});
const call = (toolCallId: string, more: object) => ({
  sessionUpdate: 'tool_call',
  toolCallId,
  ...more,
});
const update = (toolCallId: string, more: object) => ({
  sessionUpdate: 'tool_call_update',
  toolCallId,
  ...more,
});

describe('The recorded turn of', () => {
  it.each([
    ['gemini', 'Writing to hello.txt', 'changed /workspace/hello.txt', 2400, 68, null],
    [
      'opencode',
      '{"content":"hello from the fake model\\n","filePath":"/workspace/hello.txt"}',
      'Wrote file successfully.',
      1200,
      34,
      0.002336,
    ],
  ])(
    '%s has its words, tool, usage and last words',
    (name, input, output, inputTokens, outputTokens, costUsd) => {
      const { said, text } = recorded(name);
      const tools = said.filter(({ kind }) => kind.startsWith('tool'));
      expect(tools).toEqual([
        { kind: 'toolCall', id: expect.any(String), name: 'edit', input },
        { kind: 'toolResult', id: expect.any(String), ok: true, text: output },
      ]);
      expect(said[0]).toEqual({ kind: 'text', text: 'I will write the file now.' });
      expect(said.at(-1)).toEqual({ kind: 'usage', inputTokens, outputTokens, costUsd });
      expect(text).toMatch(/^Done\. I wrote hello\.txt\..*"score":1\}\n```\n$/s);
    },
  );
});

describe('The updates of a turn', () => {
  it('leave as the answer what was said behind the last tool call', () => {
    const { text } = turn([
      words('first'),
      call('1', { status: 'in_progress', title: 'a' }),
      words('while it runs'),
      update('1', { status: 'completed' }),
      words('the '),
      words('answer'),
      update('1', { title: 'still the same' }),
    ]);
    expect(text).toBe('the answer');
  });

  it('leave no answer when nothing was said behind the last tool call', () => {
    expect(turn([words('I will'), call('1', { status: 'completed' })]).text).toBe('');
    expect(turn([words('I will'), call('1', { status: 'pending' })]).text).toBe('');
  });

  it('keep messages apart, and the pieces of one together', () => {
    const one = [words('a', { messageId: '1' }), words('b', { messageId: '1' })];
    expect(turn([...one, words('c', { messageId: '2' })]).text).toBe('ab\n\nc');
  });

  it('tell a tool call once, when it is known what it does, and its end once', () => {
    const { said } = turn([
      call('1', { status: 'pending', title: 'write', rawInput: {} }),
      update('1', { status: 'in_progress', rawInput: { path: 'a' }, title: null }),
      update('1', { status: 'in_progress' }),
      update('1', { status: 'failed', rawOutput: { error: 'full' } }),
    ]);
    expect(said.slice(0, -1)).toEqual([
      { kind: 'toolCall', id: '1', name: 'write', input: '{"path":"a"}' },
      { kind: 'toolResult', id: '1', ok: false, text: '{"error":"full"}' },
    ]);
  });

  it('tell a tool call that only its end is known of', () => {
    const { said } = turn([update('1', { status: 'completed', title: 'look' })]);
    expect(said.map(({ kind }) => kind)).toEqual(['toolCall', 'toolResult', 'usage']);
  });

  it('show thoughts and plans as thinking', () => {
    const plan = {
      sessionUpdate: 'plan',
      entries: [
        { content: 'look', status: 'completed' },
        { content: 'write', status: 'pending' },
      ],
    };
    const thought = { ...words('hm'), sessionUpdate: 'agent_thought_chunk' };
    expect(turn([thought, plan]).said.slice(0, 2)).toEqual([
      { kind: 'thinking', text: 'hm' },
      { kind: 'thinking', text: 'Plan:\n- [x] look\n- [ ] write' },
    ]);
  });

  it('leave unknown what was not told', () => {
    const usage = {
      sessionUpdate: 'usage_update',
      used: 1,
      size: 2,
      cost: { amount: 3, currency: 'EUR' },
    };
    expect(turn([usage]).said).toEqual([
      { kind: 'usage', inputTokens: null, outputTokens: null, costUsd: null },
    ]);
  });

  it('are read whatever comes', () => {
    const kind = fc.constantFrom(
      'agent_message_chunk',
      'tool_call',
      'tool_call_update',
      'plan',
      'usage_update',
      'other',
    );
    const any = fc.record({
      sessionUpdate: kind,
      content: fc.jsonValue(),
      toolCallId: fc.jsonValue(),
      status: fc.jsonValue(),
      rawInput: fc.jsonValue(),
      entries: fc.jsonValue(),
      cost: fc.jsonValue(),
    });
    fc.assert(fc.property(fc.array(any), (updates) => void turn(updates, { usage: updates })));
  });
});
