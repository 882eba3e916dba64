import { describe, expect, it } from '@jest/globals';
import { brokenRules } from './life-rules.ts';

const WORK = ['start 1-worker 10', 'result 1-worker 10'];
const RETRY = ['start 2-auditor 11', 'result 2-auditor 11 retry'];

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
      ['2-worker ran while an agent of its run was alive (10)'],
    ],
  ])('break the rules or not: %s', (_, life, broken) => {
    expect(brokenRules(life.map((line) => line.split(' ')))).toEqual(broken);
  });
});
