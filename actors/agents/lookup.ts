import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { LaunchPlace } from './adapter.ts';

/** What became of a program that was looked for: its absolute path, or why it cannot be run. */
export type Lookup =
  | { readonly found: true; readonly path: string }
  | { readonly found: false; readonly why: 'missing' | 'notExecutable' };

/** Looks a program up as a shell would: a name in PATH, a path from the work tree on. */
export function lookUpProgram(
  program: string,
  place: Pick<LaunchPlace, 'cwd' | 'environment'>,
): Lookup {
  const candidates = candidatesOf(program, place);
  const path = candidates.find(isExecutableFile);
  if (path) return { found: true, path };
  return { found: false, why: candidates.some(isFile) ? 'notExecutable' : 'missing' };
}

function candidatesOf(program: string, place: Pick<LaunchPlace, 'cwd' | 'environment'>): string[] {
  if (program === '') return [];
  if (isAbsolute(program)) return [program];
  if (program.includes('/')) return [resolve(place.cwd, program)];
  const folders = (place.environment.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(resolve(place.cwd, folder), program));
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
