/** What a transition's commit costs, early and late in a long run, against the same bytes written bare. */
import {
  closeSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { initialTransition } from 'xstate';
import { ownIdentity } from '../../actors/process-identity.ts';
import { lifecycle } from '../../machines/lifecycle.ts';
import { acquireLock } from '../../services/lock.ts';
import { machineStamp } from '../../services/machine-stamp.ts';
import { openRecord } from '../../services/run-record.ts';
import { runFolder } from '../../services/run-store.ts';
import { type Bench, type Row, ratioAtMost } from './row.ts';
import { pairs, wallMs } from './sample.ts';

const POINTS = [10, 1_000, 10_000];
const WINDOW = 50;

export async function measure({ root }: Bench): Promise<readonly Row[]> {
  const path = join(root, 'commits');
  mkdirSync(path, { recursive: true });
  const folder = runFolder(path, 'run');
  mkdirSync(folder.path);
  const agent = { name: 'command', model: null, command: 'x', output: 'auto', args: [] } as const;
  const settings = {
    cwd: path,
    agents: { worker: agent, auditor: agent },
    headers: { worker: null, reworker: null, auditor: null },
    checks: [],
    protect: [],
    killGraceMs: 1,
    resultGraceMs: 1,
    outputLimitBytes: 1,
    secrets: [],
  };
  const task = { preview: 't'.repeat(240), length: 240, hash: 'h'.repeat(64), path: 'task.md' };
  const limits = {
    maxIterations: 5,
    workerAttempts: 2,
    auditorAttempts: 2,
    inactivityMs: 1,
    attemptMs: 1,
    retryPauseMs: 1,
    onLimit: 'wait',
    maxCostUsd: null,
    maxTokens: null,
    maxTimeMs: null,
    maxLosses: 5,
    stallAfter: 2,
  } as const;
  const [snapshot] = initialTransition(lifecycle, {
    runId: 'run',
    task,
    limits,
    hasChecks: false,
    agentCounts: { worker: 1, auditor: 1 },
  });
  const header = { id: 'run', createdAt: 0, machine: machineStamp(), parent: null, settings };
  const lock = acquireLock(folder.lock, { owner: ownIdentity(), run: 'run', now: 0 });
  const record = openRecord({ folder, lock, header, stored: null, now: Date.now });
  const bare = bareWriter(join(path, 'bare'));
  // States in turn, so that the history grows as that of a real run does.
  const states = ['auditPending', 'reiterationPending'].map((value) =>
    Object.assign(Object.create(Object.getPrototypeOf(snapshot)), snapshot, { value }),
  );
  let count = 0;
  const commit = () => record.commit({ type: 'run.start' }, states[count++ % 2]);
  commit();
  const text = readFileSync(folder.journal, 'utf8');
  const rows: Row[] = [];
  for (const at of POINTS) {
    while (count < at) commit();
    const { values, references } = await pairs(
      WINDOW,
      () => wallMs(commit),
      () => wallMs(() => bare.write(text)),
    );
    rows.push({
      name: `commit at transition ${at}`,
      unit: 'ms',
      values,
      against: { name: 'append, fsync, rename', values: references },
      limit: ratioAtMost(1.5),
    });
  }
  bare.close();
  record.close();
  lock.release();
  return rows;
}

/** The same order of writes by hand: the line is durable before the snapshot takes its name. */
function bareWriter(path: string) {
  mkdirSync(path, { recursive: true });
  const fd = openSync(join(path, 'journal'), 'a');
  return {
    write(text: string) {
      writeSync(fd, text);
      fdatasyncSync(fd);
      writeFileSync(join(path, 'snapshot.tmp'), text);
      renameSync(join(path, 'snapshot.tmp'), join(path, 'snapshot'));
    },
    close: () => closeSync(fd),
  };
}
