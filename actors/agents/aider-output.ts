/** Reads what aider prints. It exits with 0 also when its provider refused everything: only its words tell. */
import type { Activity, StreamFailure } from '../../machines/activity.ts';
import type { Usage } from '../../machines/contracts.ts';
import { UNKNOWN_USAGE } from '../../machines/contracts.ts';
import { addUsage } from '../../machines/usage.ts';
import { createLineSplitter } from '../line-splitter.ts';
import { boundText, type StreamReader, textReader } from '../stream-reader.ts';
import type { ReaderSink } from './adapter.ts';
import { failureOf } from './stream-failure.ts';

const LOGIN = 'Set the key of its provider, e.g. ANTHROPIC_API_KEY or OPENAI_API_KEY.';

/** `litellm.RateLimitError: …`, and what aider says about a token limit or a missing key. */
const ERROR =
  /^(litellm\.\w*(Error|Timeout)\b.*|Model \S+ has hit a token limit!|No LLM model was specified and no API keys were provided\.)/;

/** After a failed try; the next one may succeed. */
const RETRY = /^Retrying in ([\d.]+) seconds/;

/** After each answer, e.g. `Tokens: 2.3k sent, 1.1k cache hit, 120 received. Cost: $0.01 message, $0.03 session.` */
const USAGE =
  /^Tokens: ([\d.,]+k?) sent.*?, ([\d.,]+k?) received\.(?: Cost: \$[\d.,]+ message, \$([\d.,]+) session\.)?/;

/**
 * Whole lines as text, and what some lines mean. An error that no retry and no answer follows is the end's cause. The
 * figures of tokens are as exact as they are printed.
 */
export function aiderReader(sink: ReaderSink): StreamReader {
  const printed = textReader({ emit: () => undefined });
  let held: string[] = [];
  let offset = 0;
  let usage: Usage = UNKNOWN_USAGE;
  let failure: StreamFailure | null = null;

  const release = (): void => {
    const text = held.join('\n');
    held = [];
    if (text.trim() !== '') sink.emit({ kind: 'text', text: boundText(text) }, offset);
  };
  const readLine = (line: string): Activity | null => {
    const [, error] = ERROR.exec(line) ?? [];
    const [, seconds] = RETRY.exec(line) ?? [];
    const [, sent, received, cost] = USAGE.exec(line) ?? [];
    if (error !== undefined) {
      failure = failureOf(error, { login: LOGIN });
      return { kind: 'error', message: failure.message };
    }
    if (seconds !== undefined) {
      const message = `waits for its API: ${failure?.message ?? 'no reason given'}`;
      failure = null;
      return { kind: 'retry', message, delayMs: Math.round(Number(seconds) * 1000) };
    }
    if (sent === undefined) return null;
    failure = null;
    const tokens = { inputTokens: tokensOf(sent), outputTokens: tokensOf(received ?? '') };
    usage = {
      ...addUsage(usage, { ...tokens, costUsd: null }),
      costUsd: costOf(cost) ?? usage.costUsd,
    };
    return { kind: 'usage', ...usage };
  };
  const lines = createLineSplitter({
    onLine(line, endOffset) {
      const activity = readLine(line);
      if (activity) release();
      else held.push(line);
      offset = endOffset;
      if (activity) sink.emit(activity, endOffset);
    },
    onOversize(bytes, endOffset) {
      offset = endOffset;
      held.push(`A line of ${bytes} bytes was too long to read; it is in stdout.`);
    },
  });

  return {
    push(bytes, start) {
      printed.push(bytes, start);
      lines.push(bytes, start);
      release();
    },
    end() {
      lines.end();
      release();
      printed.end();
      if (failure) sink.emit({ kind: 'result', text: '', structured: null, failure }, offset);
    },
    printed: printed.printed,
  };
}

/** `812`, `2.3k`, `12k` */
function tokensOf(text: string): number {
  const figure = Number.parseFloat(text.replaceAll(',', ''));
  return text.endsWith('k') ? Math.round(figure * 1000) : figure;
}

function costOf(text: string | undefined): number | null {
  return text === undefined ? null : Number.parseFloat(text.replaceAll(',', ''));
}
