/** Runs on disk, written by the record itself from sequences of events; no agent is started. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { ownIdentity } from '../../actors/process-identity.ts';
import type { RunSettings } from '../../actors/run-host.ts';
import type { LifecycleInput } from '../../machines/context.ts';
import { plainEvent } from '../../services/durable-lifecycle.ts';
import { createFold, type LifecycleSnapshot } from '../../services/fold.ts';
import type { RunHeader } from '../../services/journal.ts';
import { acquireLock } from '../../services/lock.ts';
import { machineStamp } from '../../services/machine-stamp.ts';
import { openRecord } from '../../services/run-record.ts';
import { createRunFolder, type RunFolder } from '../../services/run-store.ts';
import type { Step } from '../machines/lifecycle-events.ts';
import { input as runInput } from '../machines/lifecycle-events.ts';
import { eventOf } from '../machines/lifecycle-runs.ts';

const fold = createFold();
const folders = new Set<string>();

afterEach(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
  folders.clear();
});

export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'oneshot-runs-'));
  folders.add(path);
  return path;
}

export interface Recording {
  readonly folder: RunFolder;
  take(...steps: readonly Step[]): void;
  /** Gives the lock up: nobody hosts the run any more. */
  close(): void;
}

export interface RecordingOptions {
  readonly input?: LifecycleInput;
  readonly header?: Partial<RunHeader>;
}

/** Epoch milliseconds of the first entry; each later one comes a second after the one before. */
export const BEGUN_AT = 1_767_225_600_000;

/** A run that this process hosts, at its beginning. */
export function beginRecording(
  runsDir: string,
  id = '20260101-000000-000-aaaaaa',
  { input = runInput({ runId: id }), header = {} }: RecordingOptions = {},
): Recording {
  const folder = createRunFolder(runsDir, id);
  const lock = acquireLock(folder.lock, { owner: ownIdentity(), run: id, now: BEGUN_AT });
  let now = BEGUN_AT - 1_000;
  const record = openRecord({
    folder,
    lock,
    header: { ...headerOf(id, runsDir), ...header },
    stored: null,
    now: () => (now += 1_000),
  });
  const init = { type: 'xstate.init', input } as const;
  let snapshot: LifecycleSnapshot = fold(null, init);
  record.commit(init, snapshot);
  return {
    folder,
    take(...steps) {
      for (const step of steps) {
        const event = plainEvent(eventOf(step, snapshot));
        snapshot = fold(snapshot, event);
        record.commit(event, snapshot);
      }
    },
    close() {
      record.close();
      lock.release();
    },
  };
}

/** A run that nobody hosts any more. */
export function recordRun(
  runsDir: string,
  steps: readonly Step[],
  id?: string,
  options?: RecordingOptions,
): RunFolder {
  const recording = beginRecording(runsDir, id, options);
  recording.take(...steps);
  recording.close();
  return recording.folder;
}

const AGENT = { name: 'scripted', model: null, command: null, output: 'auto', args: [] } as const;

export function settings(cwd: string): RunSettings {
  return {
    cwd,
    agents: { worker: AGENT, auditor: AGENT },
    headers: { worker: null, reworker: null, auditor: null },
    checks: [],
    protect: [],
    killGraceMs: 100,
    resultGraceMs: 100,
    outputLimitBytes: 1_000_000,
    secrets: [],
  };
}

function headerOf(id: string, runsDir: string): RunHeader {
  return {
    id,
    createdAt: BEGUN_AT,
    machine: machineStamp(),
    parent: null,
    settings: settings(runsDir),
  };
}
