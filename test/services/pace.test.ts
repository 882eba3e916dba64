import { writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { playedPace } from '../../services/pace.ts';
import { toCompleted } from '../machines/lifecycle-runs.ts';
import { until } from '../oneshot-process.ts';
import { inspect } from './inspectors.ts';
import { BEGUN_AT, recordRun, temporaryFolder } from './recorded-run.ts';
import { askJson, listen } from './web-client.ts';

describe('A run that is played', () => {
  it('begins when somebody watches, and then goes so many times as fast', () => {
    let time = 500;
    const pace = playedPace(BEGUN_AT, 10, () => time);
    time = 900;
    expect(pace.now()).toBe(BEGUN_AT);
    pace.begin();
    time = 1_000;
    expect(pace.now()).toBe(BEGUN_AT + 1_000);
    pace.begin();
    time = 1_100;
    expect(pace.now()).toBe(BEGUN_AT + 2_000);
  });

  it('ends its waits when nobody watches any more', async () => {
    const pace = playedPace(BEGUN_AT, 1, () => 0);
    await pace.until(BEGUN_AT + 1e12, AbortSignal.abort());
  });

  it('looks at each moment of its own time as it looked then: live, with what had happened', async () => {
    const runsDir = temporaryFolder();
    const folder = recordRun(runsDir, toCompleted);
    const line = (at: number) =>
      JSON.stringify({
        version: 1,
        at,
        attempt: '0001-worker',
        offset: at,
        kind: 'text',
        text: '',
      });
    const times = [BEGUN_AT + 1_500, BEGUN_AT + 1_600, BEGUN_AT + 3_500];
    writeFileSync(folder.log, times.map((at) => `${line(at)}\n`).join(''));
    let time = 0;
    const pace = playedPace(BEGUN_AT, 1_000, () => time);
    const inspector = await inspect({ runsDir, played: { folder, pace } });
    const path = `/api/runs/${folder.id}`;
    const transitions = listen(inspector, `${path}/transitions`);
    const activities = listen(inspector, `${path}/activities`);
    const seqs = () =>
      transitions.events.flatMap(({ event, data }) =>
        event === 'transition' ? [data.seq] : [event],
      );
    const ats = () =>
      activities.events.flatMap(({ event, data }) =>
        event === 'activities' ? data.map(({ at }: { at: number }) => at) : [event],
      );
    await until('the beginning is there', () => seqs().length === 2 && ats().length === 1);
    expect([seqs(), ats()]).toEqual([[0, 'caughtUp'], ['caughtUp']]);
    expect((await askJson(inspector, path)).body).toMatchObject({ state: 'created', isLive: true });
    time = 2;
    await until('two seconds have passed', () => seqs().length === 4 && ats().length === 3);
    expect([seqs(), ats()]).toEqual([
      [0, 'caughtUp', 1, 2],
      ['caughtUp', ...times.slice(0, 2)],
    ]);
    expect((await askJson(inspector, '/api/runs')).body).toMatchObject([
      { state: 'auditPending', isLive: true },
    ]);
    expect((await askJson(inspector, '/api/info')).body).toMatchObject({
      speed: 1_000,
      now: BEGUN_AT + 2_000,
    });
    time = 1_000;
    await until('it is over', () => seqs().length === 6 && ats().length === 4);
    expect((await askJson(inspector, path)).body).toMatchObject({
      state: 'completed',
      isLive: false,
    });
  });
});
