import type { Activity, StreamFailure } from './activity.ts';
import type { Usage } from './contracts.ts';
import { UNKNOWN_USAGE } from './contracts.ts';

/** Tool calls that a summary names. */
const TOOL_CALLS_KEPT = 20;

/** Characters of the agent's own words that are kept at least: the latest; at most twice as many. */
const WORDS_KEPT = 4_000;

/** What an attempt's stream amounts to: activities, folded. */
export interface StreamOutcome {
  /** The last `result` of the stream: the agent's own claim that it has finished. */
  readonly final: FinalResult | null;
  /** The latest words of the agent, at most 8,000 characters. */
  readonly words: string;
  /** The latest tool calls, as `name input`, bounded. */
  readonly toolCalls: readonly string[];
  readonly lastError: string | null;
  readonly sessionId: string | null;
  readonly usage: Usage;
}

export interface FinalResult {
  readonly text: string;
  readonly structured: unknown;
  readonly failure: StreamFailure | null;
}

export const NO_OUTCOME: StreamOutcome = {
  final: null,
  words: '',
  toolCalls: [],
  lastError: null,
  sessionId: null,
  usage: UNKNOWN_USAGE,
};

/** The outcome with one more activity in it. */
export function withActivity(outcome: StreamOutcome, activity: Activity): StreamOutcome {
  switch (activity.kind) {
    case 'session':
      return { ...outcome, sessionId: activity.sessionId };
    case 'text':
      return withWords(outcome, activity.text);
    case 'toolCall':
      return { ...outcome, toolCalls: withCall(outcome.toolCalls, activity) };
    case 'usage':
      return { ...outcome, usage: usageOf(activity) };
    case 'error':
      return { ...outcome, lastError: activity.message };
    case 'result':
      return { ...outcome, final: resultOf(activity) };
    case 'thinking':
    case 'toolResult':
    case 'retry':
      return outcome;
  }
}

/** Whether the agent did anything that is worth going on with. */
export function hasWork(outcome: StreamOutcome): boolean {
  return outcome.words.trim() !== '' || outcome.toolCalls.length > 0;
}

/** Field by field: a stream is mostly words, and a spread takes twenty times as long. */
function withWords(outcome: StreamOutcome, text: string): StreamOutcome {
  const { final, toolCalls, lastError, sessionId, usage } = outcome;
  const words = latest(`${outcome.words}\n${text}`);
  return { final, words, toolCalls, lastError, sessionId, usage };
}

/** Cut only now and then: a cut copies the text, an addition does not. */
function latest(words: string): string {
  return words.length > 2 * WORDS_KEPT ? words.slice(-WORDS_KEPT) : words;
}

function withCall(calls: readonly string[], call: { name: string; input: string }): string[] {
  return [...calls, `${call.name} ${call.input}`.slice(0, 200)].slice(-TOOL_CALLS_KEPT);
}

function usageOf({ inputTokens, outputTokens, costUsd }: Usage): Usage {
  return { inputTokens, outputTokens, costUsd };
}

function resultOf({ text, structured, failure }: FinalResult): FinalResult {
  return { text, structured, failure };
}
