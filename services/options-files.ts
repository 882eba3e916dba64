import {
  byteSize,
  checkCommand,
  choice,
  filePattern,
  text,
  variableName,
} from './config-values.ts';
import { DEFAULTS } from './defaults.ts';
import { hookRule } from './hook-settings.ts';
import { list, type OptionRow, single } from './option-row.ts';

const files = { ...single, group: 'Files' } as const;

/** What counts as evidence, where things lie, and what stays out of them. */
export const FILE_OPTIONS = {
  checks: {
    ...list,
    flag: '--check',
    argument: '<command-line>',
    group: 'Evidence',
    description:
      'Command that has to pass before the auditor is asked; may be given several times. In a file: ' +
      'command lines, or objects of `name`, `command`, `timeout` (10m) and `required` (true)',
    rule: checkCommand,
  },
  protect: {
    ...list,
    flag: '--protect',
    argument: '<glob>',
    group: 'Evidence',
    description:
      'Files that the checks depend on, as a glob or folder (`test/**`); may be given several times. The worker is told ' +
      'to leave them alone, and the auditor what became of them',
    rule: filePattern,
  },
  recordTrees: {
    ...files,
    flag: '--record-trees',
    argument: '<when>',
    description:
      'Whether the files of a git work tree are recorded before and after every attempt, for ' +
      '`oneshot diff` and `oneshot restore`: `on` or `off`',
    rule: choice('on', 'off'),
    default: DEFAULTS.recordTrees,
  },
  treeFileLimit: {
    ...files,
    flag: null,
    argument: '<bytes>',
    description: 'Size from which on a file is not recorded; such files are named',
    rule: byteSize,
    default: DEFAULTS.treeFileLimitBytes,
  },
  worktree: {
    ...files,
    flag: '--worktree',
    argument: '[=on]',
    description:
      'Whether the run works in a git worktree of its own, on a branch `oneshot/<id>`, instead of ' +
      'here: `on` or `off`; `oneshot apply` brings its work here',
    rule: choice('on', 'off'),
    default: DEFAULTS.worktree,
  },
  on: {
    ...files,
    flag: null,
    argument: '<hooks>',
    description:
      'What to do when a run is `completed`, `failed`, `rejected`, `interrupted`, `waitingForQuota`, or at any ' +
      '`transition`: for each a command line, `bell`, `notify`, an object of `command` and `timeout` (10s), or a list',
    rule: hookRule,
    default: null,
    otherwise: 'nothing',
  },
  cwd: {
    ...files,
    flag: '--cwd',
    argument: '<folder>',
    description: 'Work in this folder, as if oneshot had been started there',
    rule: text,
    default: null,
    otherwise: 'the current folder',
    inFiles: false,
  },
  runsDir: {
    ...files,
    flag: '--runs-dir',
    argument: '<folder>',
    description: 'Folder of the runs; a relative one counts from the working folder',
    rule: text,
    default: DEFAULTS.runsDir,
  },
  secrets: {
    ...list,
    flag: null,
    argument: '<names>',
    group: 'Files',
    description:
      'Environment variables whose values are kept out of every file and screen, ' +
      'besides those with names like keys or tokens',
    rule: variableName,
  },
} as const satisfies Record<string, OptionRow>;
