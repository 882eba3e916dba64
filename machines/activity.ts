import type { EndClass, Usage } from './contracts.ts';

/**
 * What agents do, in one vocabulary for all of them. `oneshot-log.ndjson`, `logs`, `--json`, the screen and the
 * inspector know only these. Texts are bounded by the reader that makes them; the raw stream is kept in the attempt.
 */
export type Activity =
  /** The agent's own id for its session: names its transcript, and resumes it. */
  | { readonly kind: 'session'; readonly sessionId: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'thinking'; readonly text: string }
  | {
      readonly kind: 'toolCall';
      readonly id: string | null;
      readonly name: string;
      readonly input: string;
    }
  | {
      readonly kind: 'toolResult';
      readonly id: string | null;
      readonly ok: boolean;
      readonly text: string;
    }
  /** Of this attempt up to now, not of this step: each replaces the one before. */
  | ({ readonly kind: 'usage' } & Usage)
  /** The agent itself waits, for its provider or for a permission. It is alive. */
  | { readonly kind: 'retry'; readonly message: string; readonly delayMs: number | null }
  /** Something went wrong and the agent goes on. */
  | { readonly kind: 'error'; readonly message: string }
  /** The agent says that it has finished; the last one counts. */
  | {
      readonly kind: 'result';
      readonly text: string;
      /** The typed answer, where the agent was asked for one and gave it. */
      readonly structured: unknown;
      /** `null` when the agent claims success. */
      readonly failure: StreamFailure | null;
    };

export type ActivityKind = Activity['kind'];

/** How an agent's own stream says that it failed. */
export interface StreamFailure {
  readonly class: Exclude<EndClass, 'clean'>;
  readonly message: string;
  /** Epoch milliseconds at which a usage limit ends, when the agent told. */
  readonly resumeAt: number | null;
}
