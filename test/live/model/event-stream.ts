import type { ServerResponse } from 'node:http';

/** A stream of server-sent events. */
export interface EventStream {
  send(data: object | string, event?: string): void;
  end(): void;
}

export function eventStream(response: ServerResponse): EventStream {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  return {
    send(data, event) {
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      response.write(`${event ? `event: ${event}\n` : ''}data: ${text}\n\n`);
    },
    end: () => response.end(),
  };
}
