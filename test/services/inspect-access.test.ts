/** Hunts for ways in: other sites, other names for this machine, paths that lead out of the folders. */
import { symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Inspector } from '../../services/inspect-server.ts';
import { toCompleted } from '../machines/lifecycle-runs.ts';
import { inspect, pageFolder } from './inspectors.ts';
import { recordRun, temporaryFolder } from './recorded-run.ts';
import { type Asking, ask, cookieOf, tokenOf } from './web-client.ts';

async function serving(): Promise<{ inspector: Inspector; run: string }> {
  const runsDir = temporaryFolder();
  const { id } = recordRun(runsDir, toCompleted);
  return { inspector: await inspect({ runsDir }), run: id };
}

const PATHS = (run: string) => [
  '/',
  '/page/page.js',
  '/statechart.svg',
  '/api/info',
  '/api/runs',
  `/api/runs/${run}`,
  `/api/runs/${run}/transitions`,
  `/api/runs/${run}/activities`,
  `/api/runs/${run}/attempts`,
  `/api/runs/${run}/attempts/0001-worker/prompt.md`,
];

describe('Without the token', () => {
  it('nothing is answered, whatever is asked for', async () => {
    const { inspector, run } = await serving();
    for (const path of PATHS(run)) {
      expect(await ask(inspector, path)).toMatchObject({ status: 401 });
    }
  });

  it.each([
    ['a wrong one in the address', () => ({}), '?token=wrong'],
    ['an empty one in the address', cookieOf, '?token='],
    ['a wrong one in the cookie', ({ port }: Inspector) => ({ cookie: `oneshot-${port}=x` }), ''],
    ["another server's cookie", (i: Inspector) => ({ cookie: `oneshot-1=${tokenOf(i)}` }), ''],
  ] as const)('%s opens nothing', async (_, headers, query) => {
    const { inspector } = await serving();
    const reply = await ask(inspector, `/api/runs${query}`, { headers: headers(inspector) });
    expect(reply.status).toBe(401);
    expect(reply.headers['set-cookie']).toBeUndefined();
    expect(reply.body).not.toContain(tokenOf(inspector));
  });
});

describe('With the token', () => {
  it('the page opens, and leaves a cookie that scripts cannot read and other sites cannot send', async () => {
    const { inspector } = await serving();
    const { pathname, search } = new URL(inspector.url());
    const reply = await ask(inspector, pathname + search);
    expect(reply).toMatchObject({ status: 200, body: '<!doctype html><title>page</title>' });
    expect(reply.headers['set-cookie']).toEqual([
      `oneshot-${inspector.port}=${tokenOf(inspector)}; HttpOnly; SameSite=Strict; Path=/`,
    ]);
  });

  it('in the cookie, everything opens', async () => {
    const { inspector } = await serving();
    for (const path of ['/', '/page/page.js', '/statechart.svg', '/api/info', '/api/runs']) {
      expect(await ask(inspector, path, { headers: cookieOf(inspector) })).toMatchObject({
        status: 200,
      });
    }
  });

  it('every server has another one', async () => {
    const [one, other] = [await serving(), await serving()];
    expect(tokenOf(one.inspector)).not.toBe(tokenOf(other.inspector));
    expect(tokenOf(one.inspector).length).toBeGreaterThanOrEqual(43);
  });
});

/** Requests that carry the right cookie, as a browser would send it along. */
const FOREIGN: [string, (port: number) => Asking][] = [
  ['a name that was made to point here', (port) => ({ headers: { host: `evil.example:${port}` } })],
  ['a name that begins like this machine', () => ({ headers: { host: 'localhost.evil.example' } })],
  ['an address of another machine', (port) => ({ headers: { host: `10.0.0.1:${port}` } })],
  ['a page of another site', () => ({ headers: { origin: 'https://evil.example' } })],
  ['a page of another port', () => ({ headers: { origin: 'http://127.0.0.1:1' } })],
  ['a page without an origin', () => ({ headers: { origin: 'null' } })],
  ['a script of another port', () => ({ headers: { 'sec-fetch-site': 'same-site' } })],
  ['a picture in another site', () => ({ headers: { 'sec-fetch-site': 'cross-site' } })],
  [
    'a frame in another site',
    () => ({
      headers: {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'iframe',
      },
    }),
  ],
  [
    'a form of another site',
    () => ({
      method: 'POST',
      headers: {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      },
    }),
  ],
];

describe('Even with the token', () => {
  it.each(FOREIGN)('%s is refused', async (_, asking) => {
    const { inspector } = await serving();
    const { method, headers } = asking(inspector.port);
    const all = { ...cookieOf(inspector), ...headers };
    const reply = await ask(inspector, '/api/runs', {
      ...(method ? { method } : {}),
      headers: all,
    });
    expect(reply.status).toBe(403);
    expect(reply.body).not.toContain('completed');
  });

  it.each([
    ['the own page', { 'sec-fetch-site': 'same-origin' }],
    ['an address that was typed', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
    ['a forwarded port', { host: 'localhost:9999', origin: 'http://localhost:9999' }],
    ['the sixth version of the protocol', { host: '[::1]:8080' }],
  ])('%s is not', async (_, headers) => {
    const { inspector } = await serving();
    const all: Record<string, string> = { ...cookieOf(inspector), ...headers };
    expect(await ask(inspector, '/api/runs', { headers: all })).toMatchObject({ status: 200 });
  });

  it('it may be opened by a link of another site', async () => {
    const { inspector } = await serving();
    const { pathname, search } = new URL(inspector.url());
    const headers = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect(await ask(inspector, pathname + search, { headers })).toMatchObject({ status: 200 });
  });

  it('it listens on this machine only', async () => {
    const { inspector } = await serving();
    const others = ['127.0.0.2', '::1'];
    const reached = await Promise.all(others.map((host) => canConnect(host, inspector.port)));
    expect(reached).toEqual([false, false]);
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is not answered', async (method) => {
    const { inspector } = await serving();
    const reply = await ask(inspector, '/api/runs', { method, headers: cookieOf(inspector) });
    expect(reply.status).toBe(405);
  });

  it('a POST changes nothing, since the server only looks', async () => {
    const { inspector, run } = await serving();
    for (const verb of ['stop', 'resume']) {
      const asking = { method: 'POST', headers: cookieOf(inspector) };
      expect(await ask(inspector, `/api/runs/${run}/${verb}`, asking)).toMatchObject({
        status: 404,
      });
    }
  });
});

const OUTSIDE = [
  '/page/../secret.js',
  '/page/..%2fsecret.js',
  '/page/%2e%2e/secret.js',
  '/page/%2e%2e%2fsecret.js',
  '/page/..\\secret.js',
  '/page/link.js',
  '/page/.hidden.js',
  '/page/page.js%00.html',
  '/page//etc/passwd',
  '/page/',
  '/page',
  '//127.0.0.1/secret.js',
  '/secret.js',
  '/api/runs/..',
  '/api/runs/..%2f..%2fetc',
  '/api/runs/.gitignore',
  '/api/runs/nothing',
];

describe('A path', () => {
  it.each(OUTSIDE)('%s leads nowhere', async (path) => {
    const assets = pageFolder();
    symlinkSync(join(assets, 'secret.js'), join(assets, 'page', 'link.js'));
    writeFileSync(join(assets, 'page', '.hidden.js'), 'outside of the page');
    const runsDir = temporaryFolder();
    recordRun(runsDir, toCompleted);
    const inspector = await inspect({ runsDir, assets });
    const reply = await ask(inspector, path, { headers: cookieOf(inspector) });
    expect(reply.status).toBe(404);
    expect(reply.body).not.toContain('outside');
  });

  it('that cannot be decoded is refused', async () => {
    const { inspector } = await serving();
    const reply = await ask(inspector, '/page/%zz', { headers: cookieOf(inspector) });
    expect(reply.status).toBe(400);
  });
});

describe('Every answer', () => {
  it('forbids the browser to guess types, to embed, to keep, and to run what is not of this server', async () => {
    const { inspector, run } = await serving();
    for (const path of ['/', '/api/runs', `/api/runs/${run}/attempts`, '/nothing']) {
      const { headers } = await ask(inspector, path, { headers: cookieOf(inspector) });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
      const policy = headers['content-security-policy'] ?? '';
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'sha256-");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
    }
  });
});

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
