import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { anthropic } from './anthropic.ts';
import { chatCompletions } from './chat-completions.ts';
import { eventStream } from './event-stream.ts';
import { gemini } from './gemini.ts';
import {
  type Json,
  objectOf,
  type Protocol,
  type Question,
  type Refusal,
  type Reply,
  sendJson,
} from './protocol.ts';
import { responses } from './responses.ts';

/** What a model says. */
export interface Script {
  /** Why every question is refused; `null` when none is. */
  refuses(): Refusal | null;
  answer(question: Question): Reply;
}

export interface FakeModel {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): void;
}

const PROTOCOLS: readonly Protocol[] = [anthropic, chatCompletions, responses, gemini];

/** A model that speaks all protocols, on a free port of the loopback interface. */
export async function startFakeModel(script: Script): Promise<FakeModel> {
  const server = createServer((request, response) => {
    void handle(script, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('There is no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function handle(
  script: Script,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const body = await bodyOf(request);
  const protocol = PROTOCOLS.find(({ path }) => path.test(pathname));
  if (!protocol) {
    answerAside(pathname, response);
    return;
  }
  const refusal = script.refuses();
  if (refusal !== null) {
    const { status, body: said } = protocol.refusals[refusal];
    sendJson(response, status, said);
    return;
  }
  const reply = script.answer(protocol.read(body));
  if (!protocol.wantsStream(pathname, body)) sendJson(response, 200, protocol.whole(reply, body));
  else await protocol.write(eventStream(response), reply, body);
}

/** Lists of models, counts of tokens, and questions whether anybody is there. */
function answerAside(path: string, response: ServerResponse): void {
  if (/count_?tokens$/i.test(path)) sendJson(response, 200, { input_tokens: 42, totalTokens: 42 });
  else if (/models$/.test(path))
    sendJson(response, 200, { object: 'list', data: [{ id: 'fake', object: 'model' }] });
  else sendJson(response, path === '/' ? 200 : 404, {});
}

async function bodyOf(request: IncomingMessage): Promise<Json> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(Buffer.from(piece));
  try {
    return objectOf(JSON.parse(Buffer.concat(pieces).toString('utf8')));
  } catch {
    return {};
  }
}
