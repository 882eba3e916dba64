/** One request to an endpoint and what came of it. */
import type { Activity } from '../../../machines/activity.ts';
import { boundAnswer } from '../../bounded-answer.ts';
import { type JsonObject, parseRecord } from '../../stream-reader.ts';
import { uptimeMs } from '../../uptime.ts';
import { createWords } from '../words.ts';
import { type Answer, errorIn, NO_ANSWER, pieceOf, withPiece } from './answer.ts';
import { createEventStreamParser } from './event-stream.ts';
import { type Judged, judgeRefusal, statusIn, type Target } from './failure.ts';
import type { Form } from './forms.ts';
import { type Posted, postJson } from './post.ts';

export interface Caller {
  /** The endpoint's `…/v1`. */
  readonly baseUrl: string;
  /** `null` for an endpoint that needs none. */
  readonly key: string | null;
  readonly model: string;
  say(activity: Activity): void;
  /** Called while nothing else tells that this lives: it waits, or the endpoint keeps the connection open. */
  live(): void;
  /** Epoch ms. */
  now(): number;
}

export interface Asked {
  readonly answer: Answer;
  /** What went wrong; `null` when the answer is whole. */
  readonly judged: Judged | null;
}

/** Sends a form and says what comes. Does not reject. */
export async function ask(caller: Caller, form: Form): Promise<Asked> {
  const { now, model } = caller;
  const url = endpointOf(caller.baseUrl);
  const target: Target = { url: shown(url), model };
  let posted: Posted;
  try {
    posted = await postJson(url, authorization(caller.key), form.body);
  } catch (error) {
    const message = `Nothing answers at ${target.url} (${reasonOf(error)}). Is it running? Check --base-url.`;
    return { answer: NO_ANSWER, judged: brokenOff(message) };
  }
  if (posted.status < 200 || posted.status > 299) {
    const refusal = { ...posted, body: await bodyText(posted) };
    return { answer: NO_ANSWER, judged: judgeRefusal(refusal, target, now()) };
  }
  return readAnswer(caller, posted, target);
}

async function readAnswer(
  caller: Caller,
  { headers, body }: Posted,
  target: Target,
): Promise<Asked> {
  const words = createWords(caller.say, uptimeMs);
  let answer = NO_ANSWER;
  let error: JsonObject | null = null;
  let isWhole = false;
  const take = (data: string): void => {
    isWhole ||= data.trim() === '[DONE]';
    const chunk = parseRecord(data);
    if (!chunk) return;
    error ??= errorIn(chunk);
    answer = bounded(withPiece(answer, chunk));
    const piece = pieceOf(chunk);
    words.add('thinking', piece.thinking);
    words.add('text', piece.text);
    caller.live();
  };
  const isStream = !`${headers['content-type']}`.includes('json');
  const reader = isStream ? createEventStreamParser(take, caller.live) : wholeReader(take);
  const brokenBy = await drain(body, reader);
  words.flush();
  if (error) {
    const refusal = { status: statusIn(error), headers: {}, body: JSON.stringify({ error }) };
    return { answer, judged: judgeRefusal(refusal, target, caller.now()) };
  }
  if (isWhole || answer.finish !== null || (!isStream && answer.text !== ''))
    return { answer, judged: null };
  const message = `The answer of ${target.url} broke off after ${answer.text.length} characters (${brokenBy ?? 'it just ended'}).`;
  return { answer, judged: brokenOff(message) };
}

interface BodyReader {
  push(bytes: Uint8Array): void;
  end(): void;
}

/** For an endpoint that does not stream: its answer is one JSON object. */
function wholeReader(take: (data: string) => void): BodyReader {
  const pieces: Uint8Array[] = [];
  return {
    push: (bytes) => void pieces.push(bytes),
    end: () => take(Buffer.concat(pieces).toString('utf8')),
  };
}

/** Reads to the end; gives what broke it off, or `null`. */
async function drain(body: AsyncIterable<Uint8Array>, reader: BodyReader): Promise<string | null> {
  try {
    for await (const bytes of body) reader.push(bytes);
    return null;
  } catch (error) {
    return reasonOf(error);
  } finally {
    reader.end();
  }
}

/** Bytes of an error's body that are read. */
const BODY_LIMIT = 64 * 1024;

async function bodyText({ body }: Posted): Promise<string> {
  let text = '';
  try {
    for await (const bytes of body) {
      text += Buffer.from(bytes).toString('utf8');
      if (text.length > BODY_LIMIT) break;
    }
  } catch {
    // The status alone has to do.
  }
  return text;
}

/** More than anybody reads is not kept; the whole of it was said. */
function bounded(answer: Answer): Answer {
  return { ...answer, text: boundAnswer(answer.text) };
}

function brokenOff(message: string): Judged {
  return { hope: 'again', failure: { class: 'crashed', message, resumeAt: null } };
}

function endpointOf(baseUrl: string): URL {
  const url = new URL(baseUrl);
  const base = url.pathname.replace(/\/+$/, '').replace(/\/chat\/completions$/, '');
  url.pathname = `${base}/chat/completions`;
  return url;
}

/** Without what may be secret in it. */
function shown({ origin, pathname }: URL): string {
  return `${origin}${pathname.replace(/\/chat\/completions$/, '')}`;
}

function authorization(key: string | null): Record<string, string> {
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : `${error}`;
}
