/** A place that is a git repository, as a person would have one. */
import { execFileSync } from 'node:child_process';
import { type Place, place } from './oneshot-process.ts';

export interface RepositoryOptions {
  /** Files of the first commit, by name. Default: none, the commit is empty. */
  readonly files?: Readonly<Record<string, string>>;
  /** Lines for `.git/info/exclude`. */
  readonly excluded?: readonly string[];
}

/** A place with the branch `main`, a committer and one commit. */
export function repositoryPlace(options: RepositoryOptions = {}): Place {
  const at = place();
  makeRepository(at, options);
  return at;
}

/** Makes a repository of a place: in one shell, since a start from a Jest worker, large as it is, costs more than git. */
export function makeRepository(
  at: Place,
  { files = {}, excluded = [] }: RepositoryOptions = {},
): void {
  for (const [name, text] of Object.entries(files)) at.write(name, text);
  const script = [
    'git init -q -b main',
    'git config user.email a@example.org',
    'git config user.name A',
    'printf "%s" "$EXCLUDED" >>.git/info/exclude',
    'git add -- "$@"',
    'git commit -q --allow-empty -m first',
  ].join(' && ');
  execFileSync('/bin/sh', ['-c', script, 'sh', ...Object.keys(files)], {
    cwd: at.path,
    env: { ...process.env, EXCLUDED: excluded.map((line) => `${line}\n`).join('') },
    stdio: 'pipe',
  });
}

/** Runs git there; gives what it prints, trimmed. */
export function git(at: { readonly path: string }, ...args: string[]): string {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  return execFileSync('git', args, { cwd: at.path, encoding: 'utf8', stdio }).trim();
}
