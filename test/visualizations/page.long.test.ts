/** What the page shows of a run, live and finished, wide and narrow. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { place, until } from '../oneshot-process.ts';
import { prepared } from '../prepared-place.ts';
import {
  addressOf,
  complaintsOf,
  DONE,
  eventually,
  inBrowser,
  open,
  scripted,
} from './page-browser.ts';

const completedRun = prepared(async () => {
  const at = place();
  const agents = { worker: [[{ result: 'did it' }]], auditor: [[DONE]] };
  await at.oneshot(['do it', ...scripted(at, agents)]);
  return at;
});

/** Pixels of the smallest letters of the chart, as they are on the screen. */
function smallestLetters(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const svg = document.querySelector('#chart svg');
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    const sizes = [...svg.querySelectorAll('text')].map((text) => parseFloat(getComputedStyle(text).fontSize));
    return Math.min(...sizes) * scale;
  })()`);
}

/** Runs in the page. */
const isInSight = `(selector) => {
  const box = document.querySelector(selector)?.getBoundingClientRect();
  const room = document.querySelector('#chart').getBoundingClientRect();
  return box && box.left >= room.left && box.right <= room.right && box.top >= room.top && box.bottom <= room.bottom;
}`;

inBrowser('The page (tests need Chromium)', () => {
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
    expect(await page.textContent('#run-state')).toContain('(unverified)');
    expect(await page.locator('#chart #state-completed.current').count()).toBe(1);
    await page.click('#tab-history');
    await page.waitForSelector('#transitions [aria-current]:has-text("completed")');
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
    expect(complaintsOf(page).filter((complaint) => !complaint.includes('net::ERR_'))).toEqual([]);
  });

  it('lists the runs, survives a reload, and shows what a transition changed', async () => {
    const at = await completedRun();
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
    expect(complaintsOf(page)).toEqual([]);
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
    expect(complaintsOf(page)).toEqual([]);
  }, 60_000);

  it('shows the chart so large that it can be read, and the state of the run in sight, with and without the drawer', async () => {
    const at = await completedRun();
    const page = await open(await addressOf(at.start(['inspect', '--no-open'])));
    await page.waitForSelector('#state-completed.current');
    expect(await smallestLetters(page)).toBeGreaterThanOrEqual(10.9);
    expect(await page.evaluate('document.querySelector("#chart").scrollWidth')).toBeLessThanOrEqual(
      1280,
    );
    await page.click('#tab-history');
    expect(await smallestLetters(page)).toBeGreaterThanOrEqual(10.9);
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
    expect(complaintsOf(page)).toEqual([]);
  });

  it('plays a run by itself, and stops where somebody steps in', async () => {
    const at = await completedRun();
    const page = await open(await addressOf(at.start(['inspect', '--no-open'])));
    await page.waitForSelector('#run-state.completed');
    await page.keyboard.press('Home');
    await page.waitForSelector('#run-state.created');
    await page.keyboard.press(' ');
    await page.waitForSelector('#play[aria-label="Pause"]');
    await page.waitForSelector('#run-state.completed');
    await page.waitForSelector('#play[aria-label="Play"]');
    // Once more, from the beginning.
    await page.keyboard.press(' ');
    await page.waitForSelector('#run-state.created');
    await page.keyboard.press('ArrowRight');
    await page.waitForSelector('#play[aria-label="Play"]');
    expect(await page.getAttribute('#live', 'aria-pressed')).toBe('false');
  });

  it('shows a replay in its own time: its timers count, and then it ends as the run did', async () => {
    const at = place();
    const worker = [[{ say: 'I begin' }, { pause: 1_000 }, { result: 'did it' }]];
    await at.oneshot(['do it', ...scripted(at, { worker, auditor: [[DONE]] })]);
    const replay = at.start(['replay', '--speed', '0.3']);
    const page = await open(await addressOf(replay));
    await page.waitForSelector('#run-state.workerExecuting');
    await page.waitForSelector('#timers:has-text("inactivity in")');
    await page.click('#tab-activity');
    await page.waitForSelector('.row:has-text("I begin")');
    expect(await page.locator('.row:has-text("did it")').count()).toBe(0);
    await page.waitForSelector('#run-state.completed');
    await page.waitForSelector('.row:has-text("did it")');
    expect(await page.textContent('#timers')).toBe('');
    expect(complaintsOf(page)).toEqual([]);
  }, 30_000);

  it('stops a run and resumes it where that is allowed', async () => {
    const at = place();
    const worker = [[{ say: 'I begin' }, { until: 'go' }, { result: 'did it' }]];
    const run = at.start(['do it', ...scripted(at, { worker, auditor: [[DONE]] })]);
    await until('the run is there', () => at.runs().length > 0);
    const looks = await open(await addressOf(at.start(['inspect', '--no-open'])));
    await looks.waitForSelector('#run-state.workerExecuting');
    expect(await looks.locator('#stop').isVisible()).toBe(false);
    const acts = await open(await addressOf(at.start(['inspect', '--no-open', '--control'])));
    await acts.click('#stop');
    await acts.waitForSelector('#run-state.interrupted');
    await run.ended;
    at.write('go', '');
    await acts.click('#resume');
    await acts.waitForSelector('#run-state.completed');
    expect(await acts.locator('#resume').isVisible()).toBe(false);
    expect(complaintsOf(acts)).toEqual([]);
  }, 30_000);

  it('shows one run in many windows at once, though a browser has few connections for a server', async () => {
    const at = await completedRun();
    const page = await open(await addressOf(at.start(['inspect', '--no-open'])));
    for (let number = 0; number < 4; number += 1) {
      const other = await page.context().newPage();
      await other.goto(page.url());
      await other.waitForSelector('#run-state.completed');
      await other.click('#tab-history');
      await other.waitForSelector('#details summary:has-text("prompt.md")');
    }
  }, 30_000);

  it('can be used at the width of a phone', async () => {
    const at = await completedRun();
    const page = await open(await addressOf(at.start(['inspect', '--no-open'])), {
      width: 390,
      height: 844,
    });
    await page.waitForSelector('#run-state.completed');
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(390);
    expect(await page.textContent('#run-state')).toContain('completed');
    // The drawer is open below the chart, and the page still at its top.
    await page.waitForSelector('#transitions [aria-current]:has-text("completed")');
    expect(await page.evaluate('scrollY')).toBe(0);
    for (const tab of ['activity', 'sequence']) {
      await page.click(`#tab-${tab}`);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    }
  });
});
