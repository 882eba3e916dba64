/** A chat completion that grows with each piece of its stream. */
import type { Usage } from '../../../machines/contracts.ts';
import { UNKNOWN_USAGE } from '../../../machines/contracts.ts';
import type { JsonObject } from '../../stream-reader.ts';
import { arrayOf, numberOrNull, objectOf, textOf } from '../json-fields.ts';

export interface Answer {
  readonly text: string;
  /** What the model says instead of an answer when it will not give one. */
  readonly refusal: string;
  /** Why it ended: `stop`, `length`, `content_filter`, …; `null` while it goes on, or where that is not told. */
  readonly finish: string | null;
  readonly usage: Usage;
}

export const NO_ANSWER: Answer = { text: '', refusal: '', finish: null, usage: UNKNOWN_USAGE };

/** What one piece adds. */
export interface Piece {
  readonly text: string;
  readonly thinking: string;
}

/** What a piece of the stream says; also a whole answer of an endpoint that does not stream is one piece. */
export function pieceOf(chunk: JsonObject): Piece {
  const { delta } = choiceOf(chunk);
  return {
    text: contentOf(delta.content),
    thinking: textOf(delta.reasoning_content) || textOf(delta.reasoning),
  };
}

export function withPiece(answer: Answer, chunk: JsonObject): Answer {
  const { delta, finish } = choiceOf(chunk);
  return {
    text: answer.text + contentOf(delta.content),
    refusal: answer.refusal + textOf(delta.refusal),
    finish: finish ?? answer.finish,
    usage: usageOf(chunk) ?? answer.usage,
  };
}

/** The error that some endpoints send in the middle of a stream. */
export function errorIn(chunk: JsonObject): JsonObject | null {
  const { error } = chunk;
  if (error === undefined || error === null) return null;
  return typeof error === 'string' ? { message: error } : objectOf(error);
}

function choiceOf({ choices }: JsonObject): { delta: JsonObject; finish: string | null } {
  const [choice = {}] = arrayOf(choices);
  const delta = objectOf(choice.delta ?? choice.message);
  return { delta, finish: textOf(choice.finish_reason) || null };
}

/** A text, or a list of parts of which some are text. */
function contentOf(content: unknown): string {
  return typeof content === 'string'
    ? content
    : arrayOf(content)
        .map(({ text }) => textOf(text))
        .join('');
}

function usageOf({ usage }: JsonObject): Usage | null {
  if (typeof usage !== 'object' || usage === null) return null;
  const { prompt_tokens: input, completion_tokens: output } = objectOf(usage);
  return { inputTokens: numberOrNull(input), outputTokens: numberOrNull(output), costUsd: null };
}
