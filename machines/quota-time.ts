/**
 * When does a usage limit end? Agents and providers say it in many ways; this reads them all, and rather says nothing
 * than something wrong: an unknown end is probed for, a wrong one is slept through.
 *
 * The forms were taken from what Claude Code, Codex, Gemini CLI, Copilot and the APIs of OpenAI, Anthropic and Google
 * print.
 */
import { durationAtStart } from './durations-in-text.ts';
import { type Here, momentIn } from './moments-in-text.ts';
import { isTimeZone } from './time-zones.ts';

export interface QuotaContext {
  /** When the text was written, in epoch milliseconds: relative times count from here. */
  readonly now: number;
  /** IANA name of the zone of times that name none: that of the machine where the agent ran. */
  readonly timeZone: string;
}

/** Characters of a text that are read. */
const TEXT_LIMIT = 20_000;

/** Characters behind a word such as `resets` that may tell when. */
const WINDOW = 120;

/** Milliseconds ahead beyond which nothing is believed. */
const LONGEST_WAIT_MS = 400 * 86_400_000;

/** Milliseconds since the epoch that are an instant and no date's end. */
const LAST_NOW_MS = 8e15;

/**
 * The earliest instant (epoch ms, later than `now`) that a text names as the end of a usage limit, or `null` when it
 * names none. A time of day that has passed is one of tomorrow; in a zone whose clocks skip it, it is as much later.
 * Never throws.
 */
export function quotaResetAt(text: string, { now, timeZone }: QuotaContext): number | null {
  if (!(now >= 0 && now < LAST_NOW_MS)) return null;
  const here: Here = { now, zone: isTimeZone(timeZone) ? timeZone : 'UTC' };
  const read = normalized(text);
  const found = [...stampsIn(read), ...fieldsIn(read, now), ...phrasesIn(read, here)];
  const believed = found.filter((at) => at > now && at - now <= LONGEST_WAIT_MS);
  return believed.length > 0 ? Math.ceil(Math.min(...believed)) : null;
}

/** `p.m.` as one word, so that its stops end no sentence, and a line that was only wrapped as one line. */
function normalized(text: string): string {
  return text
    .slice(0, TEXT_LIMIT)
    .replace(/\b([ap])\.\s?m\.?(?=\W|$)/gi, '$1m')
    .replace(/\r?\n(?=[a-z\d(])/g, ' ');
}

/** `usage limit reached|1700000000`, `"resets_at":1700000000`: seconds, or milliseconds, since the epoch. */
const STAMP =
  /(?:\||(?:reset|retry|until|expire|again|available)[^\d.!?\n]{0,30})(\d{13}|\d{10})(?!\d|\.\d)/gi;

function stampsIn(text: string): number[] {
  return [...text.matchAll(STAMP)].map(
    ([, digits = '']) => Number(digits) * (digits.length === 10 ? 1_000 : 1),
  );
}

/** `retry-after: 3600`, `retryAfterMs: 1500`, `"resets_in_seconds":8734`: a number in a field whose name has the unit. */
const FIELD =
  /((?:retry[-_ ]?after|resets?[-_ ]?(?:in|after)|limit[-_]reset)[a-z_-]*)(["'\s:=]+)(\d{1,9}(?:\.\d+)?)(?![\d:.-]*\d|\s*[a-z%/])/gi;

function fieldsIn(text: string, now: number): number[] {
  return [...text.matchAll(FIELD)]
    .filter(([, name = '', separator = '']) => /^retry/i.test(name) || /[:=]/.test(separator))
    .map(([, name = '', , amount]) => now + Number(amount) * (/ms$|milli/i.test(name) ? 1 : 1_000));
}

/** What announces an end. */
const CUE =
  /reset|renew|refresh|replenish|retry|\bagain\b|available|\buntil\b|\bwait|\bback\b|resume|expire|unblock|restore/gi;

function phrasesIn(text: string, here: Here): number[] {
  const windows = [...text.matchAll(CUE)].map(({ index, 0: cue }) =>
    windowAfter(text, index + cue.length),
  );
  const spans = [...windows, ...(/^\s*(?:in|after)\b/i.test(text) ? [text] : [])];
  const moments = [...windows, ...(LONE_STAMP.test(text) ? [text] : [])];
  return [
    ...spans.flatMap((window) => endOfSpan(window, here.now) ?? []),
    ...moments.flatMap((window) => (IN_CLOCK.test(window) ? [] : (momentIn(window, here) ?? []))),
  ];
}

/** `in 02:05:13` is a span of time, and `at 02:05:13` a time of day. */
const IN_CLOCK = /^\D*\b(?:in|within)\s+(?:about\s+)?\d+:\d/i;

/** An ISO date and nothing else. */
const LONE_STAMP = /^\s*\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}\S*\s*$/;

/** Up to the end of the sentence, or to the next such word: what comes then has an end of its own. */
function windowAfter(text: string, start: number): string {
  const rest = text.slice(start, start + WINDOW);
  const ends = [/[.!?]\s+(?=[A-Z(])|[!?\n;·∙•|]/, new RegExp(CUE, 'i')]
    .map((pattern) => rest.search(pattern))
    .filter((end) => end !== -1);
  return rest.slice(0, Math.min(rest.length, ...ends));
}

/** What may stand between `resets` and a span of time: no other number, and nothing that repeats or counts. */
const LEAD = /^[^\d.!?\n]{0,40}?(?<!\w)(?=\d|an?\s|one\s|half\s)/i;
const REPEATS = /\b(?:every|per|each|of|to)\b/i;

function endOfSpan(window: string, now: number): number | null {
  if (/^.{0,12}\bless than an? minute\b/i.test(window)) return now + 60_000;
  const lead = LEAD.exec(window)?.[0];
  if (lead === undefined || REPEATS.test(lead)) return null;
  if (/^\d+:/.test(window.slice(lead.length)) && !IN_CLOCK.test(window)) return null;
  const ms = durationAtStart(window.slice(lead.length));
  return ms === null ? null : now + ms;
}
