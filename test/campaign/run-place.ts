/** A folder in which oneshot runs for the campaign, and the way to start it there. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { listRunIds, type RunFolder, runFolder } from '../../services/run-store.ts';
import { killMarked } from './marked-processes.ts';

const FIXTURES = resolve('test/fixtures/campaign');
/** The program, unless a place is made for another. */
const ONESHOT = resolve('dist/oneshot.cjs');

export interface RunPlace {
  readonly path: string;
  /** All that is started there has this variable. */
  readonly mark: string;
  readonly work: string;
  /** The newest run: one that was killed before its first transition was recorded never began. */
  run(): RunFolder | null;
  /** What the agents and checks noted of their lives, one array of words a line. */
  life(): string[][];
  /** The attempts whose worker has done its work. */
  worked(): string[];
  /** Starts oneshot, with a failpoint or without. */
  start(args: readonly string[], failpoint?: string | null): Hosting;
  /** Kills what is left there, and removes it. */
  clear(): void;
}

export interface Hosting {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface PlaceOptions {
  readonly shape: string;
  /** Whether the work tree is one of git's. */
  readonly inGit: boolean;
  readonly inactivityMs?: number | undefined;
  /** Default: the one that was built. */
  readonly program?: string | undefined;
}

export function makePlace({
  shape,
  inGit,
  inactivityMs = 30_000,
  program = ONESHOT,
}: PlaceOptions): RunPlace {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'oneshot-campaign-')));
  const [work, lifeFile] = [join(path, 'work'), join(path, 'life')];
  for (const folder of ['work', 'home', 'tmp']) mkdirSync(join(path, folder));
  writeFileSync(lifeFile, '');
  writeFileSync(join(work, 'oneshot.config.json'), configOf(inactivityMs));
  if (inGit) makeRepository(work);
  const own = { ONESHOT_CAMPAIGN: path, CAMPAIGN_SHAPE: shape, CAMPAIGN_LIFE: lifeFile };
  const mark = `ONESHOT_CAMPAIGN=${path}`;
  const runsDir = join(work, '.oneshot');
  return {
    path,
    mark,
    work,
    run() {
      const id = listRunIds(runsDir).at(-1);
      return id === undefined ? null : runFolder(runsDir, id);
    },
    life: () => wordsOf(readFileSync(lifeFile, 'utf8')),
    worked: () => wordsOf(readOptional(join(work, 'work.txt'))).flat(),
    start: (args, failpoint = null) =>
      startOneshot([program, ...args], work, environmentOf(path, own), failpoint),
    clear() {
      killMarked(mark);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** What git takes for a repository, made without a process that a Ctrl-C could end. */
function makeRepository(path: string): void {
  for (const folder of ['objects', 'refs'])
    mkdirSync(join(path, '.git', folder), { recursive: true });
  writeFileSync(join(path, '.git/HEAD'), 'ref: refs/heads/main\n');
}

/** So that a run is short, and no number of kills ends it. */
function configOf(inactivityMs: number): string {
  return JSON.stringify({
    agent: 'claude',
    maxIterations: 60,
    workerAttempts: 20,
    auditorAttempts: 20,
    maxLosses: 60,
    inactivityTimeout: `${inactivityMs}ms`,
    killGrace: '500ms',
    resultGrace: '300ms',
    retryPause: '20ms',
  });
}

function environmentOf(path: string, own: Record<string, string>): NodeJS.ProcessEnv {
  return {
    PATH: `${FIXTURES}:${process.env.PATH}`,
    HOME: join(path, 'home'),
    TMPDIR: join(path, 'tmp'),
    // Claude's adapter refuses to run it as root elsewhere.
    IS_SANDBOX: '1',
    ...own,
  };
}

function startOneshot(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  failpoint: string | null,
): Hosting {
  const preload = failpoint ? ['--require', join(FIXTURES, 'failpoints.cjs')] : [];
  const child = spawn(process.execPath, [...preload, ...args], {
    cwd,
    env: { ...env, ...(failpoint ? { ONESHOT_FAILPOINT: failpoint } : {}) },
    // A Ctrl-C is for the campaign, not for what it has started.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  const ended = new Promise<Ended>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code, signal, out, err }));
  });
  return { child, ended };
}

function readOptional(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function wordsOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trim().split(' '));
}
