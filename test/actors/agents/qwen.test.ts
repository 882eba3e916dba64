import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { qwen } from '../../../actors/agents/qwen.ts';
import { readQwenTranscript } from '../../../actors/agents/qwen-transcript.ts';
import { VERDICT_SCHEMA } from '../../../machines/prompts.ts';
import { fixture, kindsOf, lines, outcomeOf, PLACE, readAll, request } from './adapter-reading.ts';

const read = (name: string) => readAll(qwen, fixture('qwen', `${name}.ndjson`));
const result = (fields: object) =>
  lines({ type: 'result', subtype: 'success', is_error: false, session_id: 's', ...fields });

describe('The stream of qwen', () => {
  it('of a success has session, words, tools, usage and result', () => {
    const activities = read('success');
    expect(kindsOf(activities)).toEqual([
      'session',
      'text',
      'toolCall',
      'toolResult',
      'text',
      'usage',
      'result',
    ]);
    expect(outcomeOf(activities)).toMatchObject({
      sessionId: '11111111-2222-4333-8444-555555555555',
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
    expect(outcomeOf(read('resume')).usage.inputTokens).toBe(4800);
    expect(qwen.sessionTotals).toEqual(['tokens']);
  });

  it('that waited for its API in silence is a success', () => {
    expect(outcomeOf(read('r429_once')).final?.failure).toBeNull();
  });

  it('tells a retry where it prints one', () => {
    const activities = readAll(qwen, lines({ type: 'system', subtype: 'retry', message: '429' }));
    expect(activities).toEqual([
      { kind: 'retry', message: 'waits for its API: 429', delayMs: null },
    ]);
  });

  it('of a refusal is a failure that says what to do, with an unknown usage', () => {
    const { final, usage } = outcomeOf(read('auth401'));
    expect(final?.failure).toMatchObject({
      class: 'unauthorized',
      message: expect.stringContaining('/auth'),
    });
    expect(usage).toEqual({ inputTokens: null, outputTokens: null, costUsd: null });
  });

  it.each(['midkill', 'tool_kill', 'hang_term', 'r429'])('of a kill (%s) has no result', (name) => {
    expect(outcomeOf(read(name)).final).toBeNull();
  });

  it.each([
    ['[API Error: 429 Too Many Requests]', 'limited'],
    ['[API Error: 400 Range of input length should be [1, 98304]]', 'contextTooLong'],
    ["[API Error: 400 This model's maximum context length is 8192 tokens]", 'contextTooLong'],
    ['[API Error: 401 Incorrect API key provided]', 'unauthorized'],
    ['[API Error: 403 Access denied.]', 'unauthorized'],
    ['No auth type is selected. Please configure an auth type.', 'unauthorized'],
    ['[API Error: Connection error.]', 'crashed'],
  ])('with the error "%s" is a failure of class %s', (message, failure) => {
    const bytes = result({ subtype: 'error_during_execution', is_error: true, error: { message } });
    expect(outcomeOf(readAll(qwen, bytes)).final?.failure?.class).toBe(failure);
  });

  it('has no work in the words of an error of its API', () => {
    const activities = read('auth401');
    expect(kindsOf(activities)).toEqual(['session', 'error', 'usage', 'result']);
    expect(outcomeOf(activities).words).toBe('');
  });

  it('that calls itself an error in its subtype only has failed too', () => {
    const { final } = outcomeOf(readAll(qwen, result({ subtype: 'error_max_turns' })));
    expect(final?.failure).toMatchObject({ class: 'crashed', message: 'error_max_turns' });
  });

  it('without an answer has an empty result', () => {
    const { final, sessionId } = outcomeOf(readAll(qwen, result({ result: '' })));
    expect(final).toMatchObject({ text: '', structured: null, failure: null });
    expect(sessionId).toBe('s');
  });

  it('that talks about errors in a success is none', () => {
    const { final } = outcomeOf(readAll(qwen, result({ result: 'I mended the 401.' })));
    expect(final?.failure).toBeNull();
  });

  it('is read whatever records come, in whatever pieces', () => {
    const type = fc.constantFrom('assistant', 'user', 'system', 'result', 'other');
    const record = fc.record({
      type,
      message: fc.jsonValue(),
      usage: fc.jsonValue(),
      error: fc.jsonValue(),
    });
    fc.assert(fc.property(record, (value) => void readAll(qwen, lines(value), 7)));
  });
});

describe('The transcript of qwen', () => {
  const transcript = (name: string) => fixture('qwen', `${name}.transcript.jsonl`).toString();
  const line = (type: string, ...parts: object[]) =>
    `${JSON.stringify({ type, message: { parts } })}\n`;

  it('of a success is finished', () => {
    expect(readQwenTranscript(transcript('success'))).toMatchObject({
      finished: true,
      lastText: expect.stringContaining('I wrote hello.txt'),
    });
  });

  it('of a kill is not, but has what was done', () => {
    const seen = readQwenTranscript(`${transcript('midkill')}{"torn":`);
    expect(seen).toMatchObject({ finished: false, lastText: 'I will write the file now.' });
    expect(seen.toolCalls).toEqual([expect.stringMatching(/^write_file .*hello\.txt/)]);
  });

  it('of a signal in the middle of an answer is not finished, though the half of it is written down', () => {
    const seen = readQwenTranscript(transcript('cancelled'));
    expect(seen).toMatchObject({
      finished: false,
      lastText: expect.stringMatching(/the greetin$/),
    });
  });

  it('of an answer whose API told no usage is finished by the note that it answered', () => {
    const uiEvent = { 'event.name': 'qwen-code.api_response' };
    const note = `${JSON.stringify({ type: 'system', systemPayload: { uiEvent } })}\n`;
    const [asked, said] = [line('user', { text: 'Go.' }), line('assistant', { text: 'Done.' })];
    expect(readQwenTranscript(asked + note + said).finished).toBe(true);
    expect(readQwenTranscript(note + asked + said).finished).toBe(false);
  });

  it.each([
    ['calls a tool', line('assistant', { text: 'Now.' }, { functionCall: { name: 'x' } })],
    ['is the error of its API', line('assistant', { text: '[API Error: 401 no]' })],
    ['only thinks', line('assistant', { text: 'Hm.', thought: true })],
    ['is of the user', line('assistant', { text: 'Yes?' }) + line('user', { text: 'Go on.' })],
  ])('whose last message %s is not finished', (_, text) => {
    expect(readQwenTranscript(text).finished).toBe(false);
  });

  it('lies where the work tree says', () => {
    const place = { ...PLACE, cwd: '/src/my.app' };
    expect(qwen.transcript?.find(place, 'id')).toBe(
      '/home/me/.qwen/projects/-src-my-app/chats/id.jsonl',
    );
    const environment = { QWEN_RUNTIME_DIR: '/data' };
    expect(qwen.transcript?.find({ ...place, environment }, 'id')).toMatch(/^\/data\/projects/);
  });
});

describe('The command line of qwen', () => {
  it('takes the prompt from standard input and gives the session', () => {
    const { args, input, sessionId } = qwen.launch(request());
    expect({ input, sessionId }).toEqual({ input: 'prompt', sessionId: 'fresh' });
    expect(args.join(' ')).toBe(
      '-o stream-json --yolo -m some/model --session-id fresh --own argument',
    );
  });

  it('goes on with a session that was cut short', () => {
    const { args, sessionId } = qwen.launch(request({ resume: 'earlier' }));
    expect(args.join(' ')).toContain('--resume earlier');
    expect(args).not.toContain('--session-id');
    expect(sessionId).toBe('earlier');
  });

  it('asks an auditor for a typed verdict', () => {
    const { args } = qwen.launch(request({ role: 'auditor' }));
    expect(JSON.parse(args[args.indexOf('--json-schema') + 1] ?? '')).toEqual(VERDICT_SCHEMA);
  });
});

describe('The exit of qwen', () => {
  it('without a stream says when no way to log in was chosen', () => {
    const complaint = 'warning\nNo auth type is selected. Please configure an auth type …\n';
    expect(qwen.failureOfExit?.(1, complaint)).toMatchObject({
      class: 'unauthorized',
      message: expect.stringContaining('/auth'),
    });
    expect(qwen.failureOfExit?.(1, 'Warning: no sandbox')).toBeNull();
  });
});
