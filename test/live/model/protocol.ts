/** What the wire protocols of models have in common: a request read from one, a reply that each writes in its own way. */
import type { ServerResponse } from 'node:http';
import type { EventStream } from './event-stream.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Tool {
  readonly name: string;
  /** JSON Schema of its arguments. */
  readonly schema: Json;
}

/** One question to the model. */
export interface Question {
  /** All words of the user in the conversation, the oldest first. */
  readonly words: readonly string[];
  readonly tools: readonly Tool[];
  /** Whether the results of tools are what is to be answered. */
  readonly followsTool: boolean;
  /** The form that the answer has to have; `null` for free text. */
  readonly form: Json | null;
}

export interface Reply {
  readonly text: string;
  readonly call: { readonly name: string; readonly args: Json } | null;
  /** Called in the middle of the text; what it returns is waited for. */
  pause?(): Promise<void>;
}

/** Tokens that every answer claims. */
export const USAGE = { input: 1200, output: 34 };

/** One protocol: which paths are its own, and how questions and answers look. */
export interface Protocol {
  readonly path: RegExp;
  read(body: Json): Question;
  /** Whether the question wants its answer as a stream. */
  wantsStream(path: string, body: Json): boolean;
  /** Streams the reply. */
  write(stream: EventStream, reply: Reply, body: Json): Promise<void>;
  /** The reply in one piece. */
  whole(reply: Reply, body: Json): Json;
  /** Answers with an error, in the words of its provider. */
  readonly refusals: Readonly<Record<Refusal, Refused>>;
}

/** Why a question is refused: its key is not valid, or it is longer than what the model takes. */
export type Refusal = 'key' | 'length';

export interface Refused {
  /** Of HTTP. */
  readonly status: number;
  readonly body: Json;
}

export function sendJson(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** The words in pieces, as a model says them; `pause` comes before the last third of them. */
export async function eachPiece(
  { text, pause }: Reply,
  say: (piece: string) => void,
): Promise<void> {
  const pieces = text.match(/.{1,24}/gs) ?? [];
  const pauseAt = Math.floor((pieces.length * 2) / 3);
  for (const [index, piece] of pieces.entries()) {
    if (index === pauseAt) await pause?.();
    say(piece);
  }
}

export function objectsOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each) : [];
}

export function objectOf(value: unknown): Json {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  // An object of JSON has string keys and nothing else is known of it.
  return isObject ? (value as Json) : {};
}

/** A content that is a string, or a list of parts of which some have a text. */
export function textsOf(content: unknown): string[] {
  if (typeof content === 'string') return [content];
  return objectsOf(content).flatMap(({ text }) => (typeof text === 'string' ? [text] : []));
}
