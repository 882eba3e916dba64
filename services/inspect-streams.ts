/** The journal and the log of a run as server-sent events: what is there, then what comes. */

import { messageOf, OneshotError } from './errors.ts';
import type { EventStream } from './event-stream.ts';
import { type FileLine, followLines } from './follow-lines.ts';
import type { ErrorAnswer, SentTransition } from './inspect-api.ts';
import type { JournalEntry } from './journal.ts';
import { journalReader } from './journal.ts';
import type { RunFolder } from './run-store.ts';
import { phaseOf } from './run-view.ts';
import { takenMoves } from './taken-moves.ts';

/** Activities in one event, at most. */
const BATCH = 500;

/** Sends the transitions behind `after` (a seq), and goes on until the reader leaves. */
export async function streamTransitions(
  folder: RunFolder,
  stream: EventStream,
  after: number | null,
): Promise<void> {
  await untilProblem(stream, async () => {
    const read = journalReader(folder.journal);
    let before: JournalEntry | null = null;
    const announce = announceOnce(stream);
    for await (const { lines, atEnd } of followLines(folder.journal, stream)) {
      for (const { text } of lines) {
        const { entry } = read(text);
        if (entry.seq > (after ?? -1)) await sendTransition(stream, before, entry);
        before = entry;
      }
      if (atEnd) await announce();
    }
  });
}

/** Sends the activities behind `after` (an offset in the log), and goes on until the reader leaves. */
export async function streamActivities(
  folder: RunFolder,
  stream: EventStream,
  after: number | null,
): Promise<void> {
  await untilProblem(stream, async () => {
    const announce = announceOnce(stream);
    const { signal } = stream;
    for await (const { lines, atEnd } of followLines(folder.log, { signal, from: after ?? 0 })) {
      for (let at = 0; at < lines.length; at += BATCH) {
        await sendActivities(stream, lines.slice(at, at + BATCH));
      }
      if (atEnd) await announce();
    }
  });
}

export function sentTransition(before: JournalEntry | null, entry: JournalEntry): SentTransition {
  const { seq, at, event, value, context } = entry;
  const { reason } = context;
  const moves = takenMoves(before, entry);
  return { seq, at, event, value, state: phaseOf(value), reason, context, moves };
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

/** A line that is not JSON was torn by a power cut: the log is not synced, and the attempt's `stdout` has it whole. */
async function sendActivities(stream: EventStream, lines: readonly FileLine[]): Promise<void> {
  const end = lines.at(-1)?.end;
  const data = lines.flatMap(({ text }) => parsed(text));
  if (end !== undefined) await stream.send({ event: 'activities', id: end, data });
}

function parsed(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

function announceOnce(stream: EventStream): () => Promise<void> {
  let isAnnounced = false;
  return async () => {
    if (!isAnnounced) await stream.send({ event: 'caughtUp', data: {} });
    isAnnounced = true;
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
