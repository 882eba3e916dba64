/** The page in a real browser, on real runs, served by the built command. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Place, type Started, until } from '../oneshot-process.ts';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const isThere = existsSync(CHROMIUM);

if (!isThere && process.env.CI)
  throw new Error(
    `There is no Chromium at ${CHROMIUM}: apt-get install chromium, or set CHROMIUM_PATH.`,
  );

/** Skipped, visibly, where there is no browser. */
export const inBrowser = isThere ? describe : describe.skip;

/** What a page complained of, by page: a page that is still open when its server ends is none of the next test's. */
const complaints = new WeakMap<Page, string[]>();
export const complaintsOf = (page: Page) => complaints.get(page) ?? [];

const browsers = new Map<string, Promise<Browser>>();

afterEach(async () => {
  for (const browser of await Promise.all(browsers.values()))
    for (const context of browser.contexts()) await context.close();
});
afterAll(async () => {
  for (const browser of await Promise.all(browsers.values())) await browser.close();
});

export interface Looking {
  readonly width?: number;
  readonly height?: number;
  /** An additional argument of the browser. */
  readonly argument?: string;
}

/** Opens an address; whatever the page complains of, or asks of others than this machine, is noted. */
export async function open(address: string, looking: Looking = {}): Promise<Page> {
  const { width = 1280, height = 800, argument = '' } = looking;
  const browser = await browserWith(argument);
  const context = await browser.newContext({ viewport: { width, height } });
  const page = await context.newPage();
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

function browserWith(argument: string): Promise<Browser> {
  const args = ['--no-sandbox', ...(argument ? [argument] : [])];
  const browser = browsers.get(argument) ?? chromium.launch({ executablePath: CHROMIUM, args });
  browsers.set(argument, browser);
  return browser;
}

export function scripted(at: Place, scenario: object): string[] {
  return ['--agent', 'scripted', '--', at.write('scenario.json', JSON.stringify(scenario))];
}

/** What the auditor says who is content. */
export const DONE = { verdict: 'done', feedback: 'fine' };

/** The address of the page that a command prints. */
export async function addressOf(process: Started): Promise<string> {
  const find = () => /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(process.out() + process.err())?.[0];
  await until('the address is printed', () => find() !== undefined);
  return find() ?? '';
}

export function logOf(at: Place): string {
  return readFileSync(join(at.runs()[0] ?? '', 'oneshot-log.ndjson'), 'utf8');
}

/** Waits until a condition of the page holds; not in the page, whose policy forbids to evaluate anything there. */
export async function eventually(page: Page, condition: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await page.evaluate(condition))) {
    if (Date.now() > deadline) throw new Error(`It never came to be that ${condition}.`);
    await delay(30);
  }
}
