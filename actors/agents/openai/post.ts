/** One HTTP request and its answer as it comes. Node's `fetch` gives up after five silent minutes; this waits on. */
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';

export interface Posted {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Throws when the connection breaks before the end. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Sends JSON. Rejects when nothing answers. */
export function postJson(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): Promise<Posted> {
  const text = JSON.stringify(body);
  const send = url.protocol === 'https:' ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': `${Buffer.byteLength(text)}`,
        accept: 'text/event-stream, application/json',
        ...headers,
      },
    });
    request.on('error', reject);
    request.on('response', (response) =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response }),
    );
    request.end(text);
  });
}
