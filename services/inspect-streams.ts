/** The journal and the log of a run as server-sent events: what is there, then what comes. */

import { evidenceLabel } from '../machines/evidence.ts';
import type { LogLine } from './activity-log.ts';
import { messageOf, OneshotError } from './errors.ts';
import { type EventStream, placeOf } from './event-stream.ts';
import { type FileLine, followLines } from './follow-lines.ts';
import type { ErrorAnswer, SentTransition } from './inspect-api.ts';
import type { JournalEntry } from './journal.ts';
import { journalReader } from './journal.ts';
import type { Pace } from './pace.ts';
import type { RunFolder } from './run-store.ts';
import { phaseOf } from './run-view.ts';
import { takenMoves } from './taken-moves.ts';

/** Activities in one event, at most. */
const BATCH = 500;

export interface StreamRequest {
  readonly folder: RunFolder;
  readonly stream: EventStream;
  /** The id of the last event that the reader has; `null` for the beginning. */
  readonly after: number | null;
  readonly pace: Pace;
}

/** Sends the transitions behind `after` (a seq), and goes on until the reader leaves. */
export async function streamTransitions(request: StreamRequest): Promise<void> {
  const { folder, stream, after } = request;
  await untilProblem(stream, async () => {
    const read = journalReader(folder.journal);
    let before: JournalEntry | null = null;
    const sender = createSender(request);
    for await (const { lines, atEnd } of followLines(folder.journal, stream)) {
      for (const { text } of lines) {
        const { entry } = read(text);
        await sender.until(entry.at);
        if (entry.seq > (after ?? -1)) await sendTransition(stream, before, entry);
        before = entry;
      }
      if (atEnd) await sender.announce();
    }
  });
}

/** Sends the activities behind `after` (an offset in the log), and goes on until the reader leaves. */
export async function streamActivities(request: StreamRequest): Promise<void> {
  const { folder, stream, after } = request;
  await untilProblem(stream, async () => {
    const { signal } = stream;
    const sender = createSender(request);
    for await (const { lines, atEnd } of followLines(folder.log, { signal, from: after ?? 0 })) {
      let rest = lines.flatMap(parsedLine);
      while (rest.length > 0 && !signal.aborted) {
        await sender.until(rest[0]?.activity.at ?? 0);
        const batch = dueOf(rest, request.pace);
        await sendActivities(stream, batch);
        rest = rest.slice(batch.length);
      }
      if (atEnd) await sender.announce();
    }
  });
}

/**
 * Both in one, since a browser has few connections for one server. An id is the place in each of the two: `12.3456`.
 * When one of them cannot go on, the other does.
 */
export async function streamBoth(
  { folder, stream, pace }: Omit<StreamRequest, 'after'>,
  after: string,
): Promise<void> {
  const [seq, offset] = after.split('.').map(placeOf);
  const places = [seq ?? null, offset ?? null];
  const part = (which: 0 | 1): EventStream => ({
    signal: stream.signal,
    send(event) {
      if (typeof event.id === 'number') places[which] = event.id;
      return stream.send({ ...event, id: places.map((place) => place ?? '').join('.') });
    },
    // The other one may go on.
    end: () => undefined,
  });
  await Promise.all([
    streamTransitions({ folder, stream: part(0), after: seq ?? null, pace }),
    streamActivities({ folder, stream: part(1), after: offset ?? null, pace }),
  ]);
  stream.end();
}

/** What has happened already, up to a batch; at least one. */
function dueOf(lines: readonly ParsedLine[], pace: Pace): readonly ParsedLine[] {
  const now = pace.now();
  const count = lines.slice(0, BATCH).findIndex(({ activity }) => activity.at > now);
  return lines.slice(0, count === -1 ? BATCH : Math.max(count, 1));
}

export function sentTransition(before: JournalEntry | null, entry: JournalEntry): SentTransition {
  const { seq, at, event, value, context } = entry;
  const { reason } = context;
  const moves = takenMoves(before, entry);
  const state = phaseOf(value);
  const evidence = evidenceLabel(state, context.work);
  return { seq, at, event, value, state, reason, evidence, context, moves };
}

export function errorAnswer(error: unknown): ErrorAnswer {
  const code = error instanceof OneshotError ? error.code : 'INTERNAL';
  return { error: { code, message: messageOf(error) } };
}

function sendTransition(
  stream: EventStream,
  before: JournalEntry | null,
  entry: JournalEntry,
): Promise<void> {
  return stream.send({
    event: 'transition',
    id: entry.seq,
    data: sentTransition(before, entry),
  });
}

interface ParsedLine extends FileLine {
  readonly activity: LogLine;
}

/** A line that is not JSON was torn by a power cut: the log is not synced, and the attempt's `stdout` has it whole. */
function parsedLine(line: FileLine): ParsedLine[] {
  try {
    return [{ ...line, activity: JSON.parse(line.text) }];
  } catch {
    return [];
  }
}

async function sendActivities(stream: EventStream, lines: readonly ParsedLine[]): Promise<void> {
  const end = lines.at(-1)?.end;
  if (end === undefined) return;
  const data = lines.map(({ activity }) => activity);
  await stream.send({ event: 'activities', id: end, data, ...asWritten(lines) });
}

/** The lines as they stand in the log, which is half the work; none of ours has a line end within. */
function asWritten(lines: readonly ParsedLine[]): { json?: string } {
  const json = `[${lines.map(({ text }) => text).join(',')}]`;
  return json.includes('\r') ? {} : { json };
}

interface Sender {
  /** Says once that all is sent that was there. */
  announce(): Promise<void>;
  /** Waits for a moment of the run's own time, when it is played. */
  until(at: number): Promise<void>;
}

function createSender({ stream, pace }: StreamRequest): Sender {
  let isAnnounced = false;
  pace.begin();
  const announce = async () => {
    if (!isAnnounced) await stream.send({ event: 'caughtUp', data: {} });
    isAnnounced = true;
  };
  return {
    announce,
    async until(at) {
      if (at <= pace.now()) return;
      await announce();
      await pace.until(at, stream.signal);
    },
  };
}

async function untilProblem(stream: EventStream, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await stream.send({ event: 'problem', data: errorAnswer(error) });
  }
  stream.end();
}
