/** The page in a real browser, on real runs, served by the built command. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Place, place, type Started, until } from '../oneshot-process.ts';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const isThere = existsSync(CHROMIUM);

if (!isThere && process.env.CI)
  throw new Error(
    `There is no Chromium at ${CHROMIUM}: apt-get install chromium, or set CHROMIUM_PATH.`,
  );

let browser: Browser;

/** What a page complained of, by page: a page that is still open when its server ends is none of the next test's. */
const complaints = new WeakMap<Page, string[]>();
const of = (page: Page) => complaints.get(page) ?? [];

beforeAll(async () => {
  if (isThere)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
});
afterEach(async () => {
  for (const context of browser?.contexts() ?? []) await context.close();
});

/** Opens an address; whatever the page complains of, or asks of others than this machine, is noted. */
async function open(address: string, viewport = { width: 1280, height: 800 }): Promise<Page> {
  const page = await browser.newPage({ viewport });
  const own: string[] = [];
  complaints.set(page, own);
  page.on('console', (message) => {
    if (message.type() === 'error') own.push(message.text());
  });
  page.on('pageerror', (error) => own.push(`${error}`));
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol !== 'data:' && hostname !== '127.0.0.1') own.push(request.url());
  });
  await page.goto(address);
  return page;
}

function scripted(at: Place, scenario: object): string[] {
  return ['--agent', 'scripted', '--', at.write('scenario.json', JSON.stringify(scenario))];
}

async function addressOf(process: Started): Promise<string> {
  const find = () => /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(process.out() + process.err())?.[0];
  await until('the address is printed', () => find() !== undefined);
  return find() ?? '';
}

const logOf = (at: Place) => readFileSync(join(at.runs()[0] ?? '', 'oneshot-log.ndjson'), 'utf8');

const DONE = { verdict: 'done', feedback: 'fine' };
const stateOf = (page: Page) => page.textContent('#run-state');

/** Pixels of the smallest letters of the chart, as they are on the screen. */
function smallestLetters(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const svg = document.querySelector('#chart svg');
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    const sizes = [...svg.querySelectorAll('text')].map((text) => parseFloat(getComputedStyle(text).fontSize));
    return Math.min(...sizes) * scale;
  })()`);
}

/** Waits until a condition of the page holds; not in the page, whose policy forbids to evaluate anything there. */
async function eventually(page: Page, condition: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await page.evaluate(condition))) {
    if (Date.now() > deadline) throw new Error(`It never came to be that ${condition}.`);
    await delay(30);
  }
}

/** Runs in the page. */
const isInSight = `(selector) => {
  const box = document.querySelector(selector)?.getBoundingClientRect();
  const room = document.querySelector('#chart').getBoundingClientRect();
  return box && box.left >= room.left && box.right <= room.right && box.top >= room.top && box.bottom <= room.bottom;
}`;

(isThere ? describe : describe.skip)('The page (tests need Chromium)', () => {
  it('follows a live run to its end, and scrubs back through it', async () => {
    const at = place();
    const worker = [[{ say: 'I begin' }, { until: 'go' }, { result: 'did it' }]];
    const run = at.start(['do it', '--inspect', ...scripted(at, { worker, auditor: [[DONE]] })]);
    const page = await open(await addressOf(run));
    await page.waitForSelector('#run-state.workerExecuting');
    await page.click('#tab-activity');
    await page.waitForSelector('.row:has-text("I begin")');
    await page.waitForSelector('#timers:has-text("inactivity in")');
    // The chart says so too, where the silence would lead out of the state.
    expect(await page.textContent('#state-workerExecuting')).toMatch(/inactivity in \d+m \d+s/);
    expect(await page.textContent('#state-workerExecuting')).toMatch(/ceiling in \d+m/);
    at.write('go', '');
    await run.ended;
    const server = at.start(['inspect', '--no-open']);
    await page.goto(await addressOf(server));
    await page.waitForSelector('#run-state.completed');
    expect(await page.locator('#chart #state-completed.current').count()).toBe(1);
    await page.click('#tab-history');
    const steps = await page.locator('#transitions li').count();
    await page.locator('#scrub').focus();
    await page.keyboard.press('Home');
    await page.waitForSelector('#run-state.created');
    await page.keyboard.press('ArrowRight');
    await page.waitForSelector('#run-state.workerExecuting');
    await page.keyboard.press('l');
    await page.waitForSelector('#run-state.completed');
    expect(await page.textContent('#position')).toContain(`${steps} / ${steps}`);
    // The server of the run ended with it, which the browser tells.
    expect(of(page).filter((complaint) => !complaint.includes('net::ERR_'))).toEqual([]);
  });

  it('lists the runs, survives a reload, and shows what a transition changed', async () => {
    const at = place();
    await at.oneshot([
      'do it',
      ...scripted(at, { worker: [[{ result: 'did it' }]], auditor: [[DONE]] }),
    ]);
    const page = await open(await addressOf(at.start(['inspect', '--all', '--no-open'])));
    await page.click('#run-list a');
    await page.waitForSelector('#run-state.completed');
    await page.reload();
    await page.waitForSelector('#run-state.completed');
    await page.click('#tab-history');
    await page.waitForSelector('#details h2');
    expect(await page.textContent('#details')).toContain('verdict');
    await page.click('#details summary:has-text("0002-auditor/prompt.md")');
    await page.waitForSelector('#details pre:has-text("do it")');
    await page.click('#tab-sequence');
    await page.waitForSelector('#sequence-chart .message:nth-of-type(4)');
    expect(of(page)).toEqual([]);
  });

  it('survives the end of its server: it goes on by itself when that is started again, and misses nothing', async () => {
    const at = place();
    const worker = [
      [
        { say: 'line 1' },
        { until: 'second' },
        { say: 'line 2' },
        { until: 'third' },
        { say: 'line 3' },
        { result: 'did it' },
      ],
    ];
    const run = at.start(['do it', ...scripted(at, { worker, auditor: [[DONE]] })]);
    await until('the run is there', () => at.runs().length > 0);
    const first = at.start(['inspect', '--no-open']);
    const address = await addressOf(first);
    const page = await open(address);
    await page.click('#tab-activity');
    await page.waitForSelector('.row:has-text("line 1")');
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    await page.waitForSelector('#problem:has-text("has gone")');
    at.write('second', '');
    await until('line 2 is recorded', () => logOf(at).includes('line 2'));
    const second = at.start(['inspect', '--no-open']);
    expect(await addressOf(second)).toBe(address);
    await page.waitForSelector('.row:has-text("line 2")');
    await page.waitForSelector('#problem', { state: 'hidden' });
    at.write('third', '');
    await run.ended;
    await page.waitForSelector('#run-state.completed');
    const lines = logOf(at).trim().split('\n').length;
    await page.waitForSelector(`#activity-count:has-text("${lines} of ${lines}")`);
    const texts = await page.locator('.row .text').allTextContents();
    expect(texts.filter((text) => text.startsWith('line'))).toEqual(['line 1', 'line 2', 'line 3']);
    const { seq } = await at.show();
    expect(await page.textContent('#position')).toContain(`${seq + 1} / ${seq + 1}`);
    await page.reload();
    await page.waitForSelector('#run-state.completed');
    expect(of(page).filter((complaint) => !complaint.includes('net::ERR_'))).toEqual([]);
  }, 30_000);

  it('goes on with a server of its own folder when the one of a run with --inspect has ended', async () => {
    const at = place();
    const worker = [[{ until: 'go' }, { result: 'did it' }]];
    const run = at.start(['do it', '--inspect', ...scripted(at, { worker, auditor: [[DONE]] })]);
    const page = await open(await addressOf(run));
    await page.waitForSelector('#run-state.workerExecuting');
    at.write('go', '');
    await run.ended;
    at.start(['inspect', '--no-open']);
    await page.waitForSelector('#run-state.completed');
  });

  it('is told why when a server refuses it, and goes on with the right one', async () => {
    const [at, other] = [place(), place()];
    const agents = { worker: [[{ result: 'did it' }]], auditor: [[DONE]] };
    await at.oneshot(['do it', ...scripted(at, agents)]);
    const first = at.start(['inspect', '--no-open']);
    const address = await addressOf(first);
    const { port } = new URL(address);
    const page = await open(address);
    await page.waitForSelector('#run-state.completed');
    process.kill(first.pid, 'SIGTERM');
    await first.ended;
    const stranger = other.start(['inspect', '--no-open', '--port', port]);
    await addressOf(stranger);
    await page.waitForSelector('#problem:has-text("token")');
    process.kill(stranger.pid, 'SIGTERM');
    await stranger.ended;
    at.start(['inspect', '--no-open']);
    await page.waitForSelector('#problem', { state: 'hidden' });
  }, 30_000);

  it('puts nothing of a run in as markup', async () => {
    const at = place();
    const evil = '<script>document.title="taken"</script><img src=x onerror="document.title=1">';
    const worker = [[{ say: evil }, { tool: 'write', input: evil }, { result: evil }]];
    await at.oneshot([evil, ...scripted(at, { worker, auditor: [[{ ...DONE, feedback: evil }]] })]);
    const page = await open(await addressOf(at.start(['inspect', '--no-open'])));
    await page.waitForSelector('#run-state.completed');
    for (const tab of ['activity', 'sequence', 'history']) await page.click(`#tab-${tab}`);
    await page.waitForSelector('#details summary');
    expect(await page.locator('body img, body script').count()).toBe(0);
    expect(await page.title()).not.toBe('taken');
    expect(await page.textContent('#run-task')).toBe(evil);
    expect(of(page)).toEqual([]);
  });

  it('shows 100,000 activities with a hundred lines in the document, and finds one by the filter', async () => {
    const at = place();
    await at.oneshot([
      'do it',
      ...scripted(at, { worker: [[{ say: 'x' }, { result: 'did it' }]], auditor: [[DONE]] }),
    ]);
    const log = join(at.runs()[0] ?? '', 'oneshot-log.ndjson');
    const [line = ''] = readFileSync(log, 'utf8').split('\n');
    const { text: _, ...rest } = JSON.parse(line);
    const lines = Array.from({ length: 100_000 }, (__, number) =>
      JSON.stringify({ ...rest, kind: 'text', text: `line number ${number}` }),
    );
    writeFileSync(log, `${lines.join('\n')}\n`);
    const page = await open(await addressOf(at.start(['inspect', '--no-open'])));
    await page.click('#tab-activity');
    await page.waitForSelector('#activity-count:has-text("100,000 of")');
    expect(await page.locator('.row').count()).toBeLessThan(120);
    await page.fill('#filter', 'number 77777');
    await page.waitForSelector('.row:has-text("line number 77777")');
    expect(await page.locator('.row').count()).toBe(1);
    expect(of(page)).toEqual([]);
  }, 60_000);

  it('shows the chart so large that it can be read, and the state of the run in sight, with and without the drawer', async () => {
    const at = place();
    await at.oneshot([
      'do it',
      ...scripted(at, { worker: [[{ result: 'did it' }]], auditor: [[DONE]] }),
    ]);
    const page = await open(await addressOf(at.start(['inspect', '--no-open'])));
    await page.waitForSelector('#state-completed.current');
    expect(await smallestLetters(page)).toBeGreaterThanOrEqual(10.4);
    expect(await page.evaluate('document.querySelector("#chart").scrollWidth')).toBeLessThanOrEqual(
      1280,
    );
    await page.click('#tab-history');
    expect(await smallestLetters(page)).toBeGreaterThanOrEqual(10.4);
    for (const [key, state] of [
      ['End', 'completed'],
      ['Home', 'created'],
    ]) {
      await page.locator('#scrub').focus();
      await page.keyboard.press(key ?? '');
      await eventually(page, `(${isInSight})('#state-${state}.current')`);
    }
  });

  it('tells how often each arrow was taken, and how often each state was come to', async () => {
    const at = place();
    const retry = [{ verdict: 'retry', feedback: 'again' }];
    await at.oneshot([
      'do it',
      ...scripted(at, { worker: [[{ result: 'did it' }]], auditor: [retry, [DONE]] }),
    ]);
    const page = await open(await addressOf(at.start(['inspect', '--no-open'])));
    await page.waitForSelector('#state-completed.current');
    expect(await page.textContent('#state-workerExecuting > .count text')).toBe('2×');
    expect(await page.textContent('#state-completed > .count text')).toBe('1×');
    const counts = page.locator('#chart > svg > .count text');
    const taken = await counts.allTextContents();
    expect(taken.sort()).toEqual(['1×', '1×', '1×', '1×', '2×', '2×']);
    await page.locator('#scrub').focus();
    await page.keyboard.press('Home');
    await page.waitForSelector('#state-created.current');
    expect(await counts.count()).toBe(0);
    expect(of(page)).toEqual([]);
  });

  it('can be used at the width of a phone', async () => {
    const at = place();
    await at.oneshot([
      'do it',
      ...scripted(at, { worker: [[{ result: 'did it' }]], auditor: [[DONE]] }),
    ]);
    const page = await open(await addressOf(at.start(['inspect', '--no-open'])), {
      width: 390,
      height: 844,
    });
    await page.waitForSelector('#run-state.completed');
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(390);
    expect(await stateOf(page)).toContain('completed');
    // The drawer is open below the chart.
    await page.waitForSelector('#transitions [aria-current]:has-text("completed")');
    for (const tab of ['activity', 'sequence']) {
      await page.click(`#tab-${tab}`);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    }
  });
});
