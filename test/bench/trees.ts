/** What it costs to record a large work tree and to compare two records of it. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptFiles } from '../../actors/attempt-files.ts';
import { changedFiles } from '../../actors/git-diff.ts';
import { createTreeRecorder, readTrees } from '../../actors/tree-recorder.ts';
import { type Bench, type Limit, type Row, ratioAtMost } from './row.ts';
import { wallMs } from './sample.ts';

const FOLDERS = 500;
const FILES_EACH = 100;
const FILES = FOLDERS * FILES_EACH;

export async function measure({ root }: Bench): Promise<readonly Row[]> {
  const work = join(root, 'work');
  fillTree(work);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: work, stdio: 'ignore' });
  git('init', '-q');
  git('add', '--all');
  git('-c', 'user.name=x', '-c', 'user.email=x@example.org', 'commit', '-q', '-m', 'x');
  const gitAddMs = await wallMs(() => {
    git('read-tree', '--empty');
    git('add', '--all');
  });
  const gitStatusMs = await wallMs(() => git('status'));

  const first = recorderOf(work, root, 'run-1');
  const firstMs = await wallMs(() => first.before(1));
  for (let index = 0; index < 10; index += 1) {
    appendFileSync(join(work, `folder-${index}/file-1.txt`), 'changed\n');
  }
  const changedMs = await wallMs(() => first.after(1));
  const { before, after } = first.trees(1);
  const place = await first.recorder.place();
  const diffMs = await wallMs(async () => {
    if (!place || !before || !after) throw new Error('The benchmark recorded nothing.');
    const changed = await changedFiles(place.repository, before.tree, after.tree);
    if (changed.length !== 10) throw new Error(`${changed.length} files are different.`);
  });
  await first.recorder.close();
  const second = recorderOf(work, root, 'run-2');
  const againMs = await wallMs(() => second.before(1));
  await second.recorder.close();
  const row = (name: string, value: number, than: string, thanMs: number, limit: Limit | null) =>
    ({
      name,
      unit: 'ms',
      values: [value],
      against: { name: than, values: [thanMs] },
      limit,
    }) as const;
  return [
    row(`recording a tree of ${FILES} files, first`, firstMs, 'git add', gitAddMs, ratioAtMost(3)),
    row('the same in the next run', againMs, 'git status', gitStatusMs, null),
    row('the same with 10 files changed', changedMs, 'git status', gitStatusMs, ratioAtMost(6)),
    row('the diff of that', diffMs, 'git status', gitStatusMs, ratioAtMost(1)),
  ];
}

function recorderOf(cwd: string, root: string, runId: string) {
  const folder = join(root, 'runs', runId);
  mkdirSync(folder, { recursive: true });
  const recorder = createTreeRecorder({
    runId,
    folder,
    cwd,
    environment: process.env,
    settings: { record: true, fileLimitBytes: 50e6 },
    now: Date.now,
    tell: (message) => console.error(message),
  });
  const files = (number: number) => attemptFiles(folder, { number, role: 'worker' });
  return {
    recorder,
    before: (number: number) => recorder.before(files(number)),
    after: (number: number) => recorder.after(files(number)),
    trees: (number: number) => readTrees(files(number)) ?? { before: null, after: null },
  };
}

function fillTree(work: string): void {
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    mkdirSync(join(work, `folder-${folder}`), { recursive: true });
    for (let file = 0; file < FILES_EACH; file += 1) {
      const text = `line ${folder} ${file}\n`.repeat(200);
      writeFileSync(join(work, `folder-${folder}/file-${file}.txt`), text);
    }
  }
}
