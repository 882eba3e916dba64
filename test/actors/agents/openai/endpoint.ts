/** A chat endpoint on loopback that answers each request as it is told; the last answer repeats. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach } from '@jest/globals';
import type { Lifetime } from '../../../oneshot-process.ts';

export interface Seen {
  readonly path: string;
  readonly key: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at in what was sent
  readonly body: any;
}

export type Reply = (response: ServerResponse, request: Seen) => void | Promise<void>;

export interface Endpoint {
  readonly url: string;
  readonly seen: readonly Seen[];
}

const closers = { test: new Set<() => void>(), file: new Set<() => void>() };

function closeAll(lifetime: Lifetime): void {
  for (const close of closers[lifetime]) close();
  closers[lifetime].clear();
}

afterEach(() => closeAll('test'));
afterAll(() => closeAll('file'));

export function endpoint(...replies: readonly Reply[]): Promise<Endpoint> {
  return endpointFor('test', ...replies);
}

export async function endpointFor(
  lifetime: Lifetime,
  ...replies: readonly Reply[]
): Promise<Endpoint> {
  const seen: Seen[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.parse(await text(request));
    const one: Seen = { path: request.url ?? '', key: request.headers.authorization, body };
    seen.push(one);
    await replies[Math.min(seen.length, replies.length) - 1]?.(response, one);
  };
  const server = createServer((request, response) => void answer(request, response));
  closers[lifetime].add(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // It listens on a port, not on a pipe.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, seen };
}

/** A stream of these bytes, in pieces of so many of them. */
export function streamed(body: string, pieceBytes = 1_000_000): Reply {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const bytes = Buffer.from(body);
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      await new Promise((written) => response.write(bytes.subarray(at, at + pieceBytes), written));
    }
    response.end();
  };
}

/** The stream of an answer, as OpenAI sends it. */
export function answerStream(answer: string, { finish = 'stop', usage = true } = {}): string {
  const chunk = (choice: object) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;
  const words = answer.match(/.{1,5}/gs) ?? [];
  const tokens = { prompt_tokens: 11, completion_tokens: 7 };
  return [
    chunk({ delta: { role: 'assistant', content: '' } }),
    ...words.map((content) => chunk({ delta: { content } })),
    chunk({ delta: {}, finish_reason: finish }),
    usage ? `data: ${JSON.stringify({ choices: [], usage: tokens })}\n\n` : '',
    'data: [DONE]\n\n',
  ].join('');
}

export function answers(answer: string): Reply {
  return streamed(answerStream(answer));
}

export function refuses(
  status: number,
  error: object | string,
  headers: Record<string, string> = {},
): Reply {
  const body = typeof error === 'string' ? error : JSON.stringify({ error });
  return (response) => void response.writeHead(status, headers).end(body);
}

/** Breaks the connection after so much of an answer. */
export function breaksAfter(body: string): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(body, () => response.destroy());
  };
}
