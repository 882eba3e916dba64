/** What a request is answered with, as a value. */
import type { ServerResponse } from 'node:http';
import { type EventStream, openEventStream } from './event-stream.ts';
import type { ErrorAnswer } from './inspect-api.ts';

export type Answer = WholeAnswer | StreamAnswer;

export interface WholeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Server-sent events, for as long as the reader stays. */
export interface StreamAnswer {
  readonly stream: (stream: EventStream) => Promise<void>;
}

export const NOT_FOUND = problem(404, 'NOT_FOUND', 'There is nothing at this address.');

export function problem(status: number, code: string, message: string): WholeAnswer {
  const body: ErrorAnswer = { error: { code, message } };
  return json(body, status);
}

export function json(body: unknown, status = 200): WholeAnswer {
  return content('application/json; charset=utf-8', JSON.stringify(body), {}, status);
}

export function content(
  type: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): WholeAnswer {
  return { status, headers: { 'content-type': type, ...headers }, body };
}

/** Resolves when all has been said. */
export async function give(response: ServerResponse, answer: Answer): Promise<void> {
  if ('stream' in answer) {
    await answer.stream(openEventStream(response));
    return;
  }
  const { status, headers, body } = answer;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
