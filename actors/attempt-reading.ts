import type { Activity } from '../machines/activity.ts';
import type { StreamOutcome } from '../machines/outcome.ts';
import { NO_OUTCOME, withActivity } from '../machines/outcome.ts';
import type { AgentAdapter, AgentSettings } from './agents/adapter.ts';
import { withLimitEnd } from './limit-end.ts';
import type { TailChunk } from './output-tail.ts';
import type { Redactor } from './redaction.ts';
import { createSecretScanner } from './redaction.ts';
import type { LogEntry } from './run-host.ts';

export interface ReadingOptions {
  readonly attempt: string;
  readonly adapter: AgentAdapter;
  readonly settings: AgentSettings;
  readonly redactor: Redactor;
  /** Up to this offset the log has the attempt already: read for the outcome, not logged again. */
  readonly loggedOffset: number;
  now(): number;
  /** When what is read was written, in epoch ms: now, or long ago. */
  writtenAt(): number;
  log(entries: readonly LogEntry[]): void;
}

/** The way of an attempt's output from bytes to activities, to the log, and to what it amounts to in the end. */
export interface AttemptReading {
  take(chunk: TailChunk): void;
  /** Bytes of stderr: only looked at for secrets. */
  takeError(chunk: TailChunk): void;
  end(): void;
  readonly outcome: StreamOutcome;
  /** What a text agent printed; `null` where the stream has a terminal event of its own. */
  readonly printed: string | null;
  readonly sawSecret: boolean;
}

export function createReading(options: ReadingOptions): AttemptReading {
  const { attempt, adapter, redactor } = options;
  const scanners = [createSecretScanner(redactor), createSecretScanner(redactor)] as const;
  let outcome = NO_OUTCOME;
  let batch: LogEntry[] = [];

  const emit = (read: Activity, offset: number): void => {
    const activity = withLimitEnd(read, options.writtenAt);
    outcome = withActivity(outcome, activity);
    if (offset <= options.loggedOffset) return;
    batch.push({ at: options.now(), attempt, offset, activity: redactor.redactValue(activity) });
  };
  const reader = adapter.reader({ emit }, options.settings);
  const flush = (): void => {
    if (batch.length > 0) options.log(batch);
    batch = [];
  };

  return {
    take({ bytes, offset }) {
      scanners[0].push(bytes);
      // What is logged already is read by itself, so that nothing of it comes again within a larger piece.
      const known = Math.min(Math.max(options.loggedOffset - offset, 0), bytes.length);
      if (known > 0) reader.push(bytes.subarray(0, known), offset);
      if (known < bytes.length) reader.push(bytes.subarray(known), offset + known);
      flush();
    },
    takeError: ({ bytes }) => scanners[1].push(bytes),
    end() {
      reader.end();
      flush();
    },
    get outcome() {
      return outcome;
    },
    get printed() {
      return adapter.endsWithResult ? null : reader.printed();
    },
    get sawSecret() {
      return scanners.some((scanner) => scanner.seen);
    },
  };
}
