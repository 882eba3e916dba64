/** The WebSocket of the inspector: `/api/runs/ID/inspect`, one run in the protocol of the Stately inspector. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Keys, refusalOf } from './inspect-access.ts';
import { addressOf } from './inspect-address.ts';
import { runOf, type Site } from './inspect-routes.ts';
import { streamStately } from './inspect-stately.ts';
import { LIVE } from './pace.ts';
import type { RunFolder } from './run-store.ts';
import { acceptWebSocket } from './websocket.ts';

/** Answers a request to change the protocol. Never throws; what is refused is closed with its status. */
export async function receiveUpgrade(
  site: Site,
  keys: Keys,
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
): Promise<void> {
  // What breaks under a reader that leaves is nobody's problem.
  stream.on('error', () => undefined);
  try {
    const { method = 'GET', headers } = request;
    const { parts, query } = addressOf(request.url ?? '/');
    const refusal = refusalOf({ method, headers, token: query.get('token') }, keys);
    if (refusal) return refuse(stream, refusal.status);
    const folder = runAt(site, parts);
    if (!folder) return refuse(stream, 404);
    const socket = acceptWebSocket(request, stream, head);
    if (!socket) return refuse(stream, 400);
    const { assets, played } = site;
    await streamStately({ folder, socket, assets, pace: played?.pace ?? LIVE });
  } catch {
    stream.destroy();
  }
}

function runAt(site: Site, parts: readonly string[] | null): RunFolder | null {
  const [api, runs, id = '', inspect, ...rest] = parts ?? [];
  const isPlace = api === 'api' && runs === 'runs' && inspect === 'inspect' && rest.length === 0;
  return isPlace ? runOf(site, id) : null;
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
};

function refuse(stream: Duplex, status: number): void {
  stream.end(
    `HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
