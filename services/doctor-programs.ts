import { lookUpProgram } from '../actors/agents/lookup.ts';
import { probeVersion } from '../actors/version-probe.ts';
import manifest from '../package.json' with { type: 'json' };
import type { DoctorRequest, Finding } from './doctor.ts';

/** Milliseconds that a program may take to say its version. */
const VERSION_LIMIT_MS = 10_000;

export function lookAtNode(): Finding[] {
  const { node } = process.versions;
  const needed = manifest.engines.node.replace(/^\D+/, '');
  const isEnough = compareVersions(node, needed) >= 0;
  const message = `Node ${node}; oneshot needs ${needed} or newer.`;
  const advice = isEnough ? null : 'Install a newer Node: https://nodejs.org';
  return [{ check: 'node', status: isEnough ? 'ok' : 'problem', message, advice }];
}

/** Without git a run works, but it sees less of what an agent has done. */
export async function lookAtGit({ place }: DoctorRequest): Promise<Finding[]> {
  const lookup = lookUpProgram('git', place);
  const advice =
    'Install git: with it oneshot tells what an agent changed from what is ignored, and agents can undo.';
  if (!lookup.found)
    return [{ check: 'git', status: 'warning', message: 'git is not installed.', advice }];
  const { environment, cwd } = place;
  const options = { environment, cwd, limitMs: VERSION_LIMIT_MS };
  const { version, problem } = await probeVersion(lookup.path, options);
  if (version === null)
    return [{ check: 'git', status: 'warning', message: `${lookup.path}: ${problem}.`, advice }];
  return [{ check: 'git', status: 'ok', message: `git ${version} (${lookup.path})`, advice: null }];
}

function compareVersions(a: string, b: string): number {
  const parts = (version: string) => version.split('.').map((part) => Number.parseInt(part, 10));
  const [left, right] = [parts(a), parts(b)];
  const at = left.findIndex((part, index) => part !== (right[index] ?? 0));
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}
