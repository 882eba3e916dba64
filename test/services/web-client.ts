/** Talks to a server as a browser, or somebody who pretends to be one, would: every header is the test's own. */
import { type IncomingHttpHeaders, request } from 'node:http';
import { afterEach } from '@jest/globals';
import type { Inspector } from '../../services/inspect-server.ts';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Sent {
  readonly id: string | null;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire; the test says what it must be
  readonly data: any;
}

export interface Listening {
  readonly events: readonly Sent[];
  readonly isOver: () => boolean;
  leave(): void;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

const open = new Set<() => void>();

afterEach(() => {
  for (const leave of open) leave();
  open.clear();
});

/** The token of an inspector, as it stands in its address. */
export function tokenOf(inspector: Inspector): string {
  return new URL(inspector.url()).searchParams.get('token') ?? '';
}

/** The headers of a browser that has the cookie. */
export function cookieOf(inspector: Inspector): Record<string, string> {
  return { cookie: `oneshot-${inspector.port}=${tokenOf(inspector)}` };
}

export function ask(inspector: Inspector, path: string, asking: Asking = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = requestTo(inspector, path, asking);
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (piece) => (body += piece));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    outgoing.end();
  });
}

/** As {@link ask} with the cookie, and the answer's JSON. */
export async function askJson(inspector: Inspector, path: string, asking: Asking = {}) {
  const headers = { ...cookieOf(inspector), ...asking.headers };
  const { status, body } = await ask(inspector, path, { ...asking, headers });
  return { status, body: JSON.parse(body) };
}

/** Listens to server-sent events, as a browser with the cookie does. */
export function listen(inspector: Inspector, path: string, lastId?: string): Listening {
  const events: Sent[] = [];
  let isOver = false;
  let held = '';
  const last: Record<string, string> = lastId === undefined ? {} : { 'last-event-id': lastId };
  const outgoing = requestTo(inspector, path, { headers: { ...cookieOf(inspector), ...last } });
  outgoing.on('error', () => undefined);
  outgoing.on('response', (response) => {
    response.setEncoding('utf8').on('data', (piece) => {
      const blocks = `${held}${piece}`.split('\n\n');
      held = blocks.pop() ?? '';
      events.push(...blocks.flatMap(eventIn));
    });
    response.on('error', () => undefined).on('close', () => (isOver = true));
  });
  outgoing.end();
  const leave = () => outgoing.destroy();
  open.add(leave);
  return { events, isOver: () => isOver, leave };
}

function requestTo({ port }: Inspector, path: string, { method = 'GET', headers = {} }: Asking) {
  return request({ host: '127.0.0.1', port, path, method, headers, agent: false });
}

function eventIn(block: string): Sent[] {
  const fields = new Map(
    block.split('\n').map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2)] as const;
    }),
  );
  const event = fields.get('event');
  if (event === undefined) return [];
  return [{ event, id: fields.get('id') ?? null, data: JSON.parse(fields.get('data') ?? 'null') }];
}
