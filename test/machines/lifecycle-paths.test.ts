/**
 * Every way that a run can take, walked by XState's path functions over all kinds of events. The table states where
 * each transition leads; this hunts the combinations: a state that nobody can leave, a budget that grows by itself,
 * an examination that is skipped.
 */
import { describe, expect, it } from '@jest/globals';
import { adjacencyMapToArray, getAdjacencyMap, getSimplePaths } from 'xstate/graph';
import type { LifecycleContext } from '../../machines/context.ts';
import type { LifecycleEvent } from '../../machines/events.ts';
import { watchCoverage } from './lifecycle-coverage.ts';
import type { Run } from './lifecycle-runs.ts';
import { play, stateOf } from './lifecycle-runs.ts';
import { calmWalk, essence, LARGEST_BUDGET, walks } from './lifecycle-walk.ts';
import { liveRun } from './live-run.ts';

interface Move {
  readonly from: Run;
  readonly event: LifecycleEvent;
  readonly to: Run;
}

const coverage = watchCoverage();
/** The moves of each walk, breadth first. */
const walked = walks.map((walk) => ({
  input: walk.input,
  moves: adjacencyMapToArray(getAdjacencyMap(coverage.machine, walk)).map(
    ({ state, event, nextState }): Move => ({ from: state, event, to: nextState }),
  ),
}));
const moves = walked.flatMap((walk) => walk.moves);

describe('the walk over all events', () => {
  it('comes through every state, transition, delay and answer of a guard', () => {
    for (const { from, event } of moves) {
      coverage.seen(from);
      coverage.taken(from, event);
    }
    const report = coverage.report();
    const counts = Object.entries(report).map(
      ([what, { covered, total }]) => `${what} ${covered}/${total}`,
    );
    console.log(`Walked ${moves.length} moves: ${counts.join(', ')}`);
    expect(Object.values(report).flatMap(({ missing }) => missing)).toEqual([]);
  });

  it.each(['completed', 'rejected', 'failed'] as const)(
    'finds a way to %s from every state that is not final and has a budget or can be given one',
    (end) => {
      const canEnd = reaching((run) => run.matches(end));
      expect(violations(({ from }) => !canBeExtended(from) || canEnd.has(essence(from)))).toEqual(
        [],
      );
    },
  );

  it('never breaks the machine', () => {
    expect(violations(({ to }) => to.status !== 'error')).toEqual([]);
  });
});

describe('wherever a run is', () => {
  it('its phase names its state, or the one in which it was interrupted', () => {
    expect(
      violations(({ to }) => to.matches('interrupted') || to.matches(to.context.phase)),
    ).toEqual([]);
  });

  it('an attempt is of the role that executes', () => {
    expect(
      violations(
        ({ to }) =>
          (!to.matches('workerExecuting') || to.context.attempt?.role === 'worker') &&
          (!to.matches('auditorExecuting') || to.context.attempt?.role === 'auditor'),
      ),
    ).toEqual([]);
  });

  it('at most one attempt begins at a time, and no number is used twice', () => {
    expect(violations((move) => [0, 1].includes(begun(move)))).toEqual([]);
  });

  it('an attempt begins only by executing', () => {
    expect(
      violations((move) => begun(move) === 0 || isExecuting(move.to, move.to.context)),
    ).toEqual([]);
  });

  it('iterations only grow, one by one, and never beyond the budget of the moment', () => {
    expect(
      violations(({ from, to }) => {
        const grown = to.context.iteration - from.context.iteration;
        return (
          grown === 0 || (grown === 1 && to.context.iteration <= to.context.limits.maxIterations)
        );
      }),
    ).toEqual([]);
  });

  it('no role dies more often than its attempts allow', () => {
    expect(
      violations(({ to: { context } }) => {
        const { deaths, limits } = context;
        return deaths.worker <= limits.workerAttempts && deaths.auditor <= limits.auditorAttempts;
      }),
    ).toEqual([]);
  });

  it('an interruption leads to interrupted, unless the run has ended already', () => {
    expect(
      violations(
        ({ from, event, to }) =>
          event.type !== 'run.interrupt' || from.hasTag('ended') || to.matches('interrupted'),
      ),
    ).toEqual([]);
  });

  it('an interrupted run can be resumed', () => {
    expect(
      violations(
        ({ from, event, to }) =>
          event.type !== 'run.resume' || !from.matches('interrupted') || !to.matches('interrupted'),
      ),
    ).toEqual([]);
  });

  it('a restarted process begins no attempt and uses nothing up', () => {
    expect(
      violations((move) => {
        if (move.event.type !== 'process.restarted') return true;
        const { from, to } = move;
        return begun(move) === 0 && JSON.stringify(spent(from)) === JSON.stringify(spent(to));
      }),
    ).toEqual([]);
  });

  it('no agent is left by a crash, silence or a restart without an examination', () => {
    const abnormal = /^(process\.restarted|xstate\.after\.(inactivity|attemptCeiling)\.)/;
    expect(
      violations(({ from, event, to }) => {
        const hasAgent = from.matches('workerExecuting') || from.matches('auditorExecuting');
        if (!hasAgent || !abnormal.test(event.type)) return true;
        return to.matches('recoveryPending') || essence(from) === essence(to);
      }),
    ).toEqual([]);
  });

  it('what ended says why', () => {
    expect(
      violations(
        ({ to }) => !to.matches('failed') || Boolean(to.context.reason && to.context.message),
      ),
    ).toEqual([]);
    expect(
      violations(({ to }) => !to.matches('interrupted') || to.context.reason !== null),
    ).toEqual([]);
  });

  it('with checks, no audit begins and nothing is done before all required ones have passed', () => {
    expect(
      violations(({ from, to }) => {
        const isAudit = from.matches('auditPending') && to.matches('auditorExecuting');
        if (!to.context.hasChecks || !(isAudit || to.matches('completed'))) return true;
        const checks = to.context.work?.checks ?? [];
        return checks.length > 0 && checks.every(({ required, passed }) => passed || !required);
      }),
    ).toEqual([]);
  });

  it('only a verdict completes or rejects', () => {
    expect(
      violations(
        ({ to }) =>
          (!to.matches('completed') || to.context.verdict?.kind === 'done') &&
          (!to.matches('rejected') || to.context.verdict?.kind === 'impossible'),
      ),
    ).toEqual([]);
  });
});

describe('the shortest path', () => {
  it.each(shortestPaths())('to %s is followed by a live actor', (_, { events, state, input }) => {
    const live = liveRun({ input });
    live.send(...events);
    expect(stateOf(live.run())).toBe(stateOf(state));
    expect(live.run().context).toEqual(play(events, input).context);
  });
});

describe('the simple paths of runs in which nothing goes wrong', () => {
  const paths = getSimplePaths(coverage.machine, calmWalk).map(({ steps, state }) => ({
    events: eventsOf(steps),
    state,
  }));

  it('end in every way that a run can end', () => {
    const ends = paths
      .filter(({ state }) => state.hasTag('ended'))
      .map(({ state }) => stateOf(state));
    expect(new Set(ends)).toEqual(new Set(['completed', 'rejected', 'failed']));
    console.log(`Simple paths: ${paths.length}, of them to an end: ${ends.length}`);
  });

  it('complete only when the auditor has judged the last work', () => {
    for (const { events, state } of paths.filter((path) => path.state.matches('completed'))) {
      expect(events.at(-1)).toMatchObject({
        type: 'agent.ended',
        end: { verdict: { kind: 'done' } },
      });
      const lastWork = play(events.slice(0, -1), calmWalk.input).context.work;
      expect(state.context.work).toEqual(lastWork);
      expect(state.context.attempt?.number).toBeGreaterThan(lastWork?.attempt ?? Infinity);
    }
  });
});

/** One for each state, role, and state in which a run was interrupted. */
function shortestPaths() {
  const paths = walked.flatMap(({ input, moves: ofWalk }) =>
    shortestOf(ofWalk).map((path) => ({ ...path, input })),
  );
  const longestFirst = paths.sort((a, b) => b.events.length - a.events.length);
  return [...new Map(longestFirst.map((path) => [kindOf(path.state), path]))];
}

interface Path {
  readonly events: readonly LifecycleEvent[];
  readonly state: Run;
}

/** In a walk that is breadth first, the first move to a state is the last of a shortest path to it. */
function shortestOf(ofWalk: readonly Move[]): Path[] {
  const [beginning] = ofWalk.map(({ from }) => from);
  const paths = new Map<string, Path>();
  if (beginning) paths.set(essence(beginning), { events: [], state: beginning });
  for (const { from, event, to } of ofWalk) {
    const { events = [] } = paths.get(essence(from)) ?? {};
    if (!paths.has(essence(to))) paths.set(essence(to), { events: [...events, event], state: to });
  }
  return [...paths.values()];
}

function kindOf(run: Run): string {
  const { phase, attempt } = run.context;
  const since = run.matches('interrupted') ? ` since ${phase}` : '';
  return `${stateOf(run)}${since} of ${attempt?.role ?? 'nobody'}`;
}

/** The first moves for which the rule does not hold, as a person reads them. */
function violations(holds: (move: Move) => boolean): string[] {
  return moves
    .filter((move) => !holds(move))
    .slice(0, 5)
    .map(
      ({ from, event, to }) => `${essence(from)} -- ${JSON.stringify(event)} --> ${essence(to)}`,
    );
}

function begun({ from, to }: Move): number {
  return (to.context.attempt?.number ?? 0) - (from.context.attempt?.number ?? 0);
}

function spent({ context }: Run): Partial<LifecycleContext> {
  const { iteration, deaths, limits, usage } = context;
  return { iteration, deaths, limits, usage };
}

function isExecuting(run: Run, { phase }: LifecycleContext): boolean {
  return phase.endsWith('Executing') && run.matches(phase);
}

function canBeExtended({ status, context }: Run): boolean {
  return status === 'active' && context.iteration < LARGEST_BUDGET;
}

/** The states from which some events lead to one like this. */
function reaching(isGoal: (run: Run) => boolean): Set<string> {
  const reached = new Set(
    moves
      .map(({ to }) => to)
      .filter(isGoal)
      .map(essence),
  );
  const edges = moves.map(({ from, to }) => [essence(from), essence(to)] as const);
  for (let before = -1; before !== reached.size; ) {
    before = reached.size;
    for (const [from, to] of edges) if (reached.has(to)) reached.add(from);
  }
  return reached;
}

/** The first step of a path is the machine's own start. */
function eventsOf(steps: readonly { readonly event: LifecycleEvent }[]): LifecycleEvent[] {
  return steps.map(({ event }) => event).filter(({ type }) => `${type}` !== 'xstate.init');
}
