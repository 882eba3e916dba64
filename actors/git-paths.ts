/** Paths as git tells them, byte for byte: names need not be UTF-8, so each character stands for one byte. */
import { lstatSync, type Stats } from 'node:fs';
import { relative, sep } from 'node:path';
import { codeOf } from './git-command.ts';

/** A path from the top of a work tree, with `/`; each character is one byte of it. */
export type BytePath = string;

/** The paths of a list that git ended with NUL each. */
export function readPaths(out: Buffer): BytePath[] {
  return out.toString('latin1').split('\0').slice(0, -1);
}

/** The same list for git's standard input. */
export function writePaths(paths: readonly BytePath[]): Buffer {
  return Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1');
}

/** For a person; what is no UTF-8 is replaced. */
export function readablePath(path: BytePath): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

/** The path as the system takes it. */
export function absolutePath(root: string, path: BytePath): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
}

/** What is there; `null` for nothing, also where a folder of the path is not one any more. */
export function lookAt(root: string, path: BytePath): Stats | null {
  try {
    return lstatSync(absolutePath(root, path), { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (['ENOTDIR', 'ELOOP', 'EACCES'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}

/** The path of a folder from the top of a work tree, or `null` when it is not strictly inside. */
export function pathWithin(root: string, folder: string): BytePath | null {
  const path = relative(root, folder);
  const isInside = path !== '' && path !== '..' && !path.startsWith(`..${sep}`);
  return isInside ? Buffer.from(path).toString('latin1') : null;
}
