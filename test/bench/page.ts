/** What it costs to look at a run of which much is to be seen: in Chromium, on the page as it is served. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { HAPPY, newestRun, ONESHOT, workFolder } from './places.ts';
import { type Bench, type Row, valueAtMost } from './row.ts';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

const THERE = 100_000;
const RATE = 5_000;
const SECONDS = 5;

/** Milliseconds between two writes, as an agent that prints much is read in pieces. */
const PIECE_MS = 20;

interface Look {
  readonly firstPaint: number;
  readonly allThere: number;
  readonly longestFrame: number;
  /** Until the last of those that came is shown, from when it was written. */
  readonly behind: number;
}

export async function measure({ root, repeat }: Bench): Promise<readonly Row[]> {
  if (!existsSync(CHROMIUM)) {
    console.error(`The page is not measured: there is no Chromium at ${CHROMIUM}.`);
    return [];
  }
  const looks: Look[] = [];
  for (let round = 0; round < Math.ceil(repeat / 2); round += 1)
    looks.push(await look(join(root, `page-${round}`)));
  const row = (name: string, key: keyof Look, limit: number): Row => ({
    name,
    unit: 'ms',
    values: looks.map((each) => each[key]),
    against: null,
    limit: valueAtMost(limit),
  });
  return [
    row(`first paint of a run with ${THERE} activities`, 'firstPaint', 1_000),
    row(`until all ${THERE} are in the page`, 'allThere', 5_000),
    row(`longest frame while ${RATE}/s come for ${SECONDS} s`, 'longestFrame', 100),
    row('until the last of these is in the page', 'behind', 500),
  ];
}

/** Looks at a run that goes on, with everything that was started gone afterwards. */
async function look(path: string): Promise<Look> {
  const wait = 'cat >/dev/null; echo begun; while [ ! -e go ]; do sleep 0.1; done; echo did it';
  const cwd = workFolder(path, wait);
  const run = spawn(process.execPath, HAPPY, { cwd, stdio: 'ignore' });
  const server = spawn(
    process.execPath,
    [ONESHOT, 'inspect', '--all', '--no-open', '--port', '0'],
    {
      cwd,
      env: { ...process.env, HOME: cwd },
    },
  );
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    const address = await addressOf(server);
    const log = await logOf(cwd);
    return await lookAt(browser, `${address}&run=${newestRun(cwd)}`, log);
  } finally {
    await browser.close();
    server.kill();
    writeFileSync(join(cwd, 'go'), '');
    await new Promise((done) => (run.exitCode === null ? run.once('exit', done) : done(null)));
  }
}

async function lookAt(browser: Browser, address: string, log: string): Promise<Look> {
  const [first = ''] = readFileSync(log, 'utf8').split('\n');
  appendFileSync(log, linesLike(first, 1, THERE));
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(address);
  await page.click('#tab-activity');
  const total = THERE + 1;
  const allThere = await timeOf(page, total);
  const firstPaint = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0].startTime",
  );
  await page.evaluate(WATCH_FRAMES);
  await write(log, first);
  const written = Date.now();
  await countIs(page, total + RATE * SECONDS);
  const behind = Date.now() - written;
  return { firstPaint, allThere, behind, longestFrame: await page.evaluate('watched.longest') };
}

/** Milliseconds from the beginning of the page until it counts so many activities. */
async function timeOf(page: Page, count: number): Promise<number> {
  await countIs(page, count);
  return page.evaluate<number>('performance.now()');
}

/** Rejects when it never is: something was lost, or came twice. */
async function countIs(page: Page, count: number): Promise<void> {
  const text = count.toLocaleString('en');
  await page.waitForSelector(`#activity-count:has-text("${text} of ${text}")`);
}

/** The longest time between two frames from now on. */
const WATCH_FRAMES = `
  window.watched = { longest: 0 };
  let before = performance.now();
  const frame = (now) => {
    watched.longest = Math.max(watched.longest, now - before);
    before = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame((now) => { before = now; requestAnimationFrame(frame); });
  null`;

/** As many as the clock says are due, so that the rate holds on a machine that is busy. */
async function write(log: string, like: string): Promise<void> {
  const from = Date.now();
  const all = RATE * SECONDS;
  for (let done = 0; done < all; ) {
    await delay(PIECE_MS);
    const due = Math.min(all, Math.floor(((Date.now() - from) * RATE) / 1_000));
    if (due > done) appendFileSync(log, linesLike(like, THERE + done, due - done));
    done = due;
  }
}

/** Lines as agents make them: words, calls of tools and what these answer. */
function linesLike(line: string, from: number, count: number): string {
  const { text: _, ...rest } = JSON.parse(line);
  const kinds = [
    { kind: 'text', text: 'I look at how the parser takes brackets that are not closed.' },
    { kind: 'toolCall', name: 'bash', input: 'grep -rn "bracket" src | head -20' },
    { kind: 'toolResult', ok: true, text: 'src/parse.ts:120: // a bracket\n'.repeat(5) },
  ];
  const at = Date.now();
  return Array.from({ length: count }, (__, index) => {
    const what = kinds[(from + index) % kinds.length];
    return `${JSON.stringify({ ...rest, at, ...what, number: from + index })}\n`;
  }).join('');
}

async function addressOf(server: ChildProcess): Promise<string> {
  for await (const text of server.stdout ?? []) {
    const [address] = /http:\S+/.exec(`${text}`) ?? [];
    if (address) return address;
  }
  throw new Error('The server of the page ended before it said where it is.');
}

async function logOf(cwd: string): Promise<string> {
  for (;;) {
    const path = existsSync(join(cwd, '.oneshot')) && newestRun(cwd);
    const log = path ? join(cwd, '.oneshot', path, 'oneshot-log.ndjson') : null;
    if (log && existsSync(log) && readFileSync(log, 'utf8').includes('begun')) return log;
    await delay(20);
  }
}
