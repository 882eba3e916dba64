import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { runChart } from '../../services/run-chart.ts';
import { runPath } from '../../services/run-path.ts';
import * as on from '../machines/lifecycle-events.ts';
import { toReiteration } from '../machines/lifecycle-runs.ts';
import { recordRun, temporaryFolder } from './recorded-run.ts';

const CHART = readFileSync(new URL('../../visualizations/statechart.svg', import.meta.url), 'utf8');

const twice = [
  ...toReiteration,
  on.reiterate,
  on.ended(on.cleanEnd()),
  on.audit,
  on.ended(on.answer('done')),
];

describe('The way of a run', () => {
  it('has each move with how often it was taken, and the states that it came through', () => {
    const path = runPath(recordRun(temporaryFolder(), [...twice.slice(0, -1), on.started(7)]));
    expect(Object.fromEntries(path.moves)).toEqual({
      'created/run.start/0': 1,
      'workerExecuting/agent.ended/1': 2,
      'auditPending/xstate.after.0.oneshot.auditPending/2': 2,
      'auditorExecuting/agent.ended/1': 1,
      'reiterationPending/xstate.after.0.oneshot.reiterationPending/2': 1,
      'auditorExecuting/agent.started/0': 1,
    });
    expect([...path.visited].sort()).toEqual([
      'auditPending',
      'auditorExecuting',
      'auditorExecuting.live',
      'created',
      'reiterationPending',
      'workerExecuting',
      'workerExecuting.live',
    ]);
    expect([...path.current]).toEqual(['auditorExecuting', 'auditorExecuting.live']);
  });

  it('stands out in the picture of the statechart, which is otherwise the same', () => {
    const svg = runChart(CHART, runPath(recordRun(temporaryFolder(), twice)));
    expect(group(svg, 'edge-workerExecuting-auditPending')).toMatch(
      / taken" data-count="2".*>2×<\/text>/s,
    );
    expect(group(svg, 'edge-workerExecuting-checksExecuting')).not.toContain('taken');
    expect(svg).toMatch(/<g id="state-completed" class="state ended final visited current"/);
    expect(svg).toMatch(/<g id="state-workerExecuting-live" class="state initial visited"/);
    expect(svg).toMatch(/<g id="state-rejected" class="state ended final"/);
    expect(textsOf(svg).filter((text) => !/^\d+×$/.test(text))).toEqual(textsOf(CHART));
  });

  it.each([
    ['loses no move that the statechart has', (name: string) => CHART.includes(name)],
    [
      'is drawn for every move',
      (name: string) => runChart(CHART, pathOf(name)).includes('data-count="3"'),
    ],
  ])('%s', (_, holds) => {
    const names = [...CHART.matchAll(/data-moves="([^"]*)"/g)].flatMap(([, all = '']) =>
      all.split(' '),
    );
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => !holds(name))).toEqual([]);
  });
});

function pathOf(move: string) {
  return {
    id: 'run',
    moves: new Map([[move, 3]]),
    visited: new Set<string>(),
    current: new Set<string>(),
  };
}

function group(svg: string, id: string): string {
  return new RegExp(`<g id="${id}"[\\s\\S]*?</g>`).exec(svg)?.[0] ?? '';
}

function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text = '']) => text);
}
