import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createControl } from '../../services/inspect-control.ts';
import { ONESHOT, type Place, place, scriptAgent, until } from '../oneshot-process.ts';
import { inspect } from '../services/inspectors.ts';
import { askJson, cookieOf } from '../services/web-client.ts';

const WAITING = 'cat >/dev/null; echo begun; while [ ! -e go ]; do sleep 0.02; done; echo did it';

const address = (text: string) =>
  /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+(&run=[\w-]+)?/.exec(text)?.[0] ?? '';

async function api(url: string, path: string): Promise<unknown> {
  const { origin, searchParams } = new URL(url);
  const reply = await fetch(`${origin}${path}?token=${searchParams.get('token')}`);
  return reply.json();
}

describe('oneshot inspect', () => {
  it('serves the runs where it says, with the latest first, until it is told to end', async () => {
    const at = place();
    await at.oneshot(['do it', ...scriptAgent(at, 'cat >/dev/null; echo did it')]);
    const serving = at.start(['inspect']);
    await until('it serves', () => serving.out().includes('\n'));
    const id = at.runs()[0]?.split('/').at(-1);
    const url = address(serving.out());
    expect(serving.out()).toBe(`${url}\n`);
    expect(new URL(url).searchParams.get('run')).toBe(id);
    expect(await api(url, '/api/runs')).toMatchObject([{ id, state: 'completed', isLive: false }]);
    expect(await api(url, '/api/info')).toMatchObject({ control: false });
    process.kill(serving.pid, 'SIGTERM');
    expect((await serving.ended).code).toBe(0);
  });

  it('serves where there is no run yet, on the port that it is given, and says so to a program', async () => {
    const at = place();
    const first = at.start(['inspect', '--json', '--no-open']);
    await until('it serves', () => first.out().includes('\n'));
    const { url, port, run } = JSON.parse(first.out());
    expect(run).toBeNull();
    expect(await api(url, '/api/runs')).toEqual([]);
    const taken = await at.oneshot(['inspect', '--port', `${port}`]);
    expect(taken).toMatchObject({ code: 2, err: expect.stringContaining(`127.0.0.1:${port}`) });
    process.kill(first.pid, 'SIGINT');
    await first.ended;
    const again = at.start(['inspect', '--port', `${port}`]);
    await until('it serves again', () => again.out().includes(`:${port}/`));
  });

  it.each([['--port', 'x'], ['--port', '65536'], ['nothing']])('refuses %s %s', async (...args) => {
    const at = place();
    expect((await at.oneshot(['inspect', ...args])).code).toBe(2);
  });
});

describe('run --inspect', () => {
  it('serves the run while it goes on, and ends with it', async () => {
    const at = place();
    const run = at.start(['--inspect', 'do it', ...scriptAgent(at, WAITING)]);
    await until('it serves', () => address(run.err()) !== '' && run.err().includes('begun'));
    const url = address(run.err());
    const id = new URL(url).searchParams.get('run');
    expect(await api(url, `/api/runs/${id}`)).toMatchObject({
      state: 'workerExecuting',
      isLive: true,
    });
    at.write('go', '');
    expect((await run.ended).code).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('=stately leads to the page that asks before it sends the run to the Stately inspector', async () => {
    const at = place();
    const run = at.start(['--inspect=stately', 'do it', ...scriptAgent(at, WAITING)]);
    await until('it serves', () => run.err().includes('/page/stately.html?token='));
    const [url = ''] = /http:\S+/.exec(run.err()) ?? [];
    const reply = await fetch(url);
    expect(reply.headers.get('content-security-policy')).toContain('frame-src https://stately.ai');
    expect(await reply.text()).toContain('Nothing has been sent yet.');
    at.write('go', '');
    expect((await run.ended).code).toBe(0);
  });

  it('refuses a word that it does not know before anything is started', async () => {
    const at = place();
    const { code, err } = await at.oneshot([
      '--inspect=paper',
      'do it',
      ...scriptAgent(at, WAITING),
    ]);
    expect(code).toBe(2);
    expect(err).toContain('"paper"');
    expect(at.runs()).toEqual([]);
  });
});

describe('With --control', () => {
  const control = (at: Place) =>
    createControl({ command: [process.execPath, ONESHOT], runsDir: `${at.path}/.oneshot` });

  it('the page can stop a run and resume it', async () => {
    const at = place();
    const run = at.start(['do it', ...scriptAgent(at, WAITING)]);
    await until('the agent has begun', () => run.err().includes('begun'));
    const id = at.runs()[0]?.split('/').at(-1);
    const inspector = await inspect({ runsDir: `${at.path}/.oneshot`, control: control(at) });
    const post = (verb: string) =>
      askJson(inspector, `/api/runs/${id}/${verb}`, { method: 'POST' });
    expect(await post('resume')).toMatchObject({ status: 409 });
    expect(await post('stop')).toMatchObject({ status: 202 });
    expect((await run.ended).code).toBe(143);
    expect(await post('stop')).toMatchObject({ status: 409 });
    at.write('go', '');
    expect(await post('resume')).toMatchObject({ status: 202, body: { pid: expect.any(Number) } });
    await until('it is done', () => at.snapshot().state === 'completed');
    await until('its process has let go of it', () => !existsSync(`${at.runs()[0]}/lock`));
    const again = await post('resume');
    expect(again).toMatchObject({ status: 409 });
    expect(again.body.error.message).toContain('completed');
  });

  it.each([
    ['a foreign page', { origin: 'https://evil.example' }],
    ['a page of another port', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
  ])('%s still can do nothing', async (_, headers) => {
    const at = place();
    await at.oneshot([
      'do it',
      ...scriptAgent(at, 'cat >/dev/null; exit 1'),
      '--worker-attempts',
      '1',
    ]);
    const before = at.snapshot();
    const inspector = await inspect({ runsDir: `${at.path}/.oneshot`, control: control(at) });
    const all: Record<string, string> = { ...cookieOf(inspector), ...headers };
    const asking = { method: 'POST', headers: all };
    const reply = await askJson(inspector, `/api/runs/${before.id}/resume`, asking);
    expect(reply.status).toBe(403);
    expect(at.snapshot()).toEqual(before);
  });
});
