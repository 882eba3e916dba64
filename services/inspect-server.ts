/**
 * The inspector: a server on this machine that shows runs in a page. It reads run folders, of live runs as of finished
 * ones; it takes no lock and writes nothing, so watching costs a run nothing and a failure here harms none.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { assetsFolder } from './assets.ts';
import {
  EnvironmentError,
  messageOf,
  OneshotError,
  RunNotFoundError,
  RunRefusedError,
  RunUnreadableError,
} from './errors.ts';
import { lastEventId } from './event-stream.ts';
import { cookieHeader, type Keys, refusalOf } from './inspect-access.ts';
import { addressOf } from './inspect-address.ts';
import { type Answer, give, problem } from './inspect-answer.ts';
import type { Control } from './inspect-control.ts';
import { securityPolicy } from './inspect-page.ts';
import { answerTo, type Played, type Site } from './inspect-routes.ts';
import type { Standing } from './inspect-standing.ts';
import { receiveUpgrade } from './inspect-upgrade.ts';

export interface InspectorOptions {
  /** Absolute path of the folder of the runs. */
  readonly runsDir: string;
  /** Default: that of `standing` when it is free, else any. 0: any. */
  readonly port?: number;
  /** Default `null`: a random token. */
  readonly standing?: Standing | null;
  /** Default `null`: runs cannot be stopped and resumed. */
  readonly control?: Control | null;
  /** Default `null`: all runs as they are. */
  readonly played?: Played | null;
  /** Folder of the page; default: the one that ships. */
  readonly assets?: string;
}

export interface Inspector {
  readonly port: number;
  /** The address with its token; `?run=` says which run to show first. Default: oneshot's own page. */
  url(run?: string, page?: 'stately'): string;
  close(): Promise<void>;
}

/** Starts serving. Throws an {@link EnvironmentError} when the port cannot be had. */
export async function startInspector(options: InspectorOptions): Promise<Inspector> {
  const { runsDir, control = null, played = null, assets = assetsFolder() } = options;
  const { standing = null } = options;
  const chart = chartOf(assets);
  const statelyPolicy = securityPolicy(chart, 'stately');
  const site: Site = { runsDir, assets, control, played, statelyPolicy };
  const policy = securityPolicy(chart);
  const server = createServer();
  const port = await listenAt(server, options.port, standing?.port ?? 0);
  const token = standing?.token(port) ?? randomBytes(32).toString('base64url');
  const keys: Keys = { token, cookie: `oneshot-${port}` };
  server.on('request', (request, response) => {
    void receive(site, keys, policy, request, response);
  });
  const sockets = new Set<Duplex>();
  server.on('upgrade', (request, stream, head) => {
    sockets.add(stream.once('close', () => sockets.delete(stream)));
    void receiveUpgrade(site, keys, request, stream, head);
  });
  return {
    port,
    url(run, page) {
      const path = page === 'stately' ? 'page/stately.html' : '';
      return `http://127.0.0.1:${port}/${path}?token=${token}${run ? `&run=${run}` : ''}`;
    },
    close: () => close(server, sockets),
  };
}

async function receive(
  site: Site,
  keys: Keys,
  policy: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // What breaks under a reader that leaves is nobody's problem.
  response.on('error', () => undefined);
  for (const [name, value] of headers(policy)) response.setHeader(name, value);
  try {
    await give(response, await answerOf(site, keys, request, response));
  } catch (error) {
    if (response.headersSent) response.destroy();
    else await give(response, failure(error));
  }
}

function answerOf(
  site: Site,
  keys: Keys,
  request: IncomingMessage,
  response: ServerResponse,
): Answer | Promise<Answer> {
  const { method = 'GET', headers: given } = request;
  const { parts, query } = addressOf(request.url ?? '/');
  const token = query.get('token');
  const refusal = refusalOf({ method, headers: given, token }, keys);
  if (refusal) return problem(refusal.status, 'REFUSED', refusal.message);
  if (token !== null) response.setHeader('set-cookie', cookieHeader(keys));
  if (!parts) return problem(400, 'ADDRESS', 'The address cannot be read.');
  return answerTo(site, { method, parts, query, after: lastEventId(request, query) });
}

function headers(policy: string): [string, string][] {
  return [
    ['content-security-policy', policy],
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
    ['referrer-policy', 'no-referrer'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cache-control', 'no-store'],
  ];
}

function failure(error: unknown): Answer {
  const code = error instanceof OneshotError ? error.code : 'INTERNAL';
  return problem(statusOf(error), code, messageOf(error));
}

function statusOf(error: unknown): number {
  if (error instanceof RunNotFoundError) return 404;
  if (error instanceof RunRefusedError) return 409;
  return error instanceof RunUnreadableError ? 422 : 500;
}

/** At the port that is asked for; otherwise at the preferred one, or at any when that is taken. */
async function listenAt(
  server: Server,
  asked: number | undefined,
  preferred: number,
): Promise<number> {
  if (asked !== undefined) return listen(server, asked);
  return listen(server, preferred).catch(() => listen(server, 0));
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new EnvironmentError(
          `The inspector cannot listen on 127.0.0.1:${port}: ${error.message}. Use another port: --port N.`,
        ),
      ),
    );
    server.listen({ port, host: '127.0.0.1' }, () => {
      // Whatever happens to it later, the process that it is in goes on.
      server.removeAllListeners('error').on('error', () => undefined);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** Connections that have changed their protocol are no longer the server's to close. */
async function close(server: Server, sockets: ReadonlySet<Duplex>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  for (const socket of sockets) socket.destroy();
  await closed;
}

function chartOf(assets: string): string {
  try {
    return readFileSync(join(assets, 'statechart.svg'), 'utf8');
  } catch {
    return '';
  }
}
