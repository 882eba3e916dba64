import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  answer,
  audit,
  checksPass,
  cleanEnd,
  ended,
  input,
  start,
} from '../machines/lifecycle-events.ts';
import { toCompleted, toReiteration, toWorker } from '../machines/lifecycle-runs.ts';
import { inspect } from './inspectors.ts';
import { beginRecording, recordRun, settings, temporaryFolder } from './recorded-run.ts';
import { ask, askJson, cookieOf } from './web-client.ts';

const FIRST = '20260101-000000-000-aaaaaa';
const SECOND = '20260102-000000-000-bbbbbb';

describe('The list of runs', () => {
  it('has each with what is known of it, whether somebody is at work on it, and where it comes from', async () => {
    const runsDir = temporaryFolder();
    recordRun(runsDir, toReiteration, FIRST);
    const parent = { run: FIRST, seq: 3 };
    const live = beginRecording(runsDir, SECOND, { header: { parent } });
    live.take(...toWorker);
    const { body } = await askJson(await inspect({ runsDir }), '/api/runs');
    expect(body).toMatchObject([
      { id: FIRST, state: 'reiterationPending', iteration: 1, isLive: false, parent: null },
      {
        id: SECOND,
        state: 'workerExecuting',
        isLive: true,
        parent,
        agents: { worker: 'scripted' },
      },
    ]);
    live.close();
  });

  it('says that a run is verified only when its checks passed', async () => {
    const runsDir = temporaryFolder();
    recordRun(runsDir, toCompleted, FIRST);
    const steps = [start, ended(cleanEnd()), checksPass, audit, ended(answer('done'))];
    recordRun(runsDir, steps, SECOND, { input: input({ hasChecks: true }) });
    const { body } = await askJson(await inspect({ runsDir }), '/api/runs');
    expect(body).toMatchObject([
      {
        state: 'completed',
        verified: false,
        evidence: 'unverified: no required check was configured',
      },
      { state: 'completed', verified: true, evidence: 'verified' },
    ]);
  });

  it('tells a run from its journal when its snapshot is torn, and what is wrong when that is damaged too', async () => {
    const runsDir = temporaryFolder();
    const torn = recordRun(runsDir, toCompleted, FIRST);
    writeFileSync(torn.snapshot, '{"version":1,');
    const damaged = recordRun(runsDir, toCompleted, SECOND);
    rmSync(damaged.snapshot);
    writeFileSync(damaged.journal, '{"broken":1}\n');
    const inspector = await inspect({ runsDir });
    const { body } = await askJson(inspector, '/api/runs');
    expect(body).toMatchObject([
      { id: FIRST, state: 'completed', problem: null },
      { id: SECOND, state: null, usage: null },
    ]);
    expect(body[1].problem).toContain(`${damaged.journal}:1`);
    const one = await askJson(inspector, `/api/runs/${SECOND}`);
    expect(one).toMatchObject({ status: 422, body: { error: { code: 'ONESHOT_RUN_UNREADABLE' } } });
  });

  it('is empty where there are no runs yet', async () => {
    const inspector = await inspect({ runsDir: join(temporaryFolder(), 'nothing') });
    expect(await askJson(inspector, '/api/runs')).toEqual({ status: 200, body: [] });
  });
});

describe('One run', () => {
  it('comes with its report, its machine, its delays and the runs that were forked from it', async () => {
    const runsDir = temporaryFolder();
    recordRun(runsDir, toCompleted, FIRST);
    recordRun(runsDir, toWorker, SECOND, { header: { parent: { run: FIRST, seq: 2 } } });
    const { body } = await askJson(await inspect({ runsDir }), `/api/runs/${FIRST}`);
    expect(body).toMatchObject({
      id: FIRST,
      state: 'completed',
      isLive: false,
      children: [{ run: SECOND, seq: 2 }],
      machine: { id: 'oneshot', delays: { inactivity: 1_000, attemptCeiling: 10_000 } },
    });
    expect(body.attempts).toHaveLength(2);
    expect(body.machine.states).toContainEqual({
      id: 'workerExecuting.live',
      parent: 'workerExecuting',
      description: expect.any(String),
      invokes: [],
      after: ['inactivity'],
      isFinal: false,
      isEnded: false,
    });
  });

  it('keeps text of people and agents as text, whatever is in it', async () => {
    const runsDir = temporaryFolder();
    const html = '<img src=x onerror="alert(1)"></script><script>alert(2)</script>';
    const task = { preview: html, length: html.length, hash: 'h', path: 'task.md' };
    recordRun(runsDir, toWorker, FIRST, { input: input({ task }) });
    const inspector = await inspect({ runsDir });
    const reply = await ask(inspector, `/api/runs/${FIRST}`, { headers: cookieOf(inspector) });
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(reply.body).task).toBe(html);
  });
});

describe('The texts of an attempt', () => {
  async function withTexts(secret?: string) {
    const runsDir = temporaryFolder();
    const { path } = recordRun(runsDir, toCompleted, FIRST, {
      header: { settings: { ...settings(runsDir), secrets: ['ONESHOT_TEST_SECRET'] } },
    });
    const attempt = join(path, 'attempts', '0001-worker');
    mkdirSync(join(attempt, 'checks-1', '1'), { recursive: true });
    writeFileSync(join(attempt, 'prompt.md'), '<script>alert(1)</script>');
    writeFileSync(join(attempt, 'stdout'), `0123456789${secret ?? ''}`);
    writeFileSync(join(attempt, 'checks-1', '1', 'stdout'), 'ok');
    writeFileSync(join(attempt, 'command.json'), '{}');
    writeFileSync(join(path, 'outside'), 'outside');
    symlinkSync(join(path, 'outside'), join(attempt, 'result.md'));
    mkdirSync(join(path, 'elsewhere'));
    writeFileSync(join(path, 'elsewhere', 'stdout'), 'outside');
    symlinkSync(join(path, 'elsewhere'), join(path, 'attempts', '0002-worker'));
    symlinkSync(join(path, 'elsewhere'), join(attempt, 'checks-1', '2'));
    const inspector = await inspect({ runsDir });
    const base = `/api/runs/${FIRST}/attempts`;
    const get = (what: string) => ask(inspector, base + what, { headers: cookieOf(inspector) });
    return { get };
  }

  it('are listed with their sizes', async () => {
    const { get } = await withTexts();
    expect(JSON.parse((await get('')).body)).toEqual([
      { attempt: '0001-worker', file: 'checks-1/1/stdout', bytes: 2 },
      { attempt: '0001-worker', file: 'prompt.md', bytes: 25 },
      { attempt: '0001-worker', file: 'stdout', bytes: 10 },
    ]);
  });

  it('are plain text, so that no browser runs what is in them', async () => {
    const { get } = await withTexts();
    const { status, headers, body } = await get('/0001-worker/prompt.md');
    expect({ status, body }).toEqual({ status: 200, body: '<script>alert(1)</script>' });
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
  });

  it.each([
    ['', '0123456789', 0, 10],
    ['?from=3&bytes=4', '3456', 3, 7],
    ['?from=-4', '6789', 6, 10],
    ['?from=-400', '0123456789', 0, 10],
    ['?from=400', '', 10, 10],
    ['?from=8&bytes=99', '89', 8, 10],
    ['?from=x&bytes=', '0123456789', 0, 10],
    ['?bytes=-5', '', 0, 0],
  ])('come in parts: %s', async (query, text, from, end) => {
    const { get } = await withTexts();
    const { body, headers } = await get(`/0001-worker/stdout${query}`);
    expect(body).toBe(text);
    expect(headers).toMatchObject({
      'x-text-from': `${from}`,
      'x-text-end': `${end}`,
      'x-text-size': '10',
    });
  });

  it.each([
    '/0001-worker/command.json',
    '/0001-worker/result.md',
    '/0002-worker/stdout',
    '/0001-worker/checks-1/2/stdout',
    '/0002-worker/attempts/0001-worker/stdout',
    '/0001-worker/checks-1/1',
    '/0001-worker/checks-1/1/stdout/x',
    '/0001-worker/..%2f..%2foutside',
    '/../outside',
    '/0003-worker/stdout',
  ])('that are none are not found: %s', async (path) => {
    const { get } = await withTexts();
    expect(await get(path)).toMatchObject({ status: 404 });
  });

  it('hold no secret that is known, not even a piece at the edge of a part', async () => {
    const secret = 'correct-horse-battery-staple';
    process.env.ONESHOT_TEST_SECRET = secret;
    try {
      const { get } = await withTexts(`${secret} end`);
      expect((await get('/0001-worker/stdout')).body).toBe(
        '0123456789[redacted:ONESHOT_TEST_SECRET] end',
      );
      for (let cut = 1; cut < secret.length; cut += 1) {
        const before = (await get(`/0001-worker/stdout?from=8&bytes=${2 + cut}`)).body;
        const behind = (await get(`/0001-worker/stdout?from=${10 + cut}`)).body;
        expect([before, behind]).toEqual([
          '89[redacted:ONESHOT_TEST_SECRET]',
          '[redacted:ONESHOT_TEST_SECRET] end',
        ]);
      }
    } finally {
      delete process.env.ONESHOT_TEST_SECRET;
    }
  });
});
