/** `oneshot apply`: the work of a run with a worktree of its own, merged or as changes. */
import { type ApplyResult, applyRun } from './apply.ts';
import { commandContext, STREAMS } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { findRun } from './run-store.ts';
import { usingGit } from './run-trees.ts';

export async function applyCommand(id: string, options: CommandOptions): Promise<number> {
  const { config } = await commandContext(options);
  const folder = findRun(config.runsDir, id);
  const result = await usingGit(() => applyRun(folder, options.patch === true));
  const files = 'files' in result ? result.files : 0;
  const { root, branch } = result.worktree;
  const line: ApplyLine = {
    type: 'apply',
    version: 1,
    run: folder.id,
    result: result.kind,
    branch,
    to: root,
    files,
  };
  STREAMS.out(options.json ? `${JSON.stringify(line)}\n` : `${told(result, files)}\n`);
  return 0;
}

/** What `apply --json` prints. */
export interface ApplyLine {
  readonly type: 'apply';
  readonly version: 1;
  readonly run: string;
  readonly result: ApplyResult['kind'];
  readonly branch: string;
  /** Absolute path of the user's work tree. */
  readonly to: string;
  readonly files: number;
}

function told({ kind, worktree: { root, branch } }: ApplyResult, files: number): string {
  const count = `${files} file${files === 1 ? '' : 's'}`;
  switch (kind) {
    case 'merged':
      return `${branch} is merged into ${root} (${count}).`;
    case 'patched':
      return `${count} of ${root} are changed as in ${branch}; nothing is committed.`;
    case 'nothing':
      return `There is nothing in ${branch} that is not in ${root}.`;
  }
}
