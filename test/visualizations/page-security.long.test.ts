/** Hunts for ways through the page: by what a run contains, and by what other pages in the same browser can do. */
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { place } from '../oneshot-process.ts';
import { prepared } from '../prepared-place.ts';
import { addressOf, complaintsOf, DONE, inBrowser, open, scripted } from './page-browser.ts';

const EVIL = '<script>document.title="taken"</script><img src=x onerror="document.title=1">';

const others = new Set<() => void>();
afterEach(() => {
  for (const close of others) close();
  others.clear();
});

/** A page of another origin, from another port of this machine: cookies do not tell it from the inspector. */
async function foreignPage(): Promise<string> {
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>foreign</title>'),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  others.add(() => {
    server.closeAllConnections();
    server.close();
  });
  // Always an object for a server that listens at a port.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const completedRun = prepared(async () => {
  const at = place();
  const agents = { worker: [[{ result: 'did it' }]], auditor: [[DONE]] };
  await at.oneshot(['do it', ...scripted(at, agents)]);
  return at;
});

inBrowser('The page (tests need Chromium)', () => {
  it('puts nothing of a run in as markup: not of its task, its agents, the names of its files', async () => {
    const at = place();
    const name = '<img src=x onerror="document.title=2">.txt';
    await at.shell(
      'git init -q . && git -c user.name=a -c user.email=a@b.c commit -q --allow-empty -m x',
    );
    const worker = [
      [
        { say: EVIL },
        { tool: EVIL, input: name, output: EVIL },
        { write: name, text: EVIL },
        { result: EVIL },
      ],
    ];
    await at.oneshot([EVIL, ...scripted(at, { worker, auditor: [[{ ...DONE, feedback: EVIL }]] })]);
    mkdirSync(join(at.runs()[0] ?? '', 'attempts', EVIL.replaceAll('/', ' ')));
    mkdirSync(join(at.path, '.oneshot', name));
    const address = await addressOf(at.start(['inspect', '--no-open']));
    const page = await open(address);
    await page.waitForSelector('#run-state.completed');
    for (const tab of ['activity', 'sequence', 'history']) await page.click(`#tab-${tab}`);
    await page.click('#details summary:has-text("0002-auditor/prompt.md")');
    await page.waitForSelector('#details pre:has-text("onerror")');
    await page.click('#tab-activity');
    await page.click('.row:has-text("onerror")');
    expect(await page.locator('body img, body script').count()).toBe(0);
    expect(await page.title()).toMatch(/^completed · <script>/);
    expect(await page.textContent('#run-task')).toBe(EVIL);
    await page.click('#home');
    await page.waitForSelector('#run-list .task:has-text("<script>")');
    expect(await page.locator('body img, body script').count()).toBe(0);
    expect(complaintsOf(page)).toEqual([]);
  });

  it('gives nothing to a page of another port, though the browser has the cookie', async () => {
    const at = await completedRun();
    const { origin, href } = new URL(
      await addressOf(at.start(['inspect', '--no-open', '--control'])),
    );
    const page = await open(href);
    await page.waitForSelector('#run-state.completed');
    const id = at.runs()[0]?.split('/').at(-1);
    const foreign = await page.context().newPage();
    await foreign.goto(await foreignPage());
    const learned = await foreign.evaluate(`(async () => {
      const ways = {
        read: () => fetch('${origin}/api/runs', { credentials: 'include' }).then((answer) => answer.text()),
        blind: () => fetch('${origin}/api/runs', { mode: 'no-cors', credentials: 'include' }).then((answer) => answer.text()),
        stop: () => fetch('${origin}/api/runs/${id}/resume', { method: 'POST', mode: 'no-cors', credentials: 'include' }).then((answer) => answer.text()),
        script: () => new Promise((done) => { const node = document.createElement('script'); node.src = '${origin}/page/app.js'; node.onload = () => done('loaded'); node.onerror = () => done(''); document.head.append(node); }),
        stream: () => new Promise((done) => { const source = new EventSource('${origin}/api/runs/${id}/transitions', { withCredentials: true }); source.onopen = () => done('open'); source.onerror = () => done(''); }),
        socket: () => new Promise((done) => { const socket = new WebSocket('${origin.replace('http', 'ws')}/api/runs/${id}/inspect'); socket.onmessage = () => done('message'); socket.onclose = () => done(''); }),
        frame: () => new Promise((done) => { const node = document.createElement('iframe'); node.src = '${origin}/'; node.onload = () => { try { done(node.contentDocument?.title ?? ''); } catch { done(''); } }; document.body.append(node); }),
      };
      const learned = {};
      for (const [name, way] of Object.entries(ways)) learned[name] = await way().catch(() => '');
      return learned;
    })()`);
    expect(learned).toEqual({
      read: '',
      blind: '',
      stop: '',
      script: '',
      stream: '',
      socket: '',
      frame: '',
    });
    expect(at.snapshot().state).toBe('completed');
  });

  it('is not served under a name that was made to point here, even with the token', async () => {
    const at = await completedRun();
    const { port, search } = new URL(await addressOf(at.start(['inspect', '--no-open'])));
    const page = await open(`http://evil.example:${port}/${search}`, {
      argument: '--host-resolver-rules=MAP evil.example 127.0.0.1',
    });
    expect(await page.textContent('body')).toContain('answers only as localhost');
    expect(await page.context().cookies()).toEqual([]);
  });

  it('is not served without the token', async () => {
    const at = await completedRun();
    const { origin } = new URL(await addressOf(at.start(['inspect', '--no-open'])));
    const page = await open(origin);
    expect(await page.textContent('body')).toContain('The token is missing or wrong');
  });

  it('keeps the token out of the address and of the reach of scripts', async () => {
    const at = await completedRun();
    const page = await open(await addressOf(at.start(['inspect', '--no-open'])));
    await page.waitForSelector('#run-state.completed');
    expect(page.url()).not.toContain('token');
    expect(await page.evaluate('document.cookie')).toBe('');
  });
});
