import { describe, expect, it } from '@jest/globals';
import { brokenRules, brokenVerdict, lostWork } from './life-rules.ts';

const WORK = ['start 1-worker 10', 'result 1-worker 10'];
const RETRY = ['start 2-auditor 11', 'result 2-auditor 11 retry'];

const wordsOf = (life: readonly string[]) => life.map((line) => line.split(' '));

describe('The lives of the agents of a run', () => {
  it.each<[string, string[], string[]]>([
    ['a worker, an auditor, and both again', [...WORK, ...RETRY, 'start 3-worker 12'], []],
    ['a worker that was killed and starts again', ['start 1-worker 10', 'start 2-worker 11'], []],
    ['a worker after a check that failed', [...WORK, 'check fail', 'start 2-worker 11'], []],
    [
      'an attempt that is started twice',
      ['start 1-worker 10', 'start 1-worker 11'],
      ['1-worker was started twice'],
    ],
    [
      'a worker whose result is not judged',
      [...WORK, 'start 2-worker 11'],
      ['2-worker was started after the result of 1-worker'],
    ],
    [
      'an auditor after the verdict',
      [...WORK, ...RETRY, 'start 3-auditor 12'],
      ['3-auditor was started after the result of 2-auditor'],
    ],
    [
      'anybody after the last verdict',
      ['start 2-auditor 11', 'result 2-auditor 11 done', 'start 3-worker 12'],
      ['3-worker was started after the result of 2-auditor'],
    ],
    [
      'an agent without its record',
      ['unrecorded 1-worker 10'],
      ['1-worker ran without its record'],
    ],
    [
      'two agents at once',
      ['overlap 2-worker 11 10'],
      ['2-worker ran while a process of another attempt was alive (10)'],
    ],
  ])('break the rules or not: %s', (_, life, broken) => {
    expect(brokenRules(wordsOf(life))).toEqual(broken);
  });

  it.each<[string, string[], string[]]>([
    ['checks that pass', [...WORK, 'check fail', 'check pass', 'start 2-auditor 11'], []],
    [
      'checks that fail',
      [...WORK, 'check pass', 'check fail', 'start 2-auditor 11'],
      ['2-auditor was started without checks that passed'],
    ],
    [
      'checks of the work before',
      [
        ...WORK,
        'check pass',
        ...RETRY,
        'start 3-worker 12',
        'result 3-worker 12',
        'start 4-auditor',
      ],
      ['4-auditor was started without checks that passed'],
    ],
    [
      'no checks',
      [...WORK, 'start 2-auditor'],
      ['2-auditor was started without checks that passed'],
    ],
  ])('break the rules of a run with checks or not: %s', (_, life, broken) => {
    expect(brokenRules(wordsOf(life), { hasChecks: true })).toEqual(broken);
  });

  it.each<[string, string[], string[]]>([
    ['completed', ['gives 2-auditor 11 retry', 'gives 4-auditor 12 done'], []],
    ['completed', ['gives 2-auditor 11 retry'], ['it is completed, the last verdict was retry']],
    ['completed', WORK, ['it is completed, the last verdict was none']],
    ['rejected', ['gives 2-auditor 11 impossible'], []],
    ['rejected', ['gives 2-auditor 11 done'], ['it is rejected, the last verdict was done']],
    ['failed', ['gives 2-auditor 11 retry'], []],
  ])('lead to %s or not: %j', (state, life, broken) => {
    expect(brokenVerdict(wordsOf(life), state)).toEqual(broken);
  });

  it('leave the work of each worker that gave a result', () => {
    const life = wordsOf([...WORK, ...RETRY, 'start 3-worker 12']);
    expect(lostWork(life, ['1-worker'])).toEqual([]);
    expect(lostWork(life, ['3-worker'])).toEqual(['the work of 1-worker is lost']);
  });
});
