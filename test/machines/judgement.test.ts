import { describe, expect, it } from '@jest/globals';
import type { StreamFailure } from '../../machines/activity.ts';
import type { EndClass, EndReason } from '../../machines/contracts.ts';
import {
  answerOf,
  classifyEnd,
  describeEnd,
  type Evidence,
  judgeRecovery,
} from '../../machines/judgement.ts';
import { type FinalResult, NO_OUTCOME, type StreamOutcome } from '../../machines/outcome.ts';

/** A worker that exited with 0 and left nothing at all. */
const NOTHING: Evidence = {
  role: 'worker',
  agent: 'some',
  reason: 'exited',
  exitCode: 0,
  signal: null,
  stopped: false,
  lingered: false,
  stream: NO_OUTCOME,
  printed: null,
  transcript: null,
  changedFiles: [],
  complaint: '',
  startFailure: null,
};

const evidenceWith = (evidence: Partial<Evidence>): Evidence => ({ ...NOTHING, ...evidence });
const stream = (outcome: Partial<StreamOutcome>) => ({ stream: { ...NO_OUTCOME, ...outcome } });
const final = (result: Partial<FinalResult>) =>
  stream({ final: { text: '', structured: null, failure: null, ...result } });
const failed = (failure: Partial<StreamFailure>) =>
  final({
    text: 'half',
    failure: { class: 'crashed', message: 'it broke', resumeAt: null, ...failure },
  });
const transcript = (lastText: string, finished: boolean, toolCalls: readonly string[] = []) => ({
  transcript: { finished, lastText, toolCalls },
});
const NO_PROGRAM = {
  startFailure: { class: 'notFound', message: 'There is no program "some".' },
} as const;

type Row = readonly [what: string, evidence: Partial<Evidence>, expected: EndClass];

describe('The class of an end that came by itself', () => {
  it.each<Row>([
    ['a result and exit code 0', final({ text: 'done' }), 'clean'],
    ['a typed result without words', final({ structured: { verdict: 'done' } }), 'clean'],
    ['a typed result that is false', final({ structured: false }), 'clean'],
    ['a typed result that is left out', final({ structured: undefined }), 'empty'],
    ['a result of blanks', final({ text: ' \n ' }), 'empty'],
    ['no result though the exit code is 0', {}, 'empty'],
    ['a result and another exit code', { ...final({ text: 'done' }), exitCode: 1 }, 'crashed'],
    ['a result and no exit record', { ...final({ text: 'done' }), exitCode: null }, 'crashed'],
    ['a printed answer and exit code 0', { printed: 'done' }, 'clean'],
    ['blanks printed', { printed: ' \n' }, 'empty'],
    ['a printed answer and another exit code', { printed: 'done', exitCode: 1 }, 'crashed'],
    ['a printed answer of a process that was stopped', { printed: 'do', stopped: true }, 'stopped'],
    ['a process that was stopped', { stopped: true, exitCode: null }, 'stopped'],
    [
      'a result of a process that was stopped',
      { ...final({ text: 'x' }), stopped: true },
      'stopped',
    ],
    [
      'a result after which the process lingered and was stopped',
      { ...final({ text: 'done' }), stopped: true, lingered: true, exitCode: 143 },
      'clean',
    ],
    [
      'an empty result after which the process lingered',
      { ...final({}), stopped: true, lingered: true },
      'stopped',
    ],
    [
      'a result that tells of a limit, whatever the exit code',
      { ...failed({ class: 'limited' }), exitCode: 0 },
      'limited',
    ],
    [
      'a result that tells of a failure of a process that was stopped',
      { ...failed({ class: 'unauthorized' }), stopped: true, lingered: true },
      'unauthorized',
    ],
    ['a program that is missing', { ...NO_PROGRAM, exitCode: null }, 'notFound'],
  ])('of %s', (_, evidence, expected) => {
    expect(classifyEnd(evidenceWith(evidence))).toBe(expected);
  });
});

describe('The answer of an attempt', () => {
  const answer = (text: string, structured: unknown = null) => ({ text, structured });

  it('is its final result, with the typed part, whatever it printed besides', () => {
    const evidence = { ...final({ text: 'done', structured: [1] }), printed: 'noise' };
    expect(answerOf(evidenceWith(evidence))).toEqual(answer('done', [1]));
  });

  it('is the final result also of a process that crashed or was stopped after it', () => {
    for (const end of [{ exitCode: 1 }, { stopped: true, exitCode: null }])
      expect(answerOf(evidenceWith({ ...final({ text: 'done' }), ...end }))).toEqual(
        answer('done'),
      );
  });

  it('is nothing where the final result tells of a failure, even behind words', () => {
    expect(answerOf(evidenceWith({ ...failed({}), printed: 'done' }))).toBeNull();
  });

  it('is what was printed, only where printing came to its end with exit code 0', () => {
    expect(answerOf(evidenceWith({ printed: 'done' }))).toEqual(answer('done'));
    expect(answerOf(evidenceWith({ printed: 'done', exitCode: 1 }))).toBeNull();
    expect(answerOf(evidenceWith({ printed: 'done', exitCode: null }))).toBeNull();
    expect(answerOf(evidenceWith({ printed: 'done', stopped: true }))).toBeNull();
    expect(answerOf(evidenceWith({ printed: '' }))).toBeNull();
    expect(answerOf(evidenceWith({}))).toBeNull();
  });
});

describe('What recovery makes of an abnormal end', () => {
  const stopped = { reason: 'inactivity', stopped: true, exitCode: null } as const;
  const judge = (evidence: Partial<Evidence>) => judgeRecovery(evidenceWith(evidence));

  it('is success where the work was finished before the process was stopped or crashed', () => {
    for (const end of [stopped, { exitCode: 1 }])
      expect(judge({ ...final({ text: 'done', structured: 7 }), ...end })).toEqual({
        kind: 'success',
        class: 'clean',
        answer: { text: 'done', structured: 7 },
      });
  });

  it('is success where its own transcript shows that the last turn was finished', () => {
    expect(judge({ ...stopped, ...transcript('done', true) })).toEqual({
      kind: 'success',
      class: 'clean',
      answer: { text: 'done', structured: null },
    });
  });

  it('is no success for a transcript that was cut off, is empty, or tells of a failure', () => {
    const rows = [
      transcript('do', false),
      transcript(' ', true),
      { ...transcript('done', true), ...failed({}) },
    ];
    for (const evidence of rows)
      expect(judge({ ...stopped, ...evidence }).kind).not.toBe('success');
  });

  it.each<readonly [string, Partial<Evidence>]>([
    ['words', stream({ words: 'I look' })],
    ['a tool call', stream({ toolCalls: ['bash ls'] })],
    ['a changed file', { changedFiles: ['a.ts'] }],
    ['words in its transcript', transcript('I look', false)],
    ['a tool call in its transcript', transcript('', false, ['bash ls'])],
  ])('is partial for a worker that left %s, and dead for an auditor', (_, evidence) => {
    expect(judge({ ...stopped, ...evidence })).toEqual({ kind: 'partial', class: 'stopped' });
    expect(judge({ ...stopped, ...evidence, role: 'auditor' })).toEqual({
      kind: 'dead',
      class: 'stopped',
    });
  });

  it.each<readonly [string, Partial<Evidence>, EndClass]>([
    ['that was stopped', stopped, 'stopped'],
    ['that said blanks', { ...stopped, ...stream({ words: ' \n' }) }, 'stopped'],
    ['whose transcript is bare', { ...stopped, ...transcript('', false) }, 'stopped'],
    ['that exited with 0', {}, 'empty'],
    ['that crashed', { exitCode: 1 }, 'crashed'],
    ['whose context was too long', failed({ class: 'contextTooLong' }), 'contextTooLong'],
  ])('is dead for a worker with nothing %s', (_, evidence, endClass) => {
    expect(judge(evidence)).toEqual({ kind: 'dead', class: endClass });
  });

  it('goes on with what a worker did before its context was too long', () => {
    const evidence = { ...failed({ class: 'contextTooLong' }), changedFiles: ['a.ts'] };
    expect(judge(evidence)).toEqual({ kind: 'partial', class: 'contextTooLong' });
  });

  it('is dead without a login or a program, whatever was left: another start would end the same', () => {
    for (const evidence of [failed({ class: 'unauthorized' }), NO_PROGRAM])
      expect(judge({ ...evidence, changedFiles: ['a.ts'] }).kind).toBe('dead');
  });

  it('carries of a limit when it ends, where that was told, and whether there is something to go on with', () => {
    const limit = (resumeAt: number | null) => failed({ class: 'limited', resumeAt });
    const limited = { kind: 'limited', class: 'limited' } as const;
    expect(judge(limit(5_000))).toEqual({ ...limited, resumeAt: 5_000, isUsable: false });
    expect(judge({ ...limit(null), changedFiles: ['a.ts'] })).toEqual({
      ...limited,
      resumeAt: null,
      isUsable: true,
    });
  });
});

describe('The sentence about an end', () => {
  const sentence = (evidence: Partial<Evidence>) => describeEnd(evidenceWith(evidence));

  it('is that of the start, where the program could not be started', () => {
    expect(sentence({ ...NO_PROGRAM, reason: 'spawnFailed' })).toBe('There is no program "some".');
  });

  it('is what the agent itself reported, before everything that is seen from outside', () => {
    expect(sentence({ ...failed({ message: 'no credit' }), exitCode: 1, complaint: 'x' })).toBe(
      'The worker (some) reported: no credit',
    );
  });

  it.each<readonly [EndReason, string]>([
    ['inactivity', 'showed no sign of life for the inactivity timeout and was stopped'],
    ['attemptCeiling', 'ran into the attempt timeout and was stopped'],
    ['interrupted', 'was stopped by an interruption'],
    ['budget', 'used up a budget of the run and was stopped'],
    ['outputLimit', 'printed more than the output limit and was stopped'],
    ['spawnFailed', 'could not be started'],
  ])('names the reason %s', (reason, course) => {
    expect(sentence({ reason, role: 'auditor' })).toBe(`The auditor (some) ${course}.`);
  });

  it.each<readonly [what: string, Partial<Evidence>, string]>([
    [
      'the exit code of one that gave a result',
      { ...final({ text: 'x' }), exitCode: 2 },
      'exited with code 2',
    ],
    ['the exit code of one that printed', { printed: 'x', exitCode: 2 }, 'exited with code 2'],
    ['that nothing was given', { exitCode: 2 }, 'exited with code 2 and gave no result'],
    [
      'that an answer was empty',
      final({ text: ' \n' }),
      'exited with code 0 and gave an empty answer',
    ],
    [
      'nothing of the kind of a typed answer',
      final({ structured: { verdict: 'done' } }),
      'exited with code 0',
    ],
    ['that only blanks were given', { printed: ' \n' }, 'exited with code 0 and gave no result'],
    ['the signal', { exitCode: null, signal: 'SIGKILL' }, 'was killed by SIGKILL'],
    ['that no exit was recorded', { exitCode: null }, 'ended without an exit record'],
  ])('says %s', (_, evidence, course) => {
    expect(sentence(evidence)).toBe(`The worker (some) ${course}.`);
    const record = evidence.exitCode !== null || evidence.signal !== undefined;
    expect(sentence({ ...evidence, reason: 'orchestratorLost' })).toBe(
      record
        ? `The worker (some) ${course} while oneshot was gone.`
        : 'The worker (some) ended while oneshot was gone, without an exit record.',
    );
  });

  it('quotes the last line of stderr, bounded, unless it exited with 0', () => {
    const complaint = `warning\nanother\n${'x'.repeat(400)}\n\n`;
    expect(sentence({ exitCode: 1, printed: 'a', complaint })).toBe(
      `The worker (some) exited with code 1. It said: ${'x'.repeat(300)}`,
    );
    expect(sentence({ exitCode: 0, printed: 'a', complaint })).toBe(
      'The worker (some) exited with code 0.',
    );
    expect(sentence({ exitCode: 1, printed: 'a', complaint: ' \n' })).toBe(
      'The worker (some) exited with code 1.',
    );
  });
});
