/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) that wait for slow readers. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface ServerEvent {
  readonly event: string;
  /** What a browser sends as `Last-Event-ID` when it comes back. */
  readonly id?: number | string;
  readonly data: unknown;
  /** `data` as JSON in one line, where that is at hand already. */
  readonly json?: string;
}

export interface EventStream {
  /** Aborted when the reader has gone. */
  readonly signal: AbortSignal;
  /** Resolves when the reader can take more, or has gone. */
  send(event: ServerEvent): Promise<void>;
  end(): void;
}

/** Milliseconds after which a browser tries again. */
const RETRY_MS = 1_000;

/** Milliseconds between signs of life, so that proxies keep a silent stream and a dead one is noticed. */
const HEARTBEAT_MS = 15_000;

export function openEventStream(response: ServerResponse): EventStream {
  const gone = new AbortController();
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(`retry: ${RETRY_MS}\n\n`);
  const heartbeat = setInterval(() => response.write(':\n\n'), HEARTBEAT_MS);
  response.on('close', () => {
    clearInterval(heartbeat);
    gone.abort();
  });
  return {
    signal: gone.signal,
    async send(event) {
      if (gone.signal.aborted || response.write(render(event))) return;
      await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
    },
    end: () => response.end(),
  };
}

/** The id of the last event that a reader has who comes back, or `?after=`; empty for the beginning. */
export function lastEventId({ headers }: IncomingMessage, query: URLSearchParams): string {
  const given = headers['last-event-id'] ?? query.get('after') ?? '';
  return typeof given === 'string' ? given : '';
}

/** As a place in a stream; `null` for the beginning. */
export function placeOf(id: string | undefined): number | null {
  return id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : null;
}

/** JSON has no line ends, so one `data` line is enough. */
function render({ event, id, data, json = JSON.stringify(data) }: ServerEvent): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  return `event: ${event}\n${idLine}data: ${json}\n\n`;
}
