/**
 * The inspector: a server on this machine that shows runs in a page. It reads run folders, of live runs as of finished
 * ones; it takes no lock and writes nothing, so watching costs a run nothing and a failure here harms none.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
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
import { type Answer, give, problem } from './inspect-answer.ts';
import type { Control } from './inspect-control.ts';
import { securityPolicy } from './inspect-page.ts';
import { answerTo, type Played, type Site } from './inspect-routes.ts';

export interface InspectorOptions {
  /** Absolute path of the folder of the runs. */
  readonly runsDir: string;
  /** Default 0: any that is free. */
  readonly port?: number;
  /** Default: a random one. */
  readonly token?: string;
  /** Default `null`: runs cannot be stopped and resumed. */
  readonly control?: Control | null;
  /** Default `null`: all runs as they are. */
  readonly played?: Played | null;
  /** Folder of the page; default: the one that ships. */
  readonly assets?: string;
}

export interface Inspector {
  readonly port: number;
  /** The address with its token; `?run=` says which run to show first. */
  url(run?: string): string;
  close(): Promise<void>;
}

/** Starts serving. Throws an {@link EnvironmentError} when the port cannot be had. */
export async function startInspector(options: InspectorOptions): Promise<Inspector> {
  const { runsDir, control = null, played = null, assets = assetsFolder() } = options;
  const token = options.token ?? randomBytes(32).toString('base64url');
  const site: Site = { runsDir, assets, control, played };
  const policy = securityPolicy(chartOf(assets));
  const server = createServer();
  const port = await listen(server, options.port ?? 0);
  const keys: Keys = { token, cookie: `oneshot-${port}` };
  server.on('request', (request, response) => {
    void receive(site, keys, policy, request, response);
  });
  return {
    port,
    url: (run) => `http://127.0.0.1:${port}/?token=${token}${run ? `&run=${run}` : ''}`,
    close: () => close(server),
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
  const { path, query } = addressOf(request.url ?? '/');
  const token = query.get('token');
  const refusal = refusalOf({ method, headers: given, token }, keys);
  if (refusal) return problem(refusal.status, 'REFUSED', refusal.message);
  if (token !== null) response.setHeader('set-cookie', cookieHeader(keys));
  const parts = partsOf(path);
  if (!parts) return problem(400, 'ADDRESS', 'The address cannot be read.');
  return answerTo(site, { method, parts, query, after: lastEventId(request, query) });
}

/** Not by `URL`, which would take `..` out before anybody can refuse it. */
function addressOf(url: string): { path: string; query: URLSearchParams } {
  const at = url.indexOf('?');
  const [path, search] = at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
  return { path, query: new URLSearchParams(search) };
}

/** The decoded parts of a path; `null` when it is malformed. */
function partsOf(path: string): string[] | null {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return null;
  }
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

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

function chartOf(assets: string): string {
  try {
    return readFileSync(join(assets, 'statechart.svg'), 'utf8');
  } catch {
    return '';
  }
}
