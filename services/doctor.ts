/** What would trouble a run on this machine, as findings that say what to do. Starts nothing but `--version`. */
import { resolve } from 'node:path';
import type { LaunchPlace } from '../actors/agents/adapter.ts';
import type { Config } from './config.ts';
import { lookAtAgents } from './doctor-agents.ts';
import { lookAtFolders } from './doctor-folders.ts';
import { lookAtGit, lookAtNode } from './doctor-programs.ts';
import { lookAtLocks, lookAtProcesses } from './doctor-runs.ts';
import { messageOf } from './errors.ts';

export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  /** A `problem` keeps a run from starting or costs work or money; a `warning` is to be known. */
  readonly status: 'ok' | 'warning' | 'problem';
  readonly message: string;
  /** What to do; `null` when there is nothing to do. */
  readonly advice: string | null;
}

export interface DoctorRequest {
  readonly config: Config;
  readonly place: LaunchPlace;
}

type Look = (request: DoctorRequest) => readonly Finding[] | Promise<readonly Finding[]>;

const LOOKS: Readonly<Record<string, Look>> = {
  node: lookAtNode,
  git: lookAtGit,
  agents: lookAtAgents,
  folders: lookAtFolders,
  locks: lookAtLocks,
  processes: lookAtProcesses,
};

/** All findings, in a fixed order. What cannot be looked at is a problem itself. */
export async function examine(request: DoctorRequest): Promise<Finding[]> {
  const runsDir = resolve(request.place.cwd, request.config.runsDir);
  const absolute = { ...request, config: { ...request.config, runsDir } };
  const looks = Object.entries(LOOKS).map(async ([check, look]) => {
    try {
      return await look(absolute);
    } catch (error) {
      const message = `It could not be looked at: ${messageOf(error)}`;
      return [{ check, status: 'problem', message, advice: null } as const];
    }
  });
  return (await Promise.all(looks)).flat();
}
