/** The page must outlive its server: runs go on for hours, and so do those who watch them. */
import { expect, it } from '@jest/globals';
import { place, until } from '../oneshot-process.ts';
import { addressOf, complaintsOf, DONE, inBrowser, logOf, open, scripted } from './page-browser.ts';

inBrowser('The page (tests need Chromium)', () => {
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
    expect(complaintsOf(page).filter((complaint) => !complaint.includes('net::ERR_'))).toEqual([]);
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

  it('gives its connection away while nobody can see it, and misses nothing', async () => {
    const at = place();
    const worker = [[{ say: 'line 1' }, { until: 'go' }, { say: 'line 2' }, { result: 'did it' }]];
    const run = at.start(['do it', ...scripted(at, { worker, auditor: [[DONE]] })]);
    await until('the run is there', () => at.runs().length > 0);
    const page = await open(await addressOf(at.start(['inspect', '--no-open'])));
    await page.click('#tab-activity');
    await page.waitForSelector('.row:has-text("line 1")');
    const hide = (isHidden: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));`);
    await hide(true);
    at.write('go', '');
    await run.ended;
    // What would have come is on disk; a second page has it.
    const other = await open(await addressOf(at.start(['inspect', '--no-open', '--port', '0'])));
    await other.waitForSelector('#run-state.completed');
    expect(await page.locator('.row:has-text("line 2")').count()).toBe(0);
    await hide(false);
    await page.waitForSelector('.row:has-text("line 2")');
    await page.waitForSelector('#run-state.completed');
    expect(await page.locator('.row:has-text("line 1")').count()).toBe(1);
    expect(complaintsOf(page)).toEqual([]);
  });
});
