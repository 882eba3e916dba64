import { describe, expect, it } from '@jest/globals';
import {
  failureOfExit,
  readGeminiFailure,
  stoppedBy,
} from '../../../actors/agents/gemini-failure.ts';
import { failureOf } from '../../../actors/agents/stream-failure.ts';

describe('The class of a failure, from the words of who failed', () => {
  it.each([
    ['contextTooLong', 'prompt_too_long'],
    ['contextTooLong', 'The prompt is too long: 210000 tokens'],
    ['contextTooLong', '400 rate limit: exceeds the context window'],
    ['contextTooLong', 'context_length_exceeded'],
    ['contextTooLong', 'ContextLength'],
    ['contextTooLong', "the model's maximum context is 8192"],
    ['contextTooLong', 'Model hit a token limit'],
    ['contextTooLong', 'too many tokens'],
    ['contextTooLong', 'The input token count (1200000) exceeds'],
    ['contextTooLong', 'Range of input length should be [1, 129024]'],
    ['unauthorized', 'HTTP 401'],
    ['unauthorized', 'Invalid API key'],
    ['unauthorized', 'invalid x-api-key'],
    ['unauthorized', 'invalid apikey'],
    ['unauthorized', 'Incorrect API key provided'],
    ['unauthorized', 'could not authenticate'],
    ['unauthorized', 'Please run /login'],
    ['unauthorized', 'OAuth token has expired'],
    ['unauthorized', 'No API key was found'],
    ['unauthorized', 'API key not valid'],
    ['unauthorized', 'Please set an Auth method'],
    ['unauthorized', 'unknown auth type'],
    ['unauthorized', 'Your session ended. Log in again'],
    ['unauthorized', 'Sign in again'],
    ['unauthorized', 'You are not logged in'],
    ['limited', '429'],
    ['limited', 'HTTP 503'],
    ['limited', 'status 529'],
    ['limited', 'rate_limit_error'],
    ['limited', 'RateLimit'],
    ['limited', 'Overloaded'],
    ['limited', "You've reached your usage limit"],
    ['limited', "You've hit your weekly limit"],
    ['limited', '5-hour limit reached'],
    ['limited', 'Quota exceeded'],
    ['limited', '403: out of quota'],
    ['limited', 'Too Many Requests'],
    ['limited', 'RESOURCE_EXHAUSTED'],
    ['limited', 'ResourceExhausted'],
    ['limited', 'Selected model is at capacity'],
    ['limited', 'We are seeing high demand'],
    ['unauthorized', 'HTTP 403'],
    ['unauthorized', 'PERMISSION_DENIED'],
    ['crashed', 'listening on port 4011, 14290, 40300'],
    ['crashed', 'TypeError: x is undefined'],
    ['crashed', ''],
  ] as const)('is %s for "%s"', (endClass, message) => {
    expect(failureOf(message).class).toBe(endClass);
  });

  it('is also read from what else was said about it, which is not quoted', () => {
    expect(failureOf('it failed', { evidence: 'HTTP 429' })).toEqual({
      class: 'limited',
      message: 'it failed',
      resumeAt: null,
    });
    expect(failureOf('error 4', { evidence: '29' }).class).toBe('crashed');
  });

  it('comes with what a person can do: log in, or shorten the task', () => {
    const login = 'Run `some login`.';
    const messageOf = (message: string) => failureOf(message, { login }).message;
    expect(messageOf('HTTP 401')).toBe('HTTP 401. Run `some login`.');
    for (const end of '.!?') expect(messageOf(`401${end}`)).toBe(`401${end} Run \`some login\`.`);
    expect(messageOf('HTTP 401. Sorry')).toBe('HTTP 401. Sorry. Run `some login`.');
    expect(messageOf('too many tokens')).toBe(
      'too many tokens. Shorten the task, or choose a model with a larger context.',
    );
    for (const message of ['HTTP 429', 'it broke']) expect(messageOf(message)).toBe(message);
    expect(failureOf('too many tokens').message).toContain('Shorten');
    expect(failureOf('HTTP 401').message).toBe('HTTP 401');
  });

  it('quotes at most 1,000 characters', () => {
    expect(failureOf('x'.repeat(1_000)).message).toBe('x'.repeat(1_000));
    expect(failureOf('x'.repeat(3_000)).message).toMatch(/^x{1000}[^x]*2000/);
  });
});

describe('A failure of gemini', () => {
  const LOGIN = 'Log in by starting `gemini` once, or set GEMINI_API_KEY.';

  it('is told in the words of its API, without the JSON around them', () => {
    const json = '{"error":{"code":429,"message":"Out of quota","status":"RESOURCE_EXHAUSTED"}}';
    const error = { message: `[API Error: ${json}]` };
    expect(readGeminiFailure({ status: 'error', error }, '')).toEqual({
      class: 'limited',
      message: 'Out of quota (HTTP 429, RESOURCE_EXHAUSTED)',
      resumeAt: null,
    });
  });

  it.each([
    ['its own message', { error: { message: 'it broke' } }, 'told', 'it broke'],
    ['what it told before, where it has none', { error: { type: 'x' } }, 'told', 'told'],
    ['its status', { status: 'error' }, '', 'it failed without saying why (error)'],
    ['that it has none', {}, '', 'it failed without saying why (no status)'],
    ['JSON that is no error', { error: { message: 'a {"b":1} c' } }, '', 'a {"b":1} c'],
    ['JSON that is broken', { error: { message: '{"error":{' } }, '', '{"error":{'],
  ])('quotes %s', (_, record, told, message) => {
    expect(readGeminiFailure(record, told)).toEqual({ class: 'crashed', message, resumeAt: null });
  });

  it('is also read from the type of its error, with what to do about a login', () => {
    const error = { message: 'Refused.', type: 'FatalAuthenticationError' };
    expect(readGeminiFailure({ error }, '')).toMatchObject({
      class: 'unauthorized',
      message: `Refused. ${LOGIN}`,
    });
  });

  it.each([
    'Model stream ended with empty response text. The context window may be exceeded.',
    'An EMPTY response',
    'no response text',
  ])('is an empty answer, and no long context, when it says "%s"', (message) => {
    expect(readGeminiFailure({ error: { message } }, '')).toEqual({
      class: 'empty',
      message,
      resumeAt: null,
    });
    const long = { error: { message: message + 'x'.repeat(2_000) } };
    expect(readGeminiFailure(long, '').message.length).toBeLessThan(1_100);
  });

  it('is a crash where it stopped behind an error, whatever its result claims', () => {
    const failure = (message: string) => ({ class: 'crashed', message, resumeAt: null });
    expect(stoppedBy('Loop detected')).toEqual(
      failure('it stopped without finishing: Loop detected'),
    );
    expect(stoppedBy('')).toEqual(failure('it stopped without finishing: an error'));
    expect(stoppedBy('x'.repeat(2_000)).message.length).toBeLessThan(1_100);
  });

  it.each([
    [41, 'unauthorized', `it is not logged in. ${LOGIN}`],
    [145, 'unauthorized', `its API refused the key (HTTP 401). ${LOGIN}`],
    [147, 'unauthorized', `its API forbids it (HTTP 403). ${LOGIN}`],
    [173, 'limited', 'its API is at its limit (HTTP 429).'],
    [247, 'limited', 'its API is overloaded (HTTP 503).'],
    [17, 'limited', 'its API is overloaded (HTTP 529).'],
  ])('is read from exit code %d, with the last line of stderr', (code, endClass, message) => {
    const failure = { class: endClass, resumeAt: null };
    expect(failureOfExit(code, ' \n')).toEqual({ ...failure, message });
    expect(failureOfExit(code, 'noise\nmore noise\nno\n\n')).toEqual({
      ...failure,
      message: `${message} It said: no`,
    });
    const long = failureOfExit(code, 'x'.repeat(2_000))?.message ?? '';
    expect(long.length).toBeLessThan(500);
  });

  it('is not read from any other exit code', () => {
    for (const code of [0, 1, 42, 130, 255]) expect(failureOfExit(code, 'no')).toBeNull();
  });
});
