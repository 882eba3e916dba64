import { describe, expect, it } from '@jest/globals';
import type { CurrentAttempt, LifecycleContext } from '../../machines/context.ts';
import { attemptPlan, initialContext } from '../../machines/context.ts';
import type { EndReason } from '../../machines/contracts.ts';
import { PREVIEW_LENGTH, UNKNOWN_USAGE } from '../../machines/contracts.ts';
import * as judged from '../../machines/judgement-updates.ts';
import { noteLimit } from '../../machines/limit-updates.ts';
import * as update from '../../machines/updates.ts';
import * as on from './lifecycle-events.ts';

const attempt: CurrentAttempt = {
  number: 4,
  role: 'worker',
  agent: 0,
  attach: false,
  ranMs: 0,
  spent: UNKNOWN_USAGE,
  pid: null,
  endReason: null,
  counted: false,
};

function context(overrides: Partial<LifecycleContext> = {}): LifecycleContext {
  return { ...initialContext(on.input()), iteration: 2, attempt, ...overrides };
}

/** The context with the update in it, as XState merges it. */
function updated(before: LifecycleContext, change: update.Update): LifecycleContext {
  return { ...before, ...change };
}

describe('whether an end counts as a death', () => {
  it.each([
    ['exited', true],
    ['inactivity', true],
    ['attemptCeiling', true],
    ['outputLimit', true],
    ['spawnFailed', true],
    ['interrupted', false],
    ['orchestratorLost', false],
  ] satisfies [EndReason, boolean][])('%s: %s', (reason, counts) => {
    expect(update.countsAsDeath(attempt, on.end({ reason }))).toBe(counts);
    expect(update.isOurDoing(reason)).toBe(!counts);
  });

  it('not a second time for the same attempt', () => {
    expect(update.countsAsDeath({ ...attempt, counted: true }, on.end())).toBe(false);
  });

  it('for an unreadable answer also when oneshot died meanwhile', () => {
    const lost = on.answer('unreadable', { reason: 'orchestratorLost' });
    expect(update.countsAsDeath(attempt, lost)).toBe(true);
  });
});

describe('an attempt', () => {
  it('has the next number of the run, whatever its role', () => {
    expect(update.beginAttempt(context(), 'auditor').attempt).toEqual({
      ...attempt,
      number: 5,
      role: 'auditor',
    });
    expect(update.beginAttempt(context({ attempt: null }), 'worker').attempt?.number).toBe(1);
  });

  it('begins without the reason that led to it', () => {
    const before = context({ reason: 'dead', message: 'It crashed.', resumeAt: 5 });
    expect(updated(before, update.beginAttempt(before, 'worker'))).toMatchObject({
      reason: null,
      message: null,
      resumeAt: null,
    });
  });

  it('must be there before something is noted about it', () => {
    const none = context({ attempt: null });
    expect(() => update.noteStarted(none, 1)).toThrow('The run run-1 has no attempt yet.');
    expect(() => attemptPlan(none)).toThrow('The run run-1 has no attempt yet.');
  });

  it('keeps its number when it is attached to', () => {
    const change = update.attach(context({ attempt: { ...attempt, endReason: 'exited' } }), 99, 5);
    const attached = { ...attempt, attach: true, ranMs: 5, pid: 99, endReason: null };
    expect(change.attempt).toEqual(attached);
  });
});

describe('an iteration', () => {
  it('begins without the work and the diagnosis of the one before', () => {
    const work = { attempt: 1, result: on.text('old'), checks: [], checkedTree: null };
    const before = context({ work, diagnosis: 'no JSON', deaths: { worker: 1, auditor: 1 } });
    expect(updated(before, update.beginIteration(before))).toMatchObject({
      iteration: 3,
      work: null,
      diagnosis: null,
      deaths: { worker: 0, auditor: 0 },
    });
  });

  it('that is repeated keeps its number and its deaths', () => {
    const before = context({ repeatsIteration: true, deaths: { worker: 1, auditor: 0 } });
    expect(updated(before, update.beginIteration(before))).toMatchObject({
      iteration: 2,
      repeatsIteration: false,
      deaths: { worker: 1, auditor: 0 },
    });
  });
});

describe('an interruption', () => {
  it.each([
    ['workerExecuting', 'interrupted'],
    ['auditorExecuting', 'interrupted'],
    ['checksExecuting', 'interrupted'],
    ['auditPending', null],
    ['recoveryPending', null],
    ['waitingForQuota', null],
  ] as const)('in %s ends the attempt with: %s', (phase, endReason) => {
    const before = context({ phase });
    const after = updated(before, update.noteInterruption(before, 'SIGTERM'));
    expect(after.attempt?.endReason).toBe(endReason);
    expect(after.reason).toBe('SIGTERM');
  });

  it('does not replace the reason for which the attempt ended before', () => {
    const before = context({
      phase: 'workerExecuting',
      attempt: { ...attempt, endReason: 'inactivity' },
    });
    const after = updated(before, update.noteInterruption(before, 'SIGTERM'));
    expect(after.attempt?.endReason).toBe('inactivity');
  });
});

describe('a round', () => {
  it('quotes at most what a record shows', () => {
    const long = { ...on.text('x'), preview: 'ü'.repeat(1_000) };
    const { rounds } = judged.takeFailedChecks(context(), [], long, null);
    expect(rounds?.[0]?.feedback).toHaveLength(PREVIEW_LENGTH);
  });

  it('is no longer remembered when ten later ones are', () => {
    const after = Array.from({ length: 12 }).reduce<LifecycleContext>(
      (now) =>
        updated(
          { ...now, iteration: now.iteration + 1 },
          judged.takeFailedChecks(
            { ...now, iteration: now.iteration + 1 },
            [],
            on.text('no'),
            null,
          ),
        ),
      context({ iteration: 0 }),
    );
    expect(after.rounds.map(({ iteration }) => iteration)).toEqual([
      3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ]);
  });
});

describe('the time of the run', () => {
  const checks = [on.CHECK, { ...on.CHECK, durationMs: 30 }];

  it('counts what every check took, whether they pass or fail', () => {
    const before = context({ activeMs: 100 });
    expect(judged.acceptChecks(before, checks, null).activeMs).toBe(142);
    expect(judged.takeFailedChecks(before, checks, on.text('no'), null).activeMs).toBe(142);
  });
});

describe('what an interrupted attempt has used', () => {
  it('counts of an auditor, which is not looked at again, and is left to recovery of a worker', () => {
    const spent = { ...attempt, spent: on.usage(5, 0.5), ranMs: 70 };
    const auditor = {
      attempt: { ...spent, role: 'auditor' as const },
      phase: 'auditorExecuting' as const,
    };
    expect(update.noteInterruption(context(auditor), 'SIGINT')).toMatchObject({
      usage: { auditor: { inputTokens: 5, costUsd: 0.5 } },
      activeMs: 70,
      usageUpTo: 4,
      reason: 'SIGINT',
    });
    const worker = context({ attempt: spent, phase: 'workerExecuting' });
    expect(update.noteInterruption(worker, 'SIGINT')).not.toHaveProperty('usage');
  });
});

describe('being lost', () => {
  it('counts in a row, and not where the attempt had come to a clean end', () => {
    const lost = on.stoppedEnd('orchestratorLost');
    expect(update.lossesWith(context({ losses: 2 }), lost)).toBe(3);
    expect(update.lossesWith(context({ losses: 2 }), { ...lost, class: 'clean' })).toBe(0);
    expect(update.lossesWith(context({ losses: 2 }), on.end())).toBe(0);
  });
});

describe('another agent in the place of one at its limit', () => {
  const before = context({
    ...initialContext(
      on.input({ agentCounts: { worker: 2, auditor: 2 }, limits: { onLimit: 'fallback' } }),
    ),
    attempt,
  });

  it.each([
    ['It is at its limit', 'It is at its limit. The next agent takes its place.'],
    ['It is at its limit!', 'It is at its limit! The next agent takes its place.'],
    ['No. 3 is at its limit', 'No. 3 is at its limit. The next agent takes its place.'],
  ])('is told behind what the first one said: "%s"', (message, told) => {
    expect(noteLimit(before, on.end({ message }), null, null)).toMatchObject({
      reason: 'fallback',
      message: told,
    });
  });

  it('has the salvage of the worker, and not its session; an auditor leaves it as it is', () => {
    const salvage = {
      attempt: 1,
      reason: 'inactivity' as const,
      text: on.text('half'),
      session: { id: 's', usage: UNKNOWN_USAGE },
    };
    const at = (role: 'worker' | 'auditor') =>
      noteLimit({ ...before, salvage, attempt: { ...attempt, role } }, on.end(), null, null)
        .salvage;
    expect(at('worker')).toEqual({ ...salvage, session: null });
    expect(at('auditor')).toEqual(salvage);
  });
});

describe('a limit that cannot be waited for', () => {
  it.each([null, on.ENDED_AT - 1, on.ENDED_AT])('ends at %s, so it is probed for', (resumeAt) => {
    expect(noteLimit(context(), on.end(), resumeAt, null).resumeAt).toBe(on.ENDED_AT + 60_000);
  });

  it('is no reason for another agent where the run is to wait', () => {
    const before = {
      ...initialContext(on.input({ agentCounts: { worker: 2, auditor: 2 } })),
      attempt,
    };
    expect(noteLimit(before, on.end(), null, null).turns?.worker.current).toBe(0);
  });
});

describe('partial work in a session', () => {
  it('has what all attempts in that session have used', () => {
    const taken = (id: string) => {
      const session = { id, usage: on.usage(5, 0.5) };
      const salvage = { attempt: 1, reason: 'inactivity' as const, text: on.text('half'), session };
      const end = { ...on.stoppedEnd('inactivity'), sessionId: 's', usage: on.usage(2, 0.25) };
      return update.takePartial(context({ salvage }), end, on.text('more'));
    };
    expect(taken('s')).toMatchObject({
      reason: 'partial',
      salvage: { session: { id: 's', usage: { inputTokens: 7, costUsd: 0.75 } } },
    });
    expect(taken('other').salvage?.session?.usage).toMatchObject({ inputTokens: 2, costUsd: 0.25 });
  });
});

describe('larger limits', () => {
  it.each([
    ['auditPending', true],
    ['workerExecuting', true],
    ['reiterationPending', false],
    [null, false],
  ] as const)('of a run that failed in %s repeat its iteration: %s', (failedIn, repeats) => {
    const extended = (repeatsIteration: boolean) =>
      update.extendLimits(context({ failedIn, repeatsIteration }), {}).repeatsIteration;
    expect([extended(false), extended(true)]).toEqual([repeats, true]);
  });
});

describe('limits', () => {
  it('keep what is not extended', () => {
    expect(update.extendLimits(context(), { maxIterations: 9 }).limits).toEqual({
      ...on.LIMITS,
      maxIterations: 9,
    });
  });
});

describe('work', () => {
  it('needs a result', () => {
    expect(() => judged.acceptWork(context(), on.end())).toThrow(
      'A clean end of a worker has a result.',
    );
  });
});

describe('an update', () => {
  it('leaves the context that it is made from as it was', () => {
    const before = Object.freeze(context());
    const frozen = JSON.stringify(before);
    update.beginIteration(before);
    update.takePartial(before, on.stoppedEnd('inactivity'), on.text('half'));
    update.noteDeath(before, on.end());
    noteLimit(before, on.end(), null, null);
    judged.takeVerdict(before, on.answer('retry'));
    expect(JSON.stringify(before)).toBe(frozen);
  });
});
