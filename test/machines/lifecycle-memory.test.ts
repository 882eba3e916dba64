/** What a run remembers from attempt to attempt: limits, feedback, salvage, usage, rounds. */
import { describe, expect, it } from '@jest/globals';
import { attemptPlan, ROUNDS_KEPT } from '../../machines/context.ts';
import { PROBE_CEILING_MS, PROBE_FIRST_MS } from '../../machines/limit-updates.ts';
import type { Step } from './lifecycle-events.ts';
import * as on from './lifecycle-events.ts';
import type { Run } from './lifecycle-runs.ts';
import * as to from './lifecycle-runs.ts';
import { play, playOn, stateOf } from './lifecycle-runs.ts';

describe('a usage limit', () => {
  const limit = (resumeAt: number | null) => [
    on.ended(on.end({ class: 'limited' })),
    on.limited(resumeAt),
  ];

  function waits(run: Run, count: number, resumeAt: number | null = null): number[] {
    const waitsSoFar: number[] = [];
    let now = run;
    for (let i = 0; i < count; i += 1) {
      now = playOn(now, limit(resumeAt));
      waitsSoFar.push((now.context.resumeAt ?? 0) - on.ENDED_AT);
      now = playOn(now, [on.quotaReset]);
    }
    return waitsSoFar;
  }

  it('of unknown end is probed at growing distances, at most half an hour', () => {
    const minutes = waits(play(to.toWorker), 8).map((ms) => ms / 60_000);
    expect(minutes).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
    expect([PROBE_FIRST_MS, PROBE_CEILING_MS]).toEqual([60_000, 1_800_000]);
  });

  it('whose end is told begins the probes anew', () => {
    const told = [...limit(on.ENDED_AT + PROBE_FIRST_MS), on.quotaReset];
    const run = playOn(play([...to.toWorker, ...limit(null), on.quotaReset]), told);
    expect(waits(run, 1)).toEqual([PROBE_FIRST_MS]);
  });

  it.each([on.ENDED_AT - 1, on.ENDED_AT])(
    'that had ended when the attempt did (%i) is probed like one of unknown end',
    (resumeAt) => {
      const run = play([...to.toWorker, ...limit(resumeAt)]);
      expect(run.context.resumeAt).toBe(on.ENDED_AT + PROBE_FIRST_MS);
    },
  );

  it.each([
    ['worker', [...to.toWorkerQuota, on.quotaReset, on.ended(on.cleanEnd())]],
    ['auditor', [...to.toAuditorQuota, on.quotaReset, on.audit, on.ended(on.answer('retry'))]],
  ] satisfies [string, Step[]][])(
    'of the %s begins the probes anew after a clean end',
    (_, steps) => {
      expect(play(steps).context.quotaProbes).toBe(0);
    },
  );

  it('stops the run with its reason and time when it shall stop, and a resume goes on', () => {
    const stop = on.input({ limits: { onLimit: 'stop' } });
    const run = play([...to.toWorker, ...limit(on.ENDED_AT + 5_000)], stop);
    expect(stateOf(run)).toBe('interrupted');
    expect(run.context).toMatchObject({ reason: 'usageLimit', resumeAt: on.ENDED_AT + 5_000 });
    const restartedFirst = playOn(run, [on.restarted, on.resume]);
    expect(stateOf(restartedFirst)).toBe('workerExecuting.live');
    expect(restartedFirst.context.iteration).toBe(1);
  });

  it('that ends soon is believed once, then waited for like one of unknown end', () => {
    const soon = [...limit(on.ENDED_AT + 2_000), on.quotaReset];
    const run = playOn(play(to.toWorker), soon);
    expect(waits(play(to.toWorker), 1, on.ENDED_AT + 2_000)).toEqual([2_000]);
    expect(waits(run, 3, on.ENDED_AT + 2_000)).toEqual([120_000, 240_000, 480_000]);
  });

  it('leaves what the worker did before it to the next attempt, with its session', () => {
    const run = play([...to.toWorkerRecovery, on.limitedAtWork(null), on.quotaReset]);
    expect(attemptPlan(run.context)).toMatchObject({
      iteration: 1,
      salvage: { attempt: 1, text: on.text('half of it'), session: { id: 's' } },
    });
  });

  it('keeps its time when the wait is interrupted', () => {
    const run = play([...to.toWorker, ...limit(on.ENDED_AT + 5_000), on.interrupt(), on.resume]);
    expect(stateOf(run)).toBe('waitingForQuota');
    expect(run.context.resumeAt).toBe(on.ENDED_AT + 5_000);
  });
});

describe('agents to fall back on', () => {
  const agentCounts = { worker: 3, auditor: 2 };
  const three = on.input({ agentCounts, limits: { onLimit: 'fallback' } });
  const hour = 3_600_000;
  const limitedAt = (at: number, until: number): Step[] => [
    on.ended(on.end()),
    on.limited(at + until, { endedAt: at }),
    on.quotaReset,
  ];
  const agentOf = (run: Run) => run.context.attempt?.agent;

  it('have their turns in order, and their limits are remembered', () => {
    const first = play([...to.toWorker, ...limitedAt(on.ENDED_AT, 3 * hour)], three);
    const second = playOn(first, limitedAt(on.ENDED_AT, hour));
    const third = playOn(second, limitedAt(on.ENDED_AT, 2 * hour).slice(0, -1));
    expect([first, second].map(agentOf)).toEqual([1, 2]);
    expect(third.context).toMatchObject({ reason: 'usageLimit', resumeAt: on.ENDED_AT + hour });
    expect(agentOf(playOn(third, [on.quotaReset]))).toBe(1);
  });

  it('give the turn back to a more wanted one whose limit has ended meanwhile', () => {
    const first = play([...to.toWorker, ...limitedAt(on.ENDED_AT, hour)], three);
    const later = playOn(first, limitedAt(on.ENDED_AT + 2 * hour, hour));
    expect(agentOf(later)).toBe(0);
  });

  it('stay for the attempts that follow, of their role alone', () => {
    const run = play([...to.toWorker, ...limitedAt(on.ENDED_AT, hour)], three);
    const onward = playOn(run, [on.ended(on.cleanEnd()), on.audit]);
    expect(onward.context.attempt).toMatchObject({ role: 'auditor', agent: 0 });
    const again = playOn(onward, [on.ended(on.answer('retry')), on.reiterate]);
    expect(again.context.attempt).toMatchObject({ role: 'worker', agent: 1, number: 4 });
  });

  it('learn what was done, but cannot go on with the session of another', () => {
    const step = on.limitedAtWork(on.ENDED_AT + hour);
    const { salvage } = play([...to.toWorkerRecovery, step], three).context;
    expect(salvage).toMatchObject({ attempt: 1, text: on.text('half of it'), session: null });
  });

  it('lose the session of an earlier attempt, not what is known of it', () => {
    const partial = on.partialOf({ ...on.stoppedEnd('inactivity'), sessionId: 's' });
    const before = play([...to.toWorker, on.silence('worker'), partial, on.reiterate], three);
    expect(before.context.salvage?.session).not.toBeNull();
    const { salvage } = playOn(before, limitedAt(on.ENDED_AT, hour)).context;
    expect(salvage).toMatchObject({ attempt: 1, text: on.text('half of it'), session: null });
  });

  it('are not asked when the run shall wait or stop', () => {
    for (const [onLimit, state] of [
      ['wait', 'waitingForQuota'],
      ['stop', 'interrupted'],
    ] as const) {
      const input = on.input({ agentCounts, limits: { onLimit } });
      expect(stateOf(play([...to.toWorkerRecovery, on.limited(null)], input))).toBe(state);
    }
  });
});

describe('feedback', () => {
  const retried = [...to.toReiteration, on.reiterate];
  const feedback = { from: 'auditor', attempt: 2, text: on.text('do it better') };

  it.each([
    ['partial attempts', [on.silence('worker'), on.partial(), on.reiterate]],
    ['dead attempts', [on.ended(on.end()), on.dead(), on.pauseOver]],
    ['usage limits', [on.ended(on.end()), on.limited(null), on.quotaReset]],
    ['interruptions', [on.interrupt(), on.resume, on.dead('interrupted'), on.pauseOver]],
  ] satisfies [string, Step[]][])('stands over %s until the next judgement', (_, steps) => {
    const run = play([...retried, ...steps]);
    expect(stateOf(run)).toBe('workerExecuting.live');
    expect(attemptPlan(run.context).feedback).toEqual(feedback);
  });

  it('stands beside what was salvaged of the attempt after it', () => {
    const run = play([...retried, on.silence('worker'), on.partial(), on.reiterate]);
    expect(attemptPlan(run.context)).toMatchObject({
      feedback,
      salvage: { attempt: 3, reason: 'inactivity', text: on.text('half of it') },
    });
  });

  it.each([
    ['goes on with the session that was cut short', {}, { id: 's', usage: on.usage(7) }],
    ['begins a fresh one when the context was full', { class: 'contextTooLong' }, null],
    ['begins a fresh one when none is known', { sessionId: null }, null],
  ] as const)('%s', (_, end, session) => {
    const left = on.partialOf({
      ...on.stoppedEnd('inactivity'),
      sessionId: 's',
      usage: on.usage(7),
      ...end,
    });
    const run = play([...retried, on.silence('worker'), left, on.reiterate]);
    expect(attemptPlan(run.context).salvage?.session).toEqual(session);
  });

  it('does not resume a session a second time after it died', () => {
    const left = on.partialOf({ ...on.stoppedEnd('inactivity'), sessionId: 's' });
    const again = [on.ended(on.end()), on.dead(), on.pauseOver];
    const run = play([...retried, on.silence('worker'), left, on.reiterate, ...again]);
    expect(attemptPlan(run.context).salvage).toMatchObject({ attempt: 3, session: null });
  });

  it('is replaced by the next judgement, and the salvage ends with a proper end', () => {
    const again = [on.ended(on.cleanEnd()), on.audit, on.ended(on.answer('retry')), on.reiterate];
    const run = play([...retried, on.silence('worker'), on.partial(), on.reiterate, ...again]);
    expect(attemptPlan(run.context)).toMatchObject({ feedback: { attempt: 5 }, salvage: null });
  });
});

describe('usage', () => {
  const spends = (tokens: number | null, cost: number | null) =>
    on.ended(on.cleanEnd({ usage: on.usage(tokens, cost) }));

  it('is unknown as long as no agent tells', () => {
    expect(play(to.toAuditor).context.usage.worker).toEqual(on.usage(null));
  });

  it('is summed by role, and unknown adds nothing', () => {
    const retry = [on.audit, on.ended(on.answer('retry', { usage: on.usage(7) })), on.reiterate];
    const worker = [spends(10, null), ...retry, spends(null, 0.5), ...retry, spends(5, 0.25)];
    const { usage } = play([...to.toWorker, ...worker]).context;
    expect(usage).toEqual({ worker: on.usage(15, 0.75), auditor: on.usage(14, null) });
  });

  const spent = { usage: on.usage(10) };
  const lookedAt = (kind: 'partial' | 'limited' | 'dead') =>
    on.recovered({ kind, end: on.end(spent), summary: on.text('half'), resumeAt: null });

  it.each([
    ['a clean end', 'worker', [...to.toWorker, on.ended(on.cleanEnd(spent))]],
    ['a found result', 'worker', [...to.toWorkerRecovery, on.success(on.cleanEnd(spent))]],
    ['partial work', 'worker', [...to.toWorkerRecovery, lookedAt('partial')]],
    ['a death', 'worker', [...to.toWorkerRecovery, lookedAt('dead')]],
    ['a usage limit', 'worker', [...to.toWorkerRecovery, lookedAt('limited')]],
    ['a verdict', 'auditor', [...to.toAuditor, on.ended(on.answer('done', spent))]],
    ['no readable verdict', 'auditor', [...to.toAuditor, on.ended(on.answer('unreadable', spent))]],
  ] satisfies [string, string, Step[]][])('of an attempt with %s is added', (_, role, steps) => {
    const both = { worker: on.usage(null), auditor: on.usage(null) };
    expect(play(steps).context.usage).toEqual({ ...both, [role]: on.usage(10) });
  });

  it('of an attempt that is looked at twice is added once', () => {
    const found = on.success(on.cleanEnd({ usage: on.usage(10) }));
    const steps = [...to.toWorker, spends(10, null), on.broken('checks'), on.resume, found];
    const run = play(steps, on.input({ hasChecks: true }));
    expect(stateOf(run)).toBe('checksExecuting');
    expect(run.context.usage.worker).toEqual(on.usage(10));
  });
});

describe('the rounds that an auditor is told', () => {
  it('are the latest, and bounded', () => {
    const round = [on.ended(on.cleanEnd()), on.audit, on.ended(on.answer('retry')), on.reiterate];
    const long = on.input({ limits: { maxIterations: 100 } });
    const { rounds } = play(
      [...to.toWorker, ...Array.from({ length: 15 }, () => round).flat()],
      long,
    ).context;
    expect(rounds.map(({ iteration }) => iteration)).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(ROUNDS_KEPT).toBe(10);
  });
});
