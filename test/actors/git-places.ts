/** Real repositories in temporary folders, and a look at everything in them that must not change. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from '@jest/globals';
import { attemptFiles, type TreesRecord } from '../../actors/attempt-files.ts';
import { createTreeRecorder, readTrees, type TreeRecorder } from '../../actors/tree-recorder.ts';

const ENVIRONMENT = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) {
    execFileSync('chmod', ['-R', 'u+rwX', folder]);
    rmSync(folder, { recursive: true, force: true });
  }
});

export interface GitPlace {
  /** Absolute path of the folder. */
  readonly path: string;
  readonly home: string;
  /** Runs git there; gives what it prints, without the last line end. */
  git(...args: string[]): string;
  write(name: string, content: string | Buffer, mode?: number): void;
  remove(name: string): void;
  exists(name: string): boolean;
  /** Commits everything. */
  commit(message: string): void;
}

export function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'oneshot-git-')));
  folders.push(path);
  return path;
}

/** A repository with a branch `main` and no commit. */
export function repository(path = join(folder(), 'work')): GitPlace {
  mkdirSync(path, { recursive: true });
  const at = gitPlace(path);
  at.git('init', '-q', '-b', 'main');
  return at;
}

/** A folder in which git can be used. */
export function gitPlace(path: string): GitPlace {
  const home = dirname(path);
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: path,
      env: { ...ENVIRONMENT, HOME: home },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).replace(/\n$/, '');
  return {
    path,
    home,
    git,
    write(name, content, mode = 0o644) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), content);
      chmodSync(join(path, name), mode);
    },
    remove: (name) => rmSync(join(path, name), { recursive: true, force: true }),
    exists: (name) => lstatSync(join(path, name), { throwIfNoEntry: false }) !== undefined,
    commit(message) {
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', message);
    },
  };
}

export interface Recording {
  readonly recorder: TreeRecorder;
  /** What a person was told. */
  readonly told: string[];
  /** Records the tree before and after attempt 1, with what happens in between. */
  around(deed?: () => void, number?: number): Promise<TreesRecord | null>;
}

export interface RecordingOptions {
  readonly cwd?: string;
  readonly runsDir?: string;
  readonly fileLimitBytes?: number;
  readonly environment?: Record<string, string>;
  readonly runId?: string;
}

/** A recorder for a run whose folder lies in the work tree, as it does by default. */
export function recording(at: GitPlace, options: RecordingOptions = {}): Recording {
  const { runId = 'run-1', runsDir = join(at.path, '.oneshot') } = options;
  const runFolder = join(runsDir, runId);
  mkdirSync(runFolder, { recursive: true });
  writeFileSync(join(runsDir, '.gitignore'), '*\n');
  const told: string[] = [];
  let now = 1_700_000_000_000;
  const recorder = createTreeRecorder({
    runId,
    folder: runFolder,
    cwd: options.cwd ?? at.path,
    environment: { ...process.env, HOME: at.home, XDG_CONFIG_HOME: '', ...options.environment },
    settings: { record: true, fileLimitBytes: options.fileLimitBytes ?? 50e6 },
    now: () => (now += 1000),
    tell: (message) => told.push(message),
  });
  return {
    recorder,
    told,
    async around(deed = () => undefined, number = 1) {
      const files = attemptFiles(runFolder, { number, role: 'worker' });
      await recorder.before(files);
      deed();
      await recorder.after(files);
      return readTrees(files);
    },
  };
}

/** The files of a tree with their modes and contents, as `mode path` to a hash. */
export function filesOf(at: GitPlace, tree: string): Record<string, string> {
  const out = execFileSync('git', ['ls-tree', '-r', '-z', '--full-tree', tree], {
    cwd: at.path,
    encoding: 'latin1',
  });
  const entries = out.split('\0').slice(0, -1);
  return Object.fromEntries(
    entries.map((entry) => {
      const [, what = '', path = ''] = /^([^\t]*)\t(.*)$/s.exec(entry) ?? [];
      const [mode, , name = ''] = what.split(' ');
      return [`${mode} ${path}`, name];
    }),
  );
}

/** The bytes of a file of a tree. */
export function contentOf(at: GitPlace, tree: string, path: string): Buffer {
  return execFileSync('git', ['cat-file', 'blob', `${tree}:${path}`], { cwd: at.path });
}

/**
 * Everything in a folder by its bytes, mode, time and link target, but for the objects, the refs of oneshot and its
 * runs: a recording may add to these alone. Git itself renews the time of a shared index whenever it reads one.
 */
export function everythingOf(root: string): Record<string, string> {
  const isOurs = (path: string) =>
    /(^|\/)\.oneshot$|\.git\/(modules\/.*)?(objects|refs\/oneshot)$/.test(path);
  const entries = walk(root, '', isOurs).map(({ path, file, stat }): [string, string] => {
    const mode = stat.mode.toString(8);
    if (stat.isDirectory()) return [path, mode];
    if (stat.isSymbolicLink()) return [path, `${mode} -> ${readlinkSync(file)}`];
    const time = path.includes('sharedindex') ? '' : stat.mtimeMs;
    return [path, `${mode} ${time} ${hashOf('sha256', readFileSync(file))}`];
  });
  return Object.fromEntries(entries);
}

/** What a tree of all files of a work tree would hold, computed without git. */
export function onDisk(at: GitPlace, ignored: readonly string[] = [], hash = 'sha1') {
  const isAside = (path: string) => /(^|\/)(\.git|\.oneshot)$/.test(path) || ignored.includes(path);
  const files = walk(at.path, '', isAside).filter(({ stat }) => !stat.isDirectory());
  const entries = files.map(({ path, file, stat }): [string, string] => {
    const isLink = stat.isSymbolicLink();
    const content = isLink ? readlinkSync(file, { encoding: 'buffer' }) : readFileSync(file);
    const mode = isLink ? '120000' : stat.mode & 0o100 ? '100755' : '100644';
    const blob = Buffer.concat([Buffer.from(`blob ${content.length}\0`), content]);
    return [`${mode} ${path}`, hashOf(hash, blob)];
  });
  return Object.fromEntries(entries);
}

interface Found {
  /** Each character is one byte. */
  readonly path: string;
  readonly file: Buffer;
  readonly stat: Stats;
}

function walk(root: string, path: string, isAside: (path: string) => boolean): Found[] {
  const file = Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
  const stat = lstatSync(file);
  const own = path === '' ? [] : [{ path, file, stat }];
  if (!stat.isDirectory()) return own;
  const names = readdirSync(file, { encoding: 'latin1' }).sort();
  const paths = names.map((name) => (path === '' ? name : `${path}/${name}`));
  return [...own, ...paths.filter((at) => !isAside(at)).flatMap((at) => walk(root, at, isAside))];
}

function hashOf(algorithm: string, bytes: Buffer): string {
  return createHash(algorithm).update(bytes).digest('hex');
}
