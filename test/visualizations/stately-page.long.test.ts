/** The page that leads to Stately's hosted inspector, in a real browser: nothing leaves the machine unasked. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import * as on from '../machines/lifecycle-events.ts';
import { toReiteration } from '../machines/lifecycle-runs.ts';
import { inspect } from '../services/inspectors.ts';
import { beginRecording, temporaryFolder } from '../services/recorded-run.ts';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const assets = new URL('../../visualizations', import.meta.url).pathname;

/** Stands for the hosted inspector: says that it listens, and keeps what it is sent. */
const STUB = `<!doctype html><title>stub</title><script>
window.received = [];
addEventListener('message', ({ data }) => received.push(data));
parent.postMessage({ type: '@statelyai.connected' }, '*');
</script>`;

// Where CI is set the browser must be there.
const isThere = existsSync(CHROMIUM) || process.env.CI !== undefined;

(isThere ? describe : describe.skip)('The page for the Stately inspector', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });

  afterAll(() => browser.close());

  it('says what it will send and where, sends nothing before it is told to, and then the run as it goes on', async () => {
    const runsDir = temporaryFolder();
    const run = beginRecording(runsDir);
    run.take(...toReiteration);
    const inspector = await inspect({ runsDir, assets });
    const page = await browser.newPage();
    const { asked, problems } = watch(page);
    await page.route('https://stately.ai/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: STUB }),
    );
    await page.goto(inspector.url(run.folder.id, 'stately'));
    await page.getByRole('heading', { name: run.folder.id }).waitFor();
    expect(await page.locator('main').textContent()).toContain('Nothing has been sent yet.');
    expect(page.url()).not.toContain('token');
    expect(asked.filter((url) => !url.startsWith('http://127.0.0.1:'))).toEqual([]);

    await page.getByRole('button', { name: 'Open stately.ai' }).click();
    const types = () => received(page).then((all) => all.map(({ type }) => type));
    await page.getByText(': 11 messages').waitFor();
    run.take(on.reiterate);
    await page.getByText(': 13 messages').waitFor();
    run.close();
    expect(await types()).toHaveLength(13);
    expect((await received(page))[0]).toMatchObject({
      type: '@xstate.actor',
      sessionId: run.folder.id,
    });
    expect((await received(page)).at(-1)).toMatchObject({
      snapshot: { value: { workerExecuting: 'live' } },
    });
    expect(
      asked.filter(
        (url) => !/^(http|ws):\/\/127\.0\.0\.1:|^https:\/\/stately\.ai\/inspect$/.test(url),
      ),
    ).toEqual([]);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('lets no other page have a frame', async () => {
    const inspector = await inspect({ runsDir: temporaryFolder(), assets });
    const page = await browser.newPage();
    const { asked } = watch(page);
    await page.goto(inspector.url().replace('/?', '/statechart.svg?'));
    await page.goto(inspector.url().replace('/?', '/page/stately.html?'));
    await page.evaluate(`new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.src = 'https://evil.example/';
      frame.addEventListener('load', resolve);
      document.body.append(frame);
    })`);
    expect(asked.filter((url) => url.includes('evil'))).toEqual([]);
    await page.close();
  });
});

function watch(page: Page) {
  const asked: string[] = [];
  const problems: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('websocket', (socket) => asked.push(socket.url()));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  return { asked, problems };
}

// biome-ignore lint/suspicious/noExplicitAny: what came over the wire; the test says what it must be
async function received(page: Page): Promise<any[]> {
  const frame = page.frames().find((each) => each.url().startsWith('https://stately.ai'));
  return frame ? frame.evaluate('received') : [];
}
