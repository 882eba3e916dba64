import { logLine } from './activity-log.ts';
import type { Output, Streams } from './output.ts';
import { phaseOf } from './run-view.ts';

/** Version of the lines of `--json`; a change that breaks a reader raises it. */
export const OUTPUT_VERSION = 1;

/** NDJSON: one object per transition and per activity, then one `result`. Nothing else is on stdout. */
export function jsonOutput({ out, err }: Streams): Output {
  let run = '';
  const line = (type: string, fields: object) =>
    out(`${JSON.stringify({ type, version: OUTPUT_VERSION, run, ...fields })}\n`);
  return {
    started({ id }) {
      run = id;
    },
    transition({ seq, at, value, context, event }) {
      const { iteration, reason, message, attempt } = context;
      line('transition', {
        seq,
        at,
        event: event.type,
        state: phaseOf(value),
        reason,
        message,
        iteration,
        attempt: attempt?.number ?? null,
      });
    },
    activities(entries) {
      for (const entry of entries) line('activity', logLine(entry));
    },
    notice: (message) => err(`oneshot: ${message}\n`),
    finished: (report) => line('result', report),
  };
}
