import {
  existsSync,
  linkSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DoctorRequest, Finding } from './doctor.ts';
import { messageOf } from './errors.ts';
import { folderLockPath } from './lock.ts';
import { listRuns } from './run-store.ts';

/** Bytes below which an agent's output may fill the disk soon, and below which hardly anything fits. */
const LOW_BYTES = 1024 ** 3;
const FULL_BYTES = 100 * 1024 ** 2;

/** Milliseconds by which two clocks may differ unnoticed. */
const CLOCK_DOUBT_MS = 2_000;

/** Where runs are recorded: can it be written to, locked, timed, and is there room? */
export function lookAtFolders({ config, place }: DoctorRequest): Finding[] {
  const folder = nearestExisting(config.runsDir);
  const runs = tryFolder('runs folder', folder);
  const clock = runs.status === 'problem' ? [] : [lookAtClock(folder, config.runsDir)];
  const rooms = [...new Set([folder, tmpdir()])].map(lookAtRoom);
  return [runs, lookAtWorkTreeLocks(place.cwd), ...clock, ...rooms];
}

/** The runs folder is made by the first run: until then it is the folder above that counts. */
function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}

function tryFolder(check: string, folder: string): Finding {
  try {
    inTrialFolder(folder, (trial) => linkSync(writeTrial(trial), join(trial, 'link')));
    return {
      check,
      status: 'ok',
      message: `${folder} can be written to and locked.`,
      advice: null,
    };
  } catch (error) {
    const message = `${folder} cannot be used: ${messageOf(error)}.`;
    const advice =
      'Runs need a folder that this user can write to, on a file system with hard links: name one with --runs-dir.';
    return { check, status: 'problem', message, advice };
  }
}

function lookAtWorkTreeLocks(cwd: string): Finding {
  const check = 'lock folder';
  try {
    const path = folderLockPath(cwd, { tmpdir: tmpdir(), uid: process.getuid?.() ?? 0 });
    return tryFolder(check, dirname(path));
  } catch (error) {
    const advice = 'Set TMPDIR to a folder of your own.';
    return { check, status: 'problem', message: messageOf(error), advice };
  }
}

/** What an agent changed is told by the times of files, so the file system's clock and this machine's must agree. */
function lookAtClock(folder: string, runsDir: string): Finding {
  const check = 'clock';
  const skewMs = inTrialFolder(folder, (trial) => statSync(writeTrial(trial)).mtimeMs - Date.now());
  const latest = Math.max(0, ...listRuns(runsDir).map(({ file }) => file?.updatedAt ?? 0));
  if (latest > Date.now() + CLOCK_DOUBT_MS) {
    const message = `A run was recorded at ${new Date(latest).toISOString()}, which is yet to come.`;
    return { check, status: 'warning', message, advice: 'Set the clock of this machine.' };
  }
  if (Math.abs(skewMs) > CLOCK_DOUBT_MS) {
    const message = `The clock of the file system of ${folder} differs by ${Math.round(skewMs / 1000)} seconds.`;
    const advice = 'Set both clocks by NTP, or use a folder on this machine.';
    return { check, status: 'warning', message, advice };
  }
  return { check, status: 'ok', message: new Date().toISOString(), advice: null };
}

function lookAtRoom(folder: string): Finding {
  const { bavail, bsize, ffree, files } = statfsSync(folder);
  const bytes = bavail * bsize;
  const lacksFiles = files > 0 && ffree < 1_000;
  const message = `${(bytes / 1024 ** 3).toFixed(1)} GiB free at ${folder}${lacksFiles ? `, and room for ${ffree} files only` : ''}.`;
  const isFull = bytes < FULL_BYTES || lacksFiles;
  const status = isFull ? 'problem' : bytes < LOW_BYTES ? 'warning' : 'ok';
  const advice =
    status === 'ok'
      ? null
      : 'Make room: a run whose disk is full is stopped, and goes on by `oneshot resume`.';
  return { check: 'disk', status, message, advice };
}

function inTrialFolder<T>(folder: string, use: (trial: string) => T): T {
  const trial = mkdtempSync(join(folder, '.oneshot-doctor-'));
  try {
    return use(trial);
  } finally {
    rmSync(trial, { recursive: true, force: true });
  }
}

function writeTrial(folder: string): string {
  const path = join(folder, 'trial');
  writeFileSync(path, 'trial');
  return path;
}
