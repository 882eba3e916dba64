/** What the run has changed so far, written down for the auditor before it is started. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARGUMENT_PATCHES_LIMIT, PATCHES_LIMIT, renderChanges } from '../machines/changes.ts';
import { type AttemptAgent, agentOf } from './attempt-agent.ts';
import { type AttemptFiles, readRecord, type TreesRecord } from './attempt-files.ts';
import { patchedFiles } from './git-diff.ts';
import type { RunHost } from './run-host.ts';
import { writeText } from './run-texts.ts';
import { type RecordedTree, readTrees } from './tree-recorder.ts';

/** Writes `changes.md`: from the beginning of the run to the beginning of this attempt. Throws when it cannot be written. */
export async function writeChanges(
  host: RunHost,
  agent: AttemptAgent,
  files: AttemptFiles,
): Promise<void> {
  const place = await host.trees.place();
  const from = firstTree(host.folder);
  const to = readTrees(files)?.before;
  if (!place || !from || !to) return;
  const text = await patchedFiles(place.repository, from.tree, to.tree).then(
    (changed) =>
      renderChanges({
        files: changed,
        skipped: to.skipped,
        from: from.tree,
        to: to.tree,
        limit: patchesLimit(host, agent),
      }),
    (error: Error) => `The changes cannot be listed: ${error.message}`,
  );
  writeText(host, `${files.path}/changes.md`, text);
}

function patchesLimit(host: RunHost, agent: AttemptAgent): number {
  const { adapter, settings } = agentOf(host, agent);
  const isArgument =
    adapter.abilities.prompt === 'argument' || settings.command?.includes('{prompt}');
  return isArgument ? ARGUMENT_PATCHES_LIMIT : PATCHES_LIMIT;
}

/** What was written, or `null` when nothing is recorded. */
export function readChanges(files: AttemptFiles): string | null {
  const path = files.file('changes.md');
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** An attempt whose work tree is recorded. */
export interface AttemptTrees extends TreesRecord {
  /** `0001-worker` */
  readonly attempt: string;
  readonly number: number;
}

/** The recorded trees of a run, attempt by attempt. */
export function attemptTrees(runFolder: string): AttemptTrees[] {
  const attempts = join(runFolder, 'attempts');
  if (!existsSync(attempts)) return [];
  return readdirSync(attempts)
    .sort()
    .flatMap((attempt) => {
      const trees = readRecord<TreesRecord>(join(attempts, attempt, 'trees.json'));
      return trees ? [{ ...trees, attempt, number: Number.parseInt(attempt, 10) }] : [];
    });
}

/** The work tree as it was when the run began. */
function firstTree(runFolder: string): RecordedTree | null {
  return attemptTrees(runFolder)[0]?.before ?? null;
}
