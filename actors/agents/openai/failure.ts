/** What an endpoint's refusal amounts to. */
import type { StreamFailure } from '../../../machines/activity.ts';
import { quotaResetAt } from '../../../machines/quota-time.ts';
import { boundText, type JsonObject, parseRecord } from '../../stream-reader.ts';
import { textOf } from '../json-fields.ts';
import { SHORTEN } from '../stream-failure.ts';
import { errorIn } from './answer.ts';

/** An answer without success, or an error within one. */
export interface Refusal {
  /** HTTP status, also where it is told inside of a stream; `null` when there is none. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What was sent with it. */
  readonly body: string;
}

export interface Judged {
  readonly failure: StreamFailure;
  /** `again`: the same request may succeed soon. `otherwise`: another form of it may. `never`: neither. */
  readonly hope: 'again' | 'otherwise' | 'never';
}

/** Where the request went, for messages. */
export interface Target {
  readonly url: string;
  readonly model: string;
}

/** @param now epoch ms at which the refusal came */
export function judgeRefusal(refusal: Refusal, target: Target, now: number): Judged {
  const said = messageIn(refusal.body);
  const about = `${refusal.status ?? 'error'}: ${boundText(said || 'no reason was given', 800)}`;
  const judged = (
    hope: Judged['hope'],
    endClass: StreamFailure['class'],
    message: string,
    resumeAt: number | null = null,
  ): Judged => ({ hope, failure: { class: endClass, message, resumeAt } });

  switch (kindOf(refusal)) {
    case 'unauthorized':
      return judged(
        'never',
        'unauthorized',
        `${target.url} refused the key (${about}). Set OPENAI_API_KEY.`,
      );
    case 'notFound':
      return judged(
        'never',
        'notFound',
        `${target.url} has no model "${target.model}" (${about}). Check the model's name and --base-url.`,
      );
    case 'contextTooLong':
      return judged(
        'never',
        'contextTooLong',
        `The prompt is too long for ${target.model} (${about}). ${SHORTEN}`,
      );
    case 'noCredit':
      return judged(
        'never',
        'limited',
        `The account at ${target.url} has no credit left (${about}).`,
      );
    case 'limited': {
      const resumeAt = resumeAtOf(refusal, said, now);
      return judged('again', 'limited', `${target.url} is at its limit (${about}).`, resumeAt);
    }
    case 'broken':
      return judged('again', 'crashed', `${target.url} failed (${about}).`);
    case 'refused':
      return judged('otherwise', 'crashed', `${target.url} refused the request (${about}).`);
  }
}

type Kind =
  | 'unauthorized'
  | 'notFound'
  | 'contextTooLong'
  | 'noCredit'
  | 'limited'
  | 'broken'
  | 'refused';

const TOO_LONG =
  /context_length_exceeded|context (length|window|size)|maximum context|too many (input )?tokens|(prompt|input|request) (is )?too (long|large)|reduce the length/i;
const NO_CREDIT = /insufficient_quota|insufficient (balance|credit)/i;
const NO_MODEL =
  /model_not_found|model .{0,200}(not found|does not exist|not exist)|no such model|unknown model/is;
const LIMITED = /rate.?limit|too many requests|overloaded|at capacity/i;

/** The first that holds. */
const KINDS: readonly (readonly [Kind, (status: number, body: string) => boolean])[] = [
  ['contextTooLong', (status, body) => status === 413 || TOO_LONG.test(body)],
  ['noCredit', (status, body) => status === 402 || NO_CREDIT.test(body)],
  ['unauthorized', (status) => status === 401 || status === 403],
  ['notFound', (status, body) => status === 404 || NO_MODEL.test(body)],
  ['limited', (status) => [429, 503, 529].includes(status)],
  ['limited', (status, body) => status === 0 && LIMITED.test(body)],
  ['refused', (status) => status === 501],
  ['broken', (status) => status === 0 || status >= 500 || [408, 409].includes(status)],
];

function kindOf({ status, body }: Refusal): Kind {
  return KINDS.find(([, holds]) => holds(status ?? 0, body))?.[0] ?? 'refused';
}

/** A header that tells it decides, then what is said. */
function resumeAtOf({ headers }: Refusal, said: string, now: number): number | null {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const header = ['retry-after-ms', 'retry-after'].find((name) => headers[name] !== undefined);
  const told = [header === undefined ? '' : `${header}: ${headers[header]}`, said];
  return (
    told.map((text) => quotaResetAt(text, { now, timeZone })).find((at) => at !== null) ?? null
  );
}

/** The message of an error as the many endpoints have it: in `error.message`, `message`, `detail`, or as text. */
function messageIn(body: string): string {
  // Google sends a list of one.
  const record = parseRecord(body.trim().replace(/^\[(.*)\]$/s, '$1'));
  if (record === null)
    return body
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
  const error: JsonObject = errorIn(record) ?? record;
  return textOf(error.message) || textOf(record.message) || textOf(record.detail) || body.trim();
}

/** The status that an error in a stream tells, in `status` or as a number in `code`. */
export function statusIn(error: JsonObject): number | null {
  const code = [error.status, error.status_code, error.code]
    .map(Number)
    .find((n) => n >= 400 && n < 600);
  return code ?? null;
}
