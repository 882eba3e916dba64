/** How gemini says that it failed: the answer of its API as JSON in a text, or in words of its own. */
import type { StreamFailure } from '../../machines/activity.ts';
import { boundText, type JsonObject, parseRecord } from '../stream-reader.ts';
import { objectOf, textOf } from './json-fields.ts';
import { failureOf } from './stream-failure.ts';

const LOGIN = 'Log in by starting `gemini` once, or set GEMINI_API_KEY.';

/** Its hint at the context window is a guess of its own: it says this of every answer without words. */
const EMPTY = /empty (text )?response|no response text/i;

/** The failure of a result whose status is not `success`; what it told before, where the result itself has no words. */
export function readGeminiFailure({ status, error }: JsonObject, told: string): StreamFailure {
  const { message, type } = objectOf(error);
  const said =
    textOf(message) || told || `it failed without saying why (${textOf(status) || 'no status'})`;
  if (EMPTY.test(said)) return { class: 'empty', message: boundText(said, 1_000), resumeAt: null };
  return failureOf(plain(said), { evidence: `${said} ${textOf(type)}`, login: LOGIN });
}

/** An error after which it said and did nothing more: it gave up, whatever its result claims. */
export function stoppedBy(message: string): StreamFailure {
  const said = boundText(message || 'an error', 1_000);
  return { class: 'crashed', message: `it stopped without finishing: ${said}`, resumeAt: null };
}

/** Its own code for a login that it cannot do, and the HTTP statuses of its API modulo 256. */
const EXITS: Readonly<Record<number, readonly [StreamFailure['class'], said: string]>> = {
  41: ['unauthorized', 'it is not logged in'],
  145: ['unauthorized', 'its API refused the key (HTTP 401)'],
  147: ['unauthorized', 'its API forbids it (HTTP 403)'],
  173: ['limited', 'its API is at its limit (HTTP 429)'],
  247: ['limited', 'its API is overloaded (HTTP 503)'],
  17: ['limited', 'its API is overloaded (HTTP 529)'],
};

/** What gemini says by its exit code when it ended before it could print a result. */
export function failureOfExit(exitCode: number, complaint: string): StreamFailure | null {
  const [endClass, said] = EXITS[exitCode] ?? [];
  if (endClass === undefined) return null;
  const last = complaint.trim().split('\n').at(-1) ?? '';
  const advice = endClass === 'unauthorized' ? ` ${LOGIN}` : '';
  const quoted = last === '' ? '' : ` It said: ${boundText(last, 300)}`;
  return { class: endClass, message: `${said}.${advice}${quoted}`, resumeAt: null };
}

/** `[API Error: {"error":{"code":401,"message":"…","status":"…"}}]` in words. */
function plain(said: string): string {
  const json = said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1);
  const { message, code, status } = objectOf(objectOf(parseRecord(json)).error);
  return textOf(message) === '' ? said : `${message} (HTTP ${code}, ${textOf(status)})`;
}
