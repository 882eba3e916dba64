/**
 * Who may talk to the inspector: only who has the token, from this machine, from the inspector's own page.
 *
 * - Host must name this machine. A page whose name was made to point to 127.0.0.1 (DNS rebinding) sends its own name.
 *   Any port is taken, since a forwarded port is another one.
 * - Origin, where there is one, must be the server's own: other ports of this machine belong to others.
 * - Sec-Fetch-Site, which browsers send and pages cannot forge, must not be another site, but for opening the page
 *   itself by a link.
 * - The token comes once in the address, later in a cookie that scripts cannot read and other sites cannot send.
 *   Cookies do not tell ports apart, so its name does.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Knock {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Of the address; `null` when it has none. */
  readonly token: string | null;
}

export interface Keys {
  readonly token: string;
  readonly cookie: string;
}

export type Refusal = { readonly status: 401 | 403; readonly message: string };

/** Why a request is refused; `null` when it may pass. */
export function refusalOf(knock: Knock, keys: Keys): Refusal | null {
  const { headers } = knock;
  if (!isThisMachine(headers.host)) {
    return forbidden(`This server answers only as localhost, not as "${headers.host ?? ''}".`);
  }
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) {
    return forbidden(`Requests of the page ${headers.origin} are not answered.`);
  }
  if (isOfAnotherSite(knock)) return forbidden('Requests of other sites are not answered.');
  if (!hasToken(knock, keys)) {
    return {
      status: 401,
      message:
        'The token is missing or wrong. Open the address that oneshot printed when it started this server.',
    };
  }
  return null;
}

/** A cookie for a browser that came with the token. */
export function cookieHeader({ cookie, token }: Keys): string {
  return `${cookie}=${token}; HttpOnly; SameSite=Strict; Path=/`;
}

function forbidden(message: string): Refusal {
  return { status: 403, message };
}

function isThisMachine(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(host ?? '');
}

function isOfAnotherSite({ method, headers }: Knock): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  const isOpening =
    headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return method !== 'GET' || !isOpening;
}

function hasToken({ headers, token }: Knock, keys: Keys): boolean {
  const given = token ?? cookieOf(headers.cookie, keys.cookie);
  return given !== null && isSame(given, keys.token);
}

function cookieOf(header: string | undefined, name: string): string | null {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  const pair = pairs.find((each) => each.startsWith(`${name}=`));
  return pair === undefined ? null : pair.slice(name.length + 1);
}

/** Takes the same time wherever the two differ. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
