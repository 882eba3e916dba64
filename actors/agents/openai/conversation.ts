/** One question to an endpoint and its answer: asked again while there is hope, and in a simpler form where it must be. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Activity, StreamFailure } from '../../../machines/activity.ts';
import type { Usage } from '../../../machines/contracts.ts';
import { UNKNOWN_USAGE } from '../../../machines/contracts.ts';
import { addUsage } from '../../../machines/usage.ts';
import { boundText, parseRecord } from '../../stream-reader.ts';
import { uptimeMs } from '../../uptime.ts';
import { type Answer, NO_ANSWER } from './answer.ts';
import { ask, type Caller } from './exchange.ts';
import type { Judged } from './failure.ts';
import { type Ask, type Form, formsOf } from './forms.ts';

export interface Conversation extends Ask, Caller {
  /** Milliseconds before the second request; doubles with each further one. */
  readonly pauseMs: number;
}

/** Requests that may fail. */
const TRIES = 5;

/** The longest wait that is slept through here; at a limit that lasts longer the run waits, and may be ended meanwhile. */
const LONGEST_PAUSE_MS = 60_000;

/** Milliseconds between signs of life while it waits. */
const LIFE_MS = 5_000;

type Result = Extract<Activity, { kind: 'result' }>;

/** Asks and says what comes; gives the result, which is a failure when there was no answer. Does not reject. */
export async function converse(conversation: Conversation): Promise<Result> {
  const { say } = conversation;
  let [form, ...simpler] = formsOf(conversation);
  let spent: Usage = UNKNOWN_USAGE;
  for (let failures = 0; ; ) {
    const { answer, judged } = await ask(conversation, form);
    spent = addUsage(spent, answer.usage);
    if (answer !== NO_ANSWER) say({ kind: 'usage', ...spent });
    if (!judged) return resultOf(answer, form);
    const { message } = judged.failure;
    const [next, ...rest] = simpler;
    if (judged.hope === 'otherwise' && next) {
      say({ kind: 'error', message: `${message} Asked again without ${form.asks}.` });
      [form, simpler] = [next, rest];
      continue;
    }
    failures += 1;
    const delayMs = pauseBefore(judged, failures, conversation);
    if (delayMs === null) return failed(judged.failure);
    say({ kind: 'retry', message, delayMs });
    await pause(conversation, delayMs);
  }
}

/** Milliseconds until it is worth another try; `null` when it is none, or only much later. */
function pauseBefore(
  { hope, failure }: Judged,
  failures: number,
  { now, pauseMs }: Conversation,
): number | null {
  if (hope !== 'again' || failures >= TRIES) return null;
  const backOff = pauseMs * 2 ** (failures - 1);
  const wait = failure.resumeAt === null ? backOff : Math.max(0, failure.resumeAt - now());
  return wait <= LONGEST_PAUSE_MS ? wait : null;
}

async function pause({ live }: Conversation, ms: number): Promise<void> {
  const end = uptimeMs() + ms;
  for (let left = ms; left > 0; left = end - uptimeMs()) {
    live();
    await delay(Math.min(left, LIFE_MS));
  }
}

function resultOf({ text, refusal, finish }: Answer, { isTyped }: Form): Result {
  if (finish === 'length') {
    const message =
      'The answer was cut off at the limit of tokens; give the model more, or a smaller task.';
    return failed({ class: 'contextTooLong', message, resumeAt: null });
  }
  if (finish === 'content_filter' || (text.trim() === '' && refusal !== '')) {
    const why = boundText(refusal || 'its content filter stopped the answer', 800);
    return failed({ class: 'crashed', message: `The model refused: ${why}`, resumeAt: null });
  }
  const structured = isTyped ? parseRecord(text) : null;
  return { kind: 'result', text, structured, failure: null };
}

function failed(failure: StreamFailure): Result {
  return { kind: 'result', text: '', structured: null, failure };
}
