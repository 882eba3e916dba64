import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  nextSurvey,
  recentSurvey,
  type Survey,
  takeSurvey,
  variable,
} from '../../actors/process-survey.ts';
import { until } from '../oneshot-process.ts';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A shell that does a line whenever it is told to; resolves when it has said that it is ready. */
async function shell(line: string, env: Record<string, string>) {
  const script = `echo ready; read told; ${line}`;
  const child = spawn('/bin/sh', ['-c', script], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  started.push(child);
  await once(child.stdout, 'data');
  return { pid: child.pid ?? 0, child, tell: () => child.stdin.write('go\n') };
}

function has(survey: Survey, pid: number, name: string, value: string): boolean {
  const entry = survey.entries.find((one) => one.pid === pid);
  return entry !== undefined && survey.has(entry, [variable(name, value)]);
}

describe('A survey of the processes', () => {
  it('knows the variables that each was started with, whole ones only', async () => {
    const { pid } = await shell('exit', { FIRST: 'a=b c', LAST: 'z' });
    const survey = takeSurvey();
    expect(has(survey, pid, 'FIRST', 'a=b c')).toBe(true);
    expect(has(survey, pid, 'LAST', 'z')).toBe(true);
    expect(has(survey, pid, 'FIRST', 'a=b')).toBe(false);
    expect(has(survey, pid, 'IRST', 'a=b c')).toBe(false);
  });

  it('sees the variables of a program that takes the place of another in a process', async () => {
    const { pid, tell } = await shell('exec env MARK=new sleep 60', { MARK: 'old' });
    expect(has(takeSurvey(), pid, 'MARK', 'old')).toBe(true);
    tell();
    const nameOf = (survey: Survey) => survey.entries.find((one) => one.pid === pid)?.name;
    await until('the other program runs', () => nameOf(takeSurvey()) === 'sleep');
    expect(has(takeSurvey(), pid, 'MARK', 'new')).toBe(true);
    expect(has(takeSurvey(), pid, 'MARK', 'old')).toBe(false);
  });

  it('that is asked for next is shared by all who ask in one turn, and begins after they asked', async () => {
    const [one, other] = [nextSurvey(), nextSurvey()];
    const asked = performance.now();
    expect(await one).toBe(await other);
    expect((await one).at).toBeGreaterThanOrEqual(asked);
    expect(await nextSurvey()).not.toBe(await one);
  });

  it('that may be old is another only when the last one is older', async () => {
    const last = takeSurvey();
    expect(recentSurvey(60_000)).toBe(last);
    await until('it has an age', () => performance.now() > last.at + 1);
    expect(recentSurvey(0)).not.toBe(last);
  });
});
