/** Places that are costly to make, made once for all tests of a file: each test finds them as they were then. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type Place, place } from './oneshot-process.ts';

/**
 * Gives a function that gives such a place. It has the same path in every test, since runs know the folder where they
 * worked, so a test can have it only once. `make` gives a place that ends with its test, and with no process at work in it.
 */
export function prepared(make: () => Promise<Place>): () => Promise<Place> {
  let kept: { readonly path: string; readonly copy: string } | null = null;
  return async () => {
    if (kept) {
      const at = place('test', kept.path);
      copyFolder(kept.copy, kept.path);
      return at;
    }
    const made = await make();
    const copy = join(place('file').path, 'copy');
    copyFolder(made.path, copy);
    kept = { path: made.path, copy };
    return made;
  };
}

function copyFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}
