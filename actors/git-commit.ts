/** A recorded tree as a commit under a ref of ours in the user's repository, so that nothing of it is collected. */
import { copyFileSync, rmSync } from 'node:fs';
import { codeOf, GitError, runGit } from './git-command.ts';
import type { PlainRepository } from './git-plain.ts';
import type { Repository } from './git-repository.ts';

/** Where HEAD is; `null` where there is no commit yet. */
export interface Head {
  readonly commit: string;
  readonly tree: string;
}

export interface CommitRequest {
  readonly plain: PlainRepository;
  readonly repository: Repository;
  readonly tree: string;
  /** Full name of the ref. */
  readonly ref: string;
  readonly message: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Committed {
  readonly commit: string;
  /** The commit that HEAD was at; `null` where there was none. */
  readonly head: string | null;
}

/**
 * Commits the tree and points the ref at it. Its first parent is HEAD (where there is one), so that commits which a
 * reset or a rebase leaves behind are kept with it; its last one is the index, where that differs from HEAD.
 */
export async function commitTree(request: CommitRequest): Promise<Committed> {
  const { plain, repository, tree, ref, message, signal } = request;
  const head = await readHead(repository, signal);
  const staged = await commitIndex(request, head);
  const parents = [head?.commit, staged].filter((parent) => typeof parent === 'string');
  const environment = { ...plain.environment, ...identity(request.at) };
  const commit = await makeCommit({ tree, parents, message, environment, signal });
  await runGit({
    args: [`--git-dir=${repository.commonDir}`, 'update-ref', '--no-deref', ref, commit],
    environment: repository.environment,
    signal,
  });
  return { commit, head: head?.commit ?? null };
}

export async function readHead(
  { gitDir, environment }: Repository,
  signal?: AbortSignal,
): Promise<Head | null> {
  const { out } = await runGit({
    args: [`--git-dir=${gitDir}`, 'cat-file', '--batch-check=%(objectname)'],
    environment,
    input: Buffer.from('HEAD^{commit}\nHEAD^{tree}\n'),
    signal,
  });
  const [commit = '', tree = ''] = out.toString().split('\n');
  return /^[0-9a-f]+$/.test(commit) ? { commit, tree } : null;
}

/** What is staged may be nowhere else. A merge that has conflicts cannot be written as a tree: then there is none. */
async function commitIndex(
  { plain, repository, at, signal }: CommitRequest,
  head: Head | null,
): Promise<string | null> {
  const tree = await writeIndex(plain, repository, signal);
  if (tree === null || tree === head?.tree || tree === EMPTY_TREE[repository.format]) return null;
  const environment = { ...plain.environment, ...identity(at) };
  const parents = head ? [head.commit] : [];
  return makeCommit({ tree, parents, message: 'What was staged', environment, signal });
}

const EMPTY_TREE = {
  sha1: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  sha256: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
} as const;

/** Git writes into an index that it makes a tree of, so it gets a copy. */
async function writeIndex(
  plain: PlainRepository,
  { gitDir, root, environment }: Repository,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const copy = `${plain.index}-staged`;
  try {
    copyFileSync(`${gitDir}/index`, copy);
    const { out } = await runGit({
      args: ['write-tree', '--missing-ok'],
      cwd: root,
      environment: { ...environment, GIT_DIR: gitDir, GIT_WORK_TREE: root, GIT_INDEX_FILE: copy },
      signal,
    });
    return out.toString().trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || (error instanceof GitError && error.failure === 'failed'))
      return null;
    throw error;
  } finally {
    rmSync(copy, { force: true });
  }
}

async function makeCommit({
  tree,
  parents,
  message,
  environment,
  signal,
}: {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly environment: PlainRepository['environment'];
  readonly signal: AbortSignal | undefined;
}): Promise<string> {
  const { out } = await runGit({
    args: ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])],
    environment,
    input: Buffer.from(`${message}\n`),
    signal,
  });
  return out.toString().trim();
}

/** Who records is oneshot, whatever the user's name is. */
function identity(at: number) {
  const date = `${Math.floor(at / 1000)} +0000`;
  return {
    GIT_AUTHOR_NAME: 'oneshot',
    GIT_AUTHOR_EMAIL: 'oneshot@localhost',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: 'oneshot',
    GIT_COMMITTER_EMAIL: 'oneshot@localhost',
    GIT_COMMITTER_DATE: date,
  };
}
