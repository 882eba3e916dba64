/**
 * A git folder of our own over the user's work tree. It shares the user's objects and nothing else: no setting, no hook,
 * no attribute of the user's is in force, so files are recorded byte for byte (no filter such as LFS, no line ends, no
 * `$Id$`), and the user's index is never written.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from './git-command.ts';
import { pathWithin } from './git-paths.ts';
import type { Repository } from './git-repository.ts';

export interface PlainRepository {
  /** Absolute path of the top of the work tree. */
  readonly root: string;
  /** Absolute path of our index. */
  readonly index: string;
  readonly environment: Environment;
}

export interface PlainOptions {
  /** Absolute path of the folder to be made. */
  readonly folder: string;
  /** Absolute path of the top of the work tree. */
  readonly root: string;
  /** Whose objects it shares, and whose way of seeing files it takes over. */
  readonly repository: Repository;
  /** A file of ignore patterns beside the `.gitignore` files; it may not be there. */
  readonly exclude: string | null;
  /** Absolute path of a folder that is ignored, wherever it is: that of the runs. */
  readonly hidden: string;
}

/** Outranks every other file of attributes. */
const NO_CONVERSION = '* -text -ident -filter -eol -working-tree-encoding\n';

export function createPlainRepository(options: PlainOptions): PlainRepository {
  const { folder, root, repository } = options;
  for (const part of ['refs', 'info']) {
    mkdirSync(join(folder, part), { recursive: true, mode: 0o700 });
  }
  const write = (path: string, text: string | Buffer) =>
    writeFileSync(join(folder, path), text, { mode: 0o600 });
  write('HEAD', 'ref: refs/heads/none\n');
  write('config', configOf(repository));
  write('info/attributes', NO_CONVERSION);
  write('info/exclude', excludeOf(options));
  const index = join(folder, 'index');
  return { root, index, environment: environmentOf(options, index) };
}

function environmentOf({ folder, root, repository }: PlainOptions, index: string): Environment {
  return {
    ...repository.environment,
    GIT_DIR: folder,
    GIT_WORK_TREE: root,
    GIT_INDEX_FILE: index,
    GIT_OBJECT_DIRECTORY: repository.objects,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
  };
}

/** Objects are synced to the disk, all of a call at once, before anything refers to them. */
function configOf({ format, settings }: Repository): string {
  const isSha256 = format === 'sha256';
  const lines = [
    '[core]',
    `repositoryFormatVersion = ${isSha256 ? 1 : 0}`,
    'bare = false',
    'looseCompression = 1',
    'fsync = committed',
    'fsyncMethod = batch',
    ...[...settings].map(([name, value]) => `${name.replace('core.', '')} = ${quoted(value)}`),
    ...(isSha256 ? ['[extensions]', 'objectFormat = sha256'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

function excludeOf({ exclude, root, hidden }: PlainOptions): Buffer {
  const path = pathWithin(root, hidden);
  const own = path === null ? '\n' : `\n/${path.replace(/[\\*?[\]!# ]/g, '\\$&')}/\n`;
  return Buffer.concat([readOptional(exclude), Buffer.from(own, 'latin1')]);
}

function readOptional(path: string | null): Buffer {
  try {
    return path === null ? Buffer.of() : readFileSync(path);
  } catch {
    return Buffer.of();
  }
}
