import { statSync } from 'node:fs';
import { interval, map, mergeMap, type Observable, pairwise } from 'rxjs';
import type { Liveness } from '../machines/contracts.ts';
import { recentSurvey } from './process-survey.ts';
import { cpuOf, findTree, type TreeRoot } from './process-tree.ts';

/** The slower channels on which a silent agent may still show that it lives. */
export type SlowChannel = 'transcript' | 'cpu';

export interface SlowChannelOptions {
  readonly tree: TreeRoot;
  /** The file in which the agent records its session itself, once it is known. */
  transcriptPath(): string | null;
  /** Milliseconds between two samples. */
  readonly everyMs: number;
}

/** Share of one core that a tree must use between two samples to count as at work: an idle event loop uses less. */
const BUSY_SHARE = 0.1;

/** Emits a channel whenever a sample finds that it moved since the one before. */
export function slowChannels(options: SlowChannelOptions): Observable<SlowChannel> {
  return interval(options.everyMs).pipe(
    map(() => takeSample(options)),
    pairwise(),
    mergeMap(([before, after]) => movedChannels(before, after, options.everyMs)),
  );
}

/** How often the slower channels are looked at: often enough not to be late, seldom enough to cost nothing. */
export function samplingInterval(inactivityMs: number): number {
  return Math.min(Math.max(inactivityMs / 5, 100), 5_000);
}

/** When each channel last moved. */
export class LivenessRecord {
  #seen: Liveness = { outputAt: null, transcriptAt: null, cpuAt: null };

  note(channel: 'output' | SlowChannel, at: number): void {
    this.#seen = { ...this.#seen, [`${channel}At`]: at };
  }

  get seen(): Liveness {
    return this.#seen;
  }
}

interface Sample {
  readonly transcriptBytes: number;
  readonly cpuMs: number;
}

/** The processes as another run may have seen them: that shifts the time between two samples by a tenth at most. */
function takeSample({ tree, transcriptPath, everyMs }: SlowChannelOptions): Sample {
  const path = transcriptPath();
  const stat = path === null ? undefined : statSync(path, { throwIfNoEntry: false });
  return {
    transcriptBytes: stat?.size ?? 0,
    cpuMs: cpuOf(findTree(tree, recentSurvey(everyMs / 10))),
  };
}

function movedChannels(before: Sample, after: Sample, everyMs: number): SlowChannel[] {
  const moved: SlowChannel[] = [];
  if (after.transcriptBytes !== before.transcriptBytes) moved.push('transcript');
  if (after.cpuMs - before.cpuMs >= everyMs * BUSY_SHARE) moved.push('cpu');
  return moved;
}
