import { existsSync, readdirSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';

/**
 * The files and folders that a pattern means, sorted: `*` and `?` within a name, `**` over any number of folders. Names
 * that begin with a dot are meant only where the pattern says the dot. Relative to `cwd`; without any of these signs the
 * path itself, when it is there.
 */
export function expandGlob(pattern: string, cwd: string): string[] {
  const parts = resolve(cwd, pattern).split(sep).filter(Boolean);
  return [...new Set(matches(sep, parts))].sort();
}

function matches(folder: string, [part, ...rest]: readonly string[]): string[] {
  if (part === undefined) return existsSync(folder) ? [folder] : [];
  if (part === '**') {
    const deeper = namesIn(folder)
      .filter(isVisible)
      .flatMap((name) => matches(join(folder, name), ['**', ...rest]));
    return [...matches(folder, rest), ...deeper];
  }
  if (!/[*?]/.test(part)) return matches(join(folder, part), rest);
  const wanted = nameExpression(part);
  return namesIn(folder)
    .filter((name) => wanted.test(name) && (isVisible(name) || part.startsWith('.')))
    .flatMap((name) => matches(join(folder, name), rest));
}

function nameExpression(part: string): RegExp {
  const escaped = part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}

function isVisible(name: string): boolean {
  return !name.startsWith('.');
}

/** What cannot be looked into holds nothing that could be meant. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
