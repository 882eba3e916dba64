import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { ownIdentity } from '../../actors/process-identity.ts';

const ROUNDS = 100;
const CONTENDERS = 4;

/** Milliseconds until all contenders wait for their moment. */
const LEAD_MS = 8;

interface Contender {
  readonly child: ChildProcess;
  ask(line: string): Promise<string>;
}

let folder = '';
let contenders: Contender[] = [];

/** A process that is ready and answers each line with a line. */
async function startContender(module: string): Promise<Contender> {
  const fixture = resolve('test/fixtures/processes/contend.mjs');
  const child = spawn(process.execPath, [fixture, module], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await answers.next()).value);
  const contender: Contender = {
    child,
    ask(line) {
      child.stdin.write(`${line}\n`);
      return next();
    },
  };
  contenders.push(contender);
  expect(await next()).toBe('ready');
  return contender;
}

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'oneshot-races-')));
  const module = join(folder, 'lock.mjs');
  const sources = ['services/lock.ts', 'actors/process-identity.ts'];
  const contents = sources.map((file) => `export * from ${JSON.stringify(resolve(file))};`);
  await build({
    stdin: { contents: contents.join('\n'), resolveDir: resolve('.') },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: module,
  });
  await Promise.all(Array.from({ length: CONTENDERS }, () => startContender(module)));
});

afterAll(async () => {
  const ends = contenders.map(
    ({ child }) => child.exitCode ?? new Promise((done) => child.once('exit', done)),
  );
  for (const { child } of contenders) child.kill('SIGKILL');
  await Promise.all(ends);
  contenders = [];
  rmSync(folder, { recursive: true, force: true });
});

const STALE = JSON.stringify({
  ...{ version: 1, ...ownIdentity(), pid: 2 ** 22 + 1 },
  ...{ generation: 4, run: 'r0', acquiredAt: 0 },
});
const claim = `.claim-${createHash('sha256').update(STALE).digest('hex').slice(0, 32)}-5`;

describe('Of many processes that try at once', () => {
  it.each([
    ['there is no lock', 'free', [], 'won 1'],
    ['there is a stale one', 'stale', [''], 'won 5'],
    ['there is a stale one with the claim of a dead process', 'claimed', ['', claim], 'won 5'],
  ])('exactly one wins, in each of many rounds, when %s', async (_, name, left, won) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = join(folder, `${name}-${round}`);
      for (const end of left) writeFileSync(`${path}${end}`, STALE);
      const moment = Date.now() + LEAD_MS;
      const answers = await Promise.all(contenders.map(({ ask }) => ask(`${path} ${moment}`)));
      expect(answers.sort()).toEqual([...Array(CONTENDERS - 1).fill('ONESHOT_LOCK_HELD'), won]);
    }
  });

  it('no two are inside at the same time, however often it is taken and released', async () => {
    const path = join(folder, 'hammer');
    writeFileSync(path, STALE);
    const answers = await Promise.all(contenders.map(({ ask }) => ask(path)));
    for (const answer of answers) expect(answer).toMatch(/^(ONESHOT_LOCK_HELD )?entered$/);
  });
});
