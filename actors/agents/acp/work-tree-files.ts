/** The files that an agent reads and writes through us: those of the work tree and no others, links followed. */
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';

/** The path is not in the work tree, or cannot be one. */
export class OutsideWorkTreeError extends Error {
  constructor(path: string, workTree: string) {
    super(`${path} is not in the work tree ${workTree}.`);
    this.name = 'OutsideWorkTreeError';
  }
}

export interface FileRange {
  readonly path: string;
  /** From 1. Default: the first. */
  readonly line?: number | null;
  /** Lines, at most. Default: all. */
  readonly limit?: number | null;
}

/**
 * @param workTree its real path
 * @throws OutsideWorkTreeError, and what reading throws
 */
export function readWithin(workTree: string, { path, line, limit }: FileRange): string {
  const text = readFileSync(inside(workTree, path, realTarget(absolute(workTree, path))), 'utf8');
  if (line == null && limit == null) return text;
  const start = Math.max(0, (line ?? 1) - 1);
  const lines = text.split(/(?<=\n)/);
  return lines.slice(start, limit == null ? undefined : start + limit).join('');
}

/**
 * Writes a file, and the folders that lead to it.
 *
 * @param workTree its real path
 * @throws OutsideWorkTreeError, and what writing throws
 */
export function writeWithin(workTree: string, path: string, content: string): void {
  const real = inside(workTree, path, realTarget(absolute(workTree, path)));
  mkdirSync(dirname(real), { recursive: true });
  writeFileSync(real, content);
}

function absolute(workTree: string, path: string): string {
  if (!isAbsolute(path)) throw new OutsideWorkTreeError(path, workTree);
  return path;
}

function inside(workTree: string, path: string, real: string): string {
  const way = relative(workTree, real);
  if (way === '' || way === '..' || way.startsWith('../') || isAbsolute(way))
    throw new OutsideWorkTreeError(path, workTree);
  return real;
}

/** The real path that writing would lead to, though the file and some of its folders may not be there yet. */
function realTarget(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw error;
    return join(realTarget(dirname(path)), basename(path));
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
