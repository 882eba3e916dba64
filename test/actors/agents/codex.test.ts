import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { codex } from '../../../actors/agents/codex.ts';
import { readCodexTranscript } from '../../../actors/agents/codex-transcript.ts';
import { VERDICT_SCHEMA } from '../../../machines/prompts.ts';
import { fixture, kindsOf, lines, outcomeOf, PLACE, readAll, request } from './adapter-reading.ts';

const read = (name: string) => readAll(codex, fixture('codex', `${name}.ndjson`));

const item = (type: string, fields: object) => ({
  type: 'item.completed',
  item: { id: 'item_9', type, ...fields },
});
const said = (text: string) => item('agent_message', { text });
const COMPLETED = { type: 'turn.completed', usage: { input_tokens: 10, output_tokens: 2 } };
const failed = (message: string) => ({ type: 'turn.failed', error: { message } });

describe('The stream of codex', () => {
  it('of a success has session, a warning, words, tools, usage and the last message as result', () => {
    const activities = read('success');
    expect(kindsOf(activities)).toEqual([
      'session',
      'error',
      'text',
      'toolCall',
      'toolResult',
      'text',
      'usage',
      'result',
    ]);
    expect(outcomeOf(activities)).toMatchObject({
      sessionId: '01a206a5-b026-7363-bd69-ff87af64dc19',
      usage: { inputTokens: 2400, outputTokens: 68, costUsd: null },
      final: { text: expect.stringMatching(/^Done\. I wrote/), structured: null, failure: null },
    });
  });

  it('of an answer by schema has it typed', () => {
    expect(outcomeOf(read('schema')).final).toMatchObject({
      structured: { verdict: 'pass' },
      failure: null,
    });
  });

  it('of a resumed session counts the tokens of the whole session', () => {
    expect(outcomeOf(read('resume')).usage.inputTokens).toBe(3600);
    expect(codex.sessionTotals).toEqual(['tokens']);
  });

  it('tells when it connects anew, and goes on', () => {
    const activities = read('r429_once');
    expect(activities.find(({ kind }) => kind === 'retry')).toMatchObject({
      message: expect.stringMatching(/1\/5 .*429/),
    });
    expect(outcomeOf(activities).final?.failure).toBeNull();
  });

  it.each([
    ['auth401', 'unauthorized', 'codex login'],
    ['r429', 'limited', '429'],
  ])('of a refusal (%s) is a failure of class %s', (name, failure, word) => {
    const { final, usage } = outcomeOf(read(name));
    expect(final?.failure).toMatchObject({
      class: failure,
      message: expect.stringContaining(word),
    });
    expect(usage).toEqual({ inputTokens: null, outputTokens: null, costUsd: null });
  });

  it.each(['midkill', 'tool_kill', 'hang_term'])('of a kill (%s) has no result', (name) => {
    expect(outcomeOf(read(name)).final).toBeNull();
  });

  it.each([
    ["Codex ran out of room in the model's context window. Start a new thread.", 'contextTooLong'],
    ["You've hit your usage limit. Try again at 3:05 PM.", 'limited'],
    ['Quota exceeded. Check your plan and billing details.', 'limited'],
    ['Selected model is at capacity. Please try a different model.', 'limited'],
    ['Your access token could not be refreshed. Please sign in again.', 'unauthorized'],
    ['stream disconnected before completion', 'crashed'],
  ])('with the failure "%s" is one of class %s', (message, failure) => {
    expect(outcomeOf(readAll(codex, lines(failed(message)))).final?.failure?.class).toBe(failure);
  });

  it('that ends with an error and no more has failed by it', () => {
    const { final } = outcomeOf(readAll(codex, lines({ type: 'error', message: '401 no' })));
    expect(final?.failure?.class).toBe('unauthorized');
  });

  it('with an error after which it went on has not failed', () => {
    const error = { type: 'error', message: 'unexpected status 401' };
    const { final } = outcomeOf(readAll(codex, lines(error, said('done'), COMPLETED)));
    expect(final).toMatchObject({ text: 'done', failure: null });
  });

  it.each([
    ['no message at all', []],
    [
      'no message after its last tool call',
      [said('I will look.'), item('command_execution', { command: 'ls', exit_code: 0 })],
    ],
  ])('of a turn that is completed with %s has an empty answer', (_, records) => {
    const { final } = outcomeOf(readAll(codex, lines(...records, COMPLETED)));
    expect(final).toMatchObject({ text: '', structured: null, failure: null });
  });

  it('with a list of things to do after its last message keeps that as its answer', () => {
    const list = item('todo_list', { items: [{ text: 'x', completed: true }] });
    const { final } = outcomeOf(readAll(codex, lines(said('done'), list, COMPLETED)));
    expect(final?.text).toBe('done');
  });

  it.each([
    ['command_execution', { command: 'ls', exit_code: 2, status: 'failed' }, 'shell', false],
    ['command_execution', { command: 'ls', exit_code: 0, status: 'completed' }, 'shell', true],
    ['file_change', { changes: [{ path: 'a' }], status: 'completed' }, 'file_change', true],
    ['mcp_tool_call', { server: 's', tool: 't', status: 'failed', error: {} }, 's.t', false],
    ['web_search', { query: 'q' }, 'web_search', true],
  ])('has the call and the result of a %s', (type, fields, name, ok) => {
    expect(readAll(codex, lines(item(type, fields)))).toMatchObject([
      { kind: 'toolCall', id: 'item_9', name },
      { kind: 'toolResult', id: 'item_9', ok },
    ]);
  });

  it('is read whatever records come, in whatever pieces', () => {
    const type = fc.constantFrom('item.started', 'item.completed', 'turn.completed', 'error', 'x');
    const kind = fc.constantFrom('agent_message', 'mcp_tool_call', 'file_change', 'other');
    const record = fc.record({
      type,
      item: fc.oneof(fc.jsonValue(), fc.record({ type: kind, result: fc.jsonValue() })),
      usage: fc.jsonValue(),
      message: fc.jsonValue(),
    });
    fc.assert(fc.property(record, (value) => void readAll(codex, lines(value), 7)));
  });
});

describe('The transcript of codex', () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'oneshot-home-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));
  const transcript = (name: string) => fixture('codex', `${name}.transcript.jsonl`).toString();

  it('of a success is finished', () => {
    expect(readCodexTranscript(transcript('success'))).toMatchObject({
      finished: true,
      lastText: expect.stringContaining('I wrote hello.txt'),
    });
  });

  it('of a kill is not, but has what was done', () => {
    const seen = readCodexTranscript(`${transcript('midkill')}{"torn":`);
    expect(seen).toMatchObject({ finished: false, lastText: 'I will write the file now.' });
    expect(seen.toolCalls).toEqual([expect.stringMatching(/^exec_command .*hello\.txt/)]);
  });

  it('of a kill in the turn after a finished one is not finished', () => {
    const seen = readCodexTranscript(transcript('success') + transcript('midkill'));
    expect(seen.finished).toBe(false);
  });

  it('of a finished turn without a message has no text of an earlier one', () => {
    const end = { type: 'event_msg', payload: { type: 'task_complete', last_agent_message: null } };
    const seen = readCodexTranscript(`${transcript('midkill')}${JSON.stringify(end)}\n`);
    expect(seen).toMatchObject({ finished: true, lastText: '' });
  });

  it('lies in the folder of the day on which the session was begun', () => {
    const place = { ...PLACE, home };
    expect(codex.transcript?.find(place, 'id')).toBeNull();
    const sessions = join(home, '.codex/sessions');
    for (const day of ['2025/12/31', '2026/01/02'])
      mkdirSync(join(sessions, day), { recursive: true });
    writeFileSync(join(sessions, '2026/01/02/rollout-2026-01-02T04-24-11-other.jsonl'), '');
    expect(codex.transcript?.find(place, 'id')).toBeNull();
    const path = join(sessions, '2025/12/31/rollout-2025-12-31T23-59-59-id.jsonl');
    writeFileSync(path, '');
    expect(codex.transcript?.find(place, 'id')).toBe(path);
    const environment = { CODEX_HOME: join(home, '.codex') };
    expect(codex.transcript?.find({ ...PLACE, environment }, 'id')).toBe(path);
  });
});

describe('The command line of codex', () => {
  const OWN = '--json --dangerously-bypass-approvals-and-sandbox --skip-git-repo-check';

  it('takes the prompt from standard input', () => {
    const { args, input, sessionId, files } = codex.launch(request());
    expect({ input, sessionId, files }).toEqual({
      input: 'prompt',
      sessionId: null,
      files: undefined,
    });
    expect(args.join(' ')).toBe(`exec --own argument ${OWN} -m some/model -`);
  });

  it('goes on with a session that was cut short', () => {
    const { args, sessionId } = codex.launch(request({ resume: 'earlier' }));
    expect(args.join(' ')).toBe(`exec --own argument resume ${OWN} -m some/model earlier -`);
    expect(sessionId).toBe('earlier');
  });

  it('asks an auditor for a typed verdict, by a file of the attempt', () => {
    const { args, files } = codex.launch(request({ role: 'auditor' }));
    expect(args.join(' ')).toContain('--output-schema /run/verdict-schema.json');
    expect(JSON.parse(files?.['verdict-schema.json'] ?? '')).toEqual(VERDICT_SCHEMA);
  });
});
