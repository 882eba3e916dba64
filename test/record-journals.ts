/**
 * Records the journals that every later version must replay: `npm run record`, until the
 * version is released. Each is of a real run of the scripted agent; they lie in `test/fixtures/journals/<version>/`.
 */
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEMO, type Scenario } from '../actors/agents/scripted-scenario.ts';
import { VERSION } from '../services/version.ts';

const ONESHOT = resolve('dist/oneshot.cjs');
const TARGET = fileURLToPath(new URL(`fixtures/journals/${VERSION}/`, import.meta.url));

/** A path that says nothing of the machine, since it stands in the journals. */
const PLACE = join(tmpdir(), 'example');

interface Recipe {
  readonly name: string;
  readonly scenario: Scenario;
  readonly flags?: readonly string[];
  /** What is done about the run: each waits for the one before. */
  readonly deeds?: readonly Deed[];
}

type Deed =
  | { readonly signal: NodeJS.Signals; readonly when: string }
  | { readonly resume: readonly string[] };

const done = { verdict: 'done', feedback: 'all is well' } as const;
const retry = { verdict: 'retry', feedback: 'more', findings: ['half'] } as const;
const quick = ['--inactivity-timeout', '1s'];

const RECIPES: readonly Recipe[] = [
  { name: 'demo', scenario: DEMO, flags: quick },
  {
    name: 'rejected',
    scenario: scenario([{ result: 'no' }], [{ verdict: 'impossible', feedback: 'no network' }]),
  },
  {
    name: 'checks',
    scenario: {
      worker: [[{ result: 'half' }], [{ write: 'fixed', text: '' }, { result: 'whole' }]],
      auditor: [[done]],
    },
    flags: ['--check', 'test -e fixed'],
  },
  {
    name: 'budget',
    scenario: scenario([{ result: 'half' }], [retry]),
    flags: ['--max-iterations', '1'],
    deeds: [{ resume: ['--max-iterations', '2'] }],
  },
  {
    name: 'unreadable',
    scenario: scenario([{ result: 'did it' }], [{ result: 'I cannot tell.' }]),
    deeds: [{ resume: [] }],
  },
  {
    name: 'dead',
    scenario: {
      worker: [[{ exit: 3 }], [{ say: 'begun' }, { die: 'SIGKILL' }]],
      auditor: [[done]],
    },
  },
  {
    name: 'limited',
    scenario: {
      worker: [
        [{ result: 'too much', failure: 'limited', resumeAt: 4_102_444_800_000 }],
        [{ result: 'did it' }],
      ],
      auditor: [[done]],
    },
    flags: ['--on-limit', 'stop'],
    deeds: [{ resume: [] }],
  },
  {
    name: 'interrupted',
    scenario: {
      worker: [[{ say: 'begun' }, { hang: true }], [{ result: 'did it' }]],
      auditor: [[done]],
    },
    deeds: [{ signal: 'SIGINT', when: 'begun' }, { resume: [] }],
  },
  {
    name: 'killed',
    scenario: {
      worker: [[{ say: 'begun' }, { until: 'go' }, { result: 'did it' }]],
      auditor: [[done]],
    },
    deeds: [{ signal: 'SIGKILL', when: 'begun' }, { resume: [] }],
  },
];

for (const recipe of RECIPES) await record(recipe);

function scenario(
  worker: NonNullable<Scenario['worker']>[number],
  auditor: NonNullable<Scenario['auditor']>[number],
): Scenario {
  return { worker: [worker], auditor: [auditor] };
}

async function record({ name, scenario: played, flags = [], deeds = [] }: Recipe): Promise<void> {
  rmSync(PLACE, { recursive: true, force: true });
  mkdirSync(PLACE);
  writeFileSync(join(PLACE, 'scenario.json'), JSON.stringify(played));
  writeFileSync(
    join(PLACE, 'oneshot.config.json'),
    '{"retryPause":"50ms","killGrace":"300ms","resultGrace":"300ms"}',
  );
  const agent = ['--agent', 'scripted', ...flags, '--', 'scenario.json'];
  let run = start(['do it', ...agent]);
  for (const deed of deeds) {
    if ('signal' in deed) await strike(run, deed);
    await run.ended;
    if ('resume' in deed) {
      writeFileSync(join(PLACE, 'go'), '');
      run = start(['resume', ...deed.resume]);
    }
  }
  await run.ended;
  mkdirSync(TARGET, { recursive: true });
  cpSync(journal(), join(TARGET, `${name}.ndjson`));
  rmSync(PLACE, { recursive: true, force: true });
}

async function strike(
  run: ReturnType<typeof start>,
  { signal, when }: { signal: NodeJS.Signals; when: string },
) {
  while (!logged().includes(when)) await delay(20);
  process.kill(run.pid, signal);
}

function start(args: readonly string[]) {
  const child = spawn(process.execPath, [ONESHOT, ...args], {
    cwd: PLACE,
    stdio: 'ignore',
    env: { ...process.env, HOME: PLACE },
  });
  return { pid: child.pid ?? 0, ended: new Promise((over) => child.once('exit', over)) };
}

function runFolder(): string | null {
  const runs = join(PLACE, '.oneshot');
  const id = existsSync(runs) ? readdirSync(runs).find((entry) => /^\d/.test(entry)) : undefined;
  return id === undefined ? null : join(runs, id);
}

function journal(): string {
  return join(runFolder() ?? PLACE, 'journal.ndjson');
}

function logged(): string {
  const log = join(runFolder() ?? PLACE, 'oneshot-log.ndjson');
  return existsSync(log) ? readFileSync(log, 'utf8') : '';
}
