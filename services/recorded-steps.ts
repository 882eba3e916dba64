/**
 * The steps of a journal as a replay wants them: the event parsed, the snapshot as the text that it was recorded as. To
 * compare texts costs a tenth of parsing the context, which is by far the largest part of a line.
 */
import { messageOf, RunUnreadableError } from './errors.ts';
import {
  checkedEntry,
  type JournalEntry,
  type JournalLine,
  journalLines,
  sealOf,
} from './journal.ts';

export interface RecordedStep extends Omit<JournalEntry, keyof Recorded> {
  /** Whether this is, letter by letter, what was recorded; `false` is no proof that it is something else. */
  isWrittenAs(recorded: string): boolean;
  recorded(): Recorded;
}

type Recorded = Pick<JournalEntry, 'value' | 'status' | 'context'>;

/** All steps in order; at the first line that cannot be trusted, or without any, the reason instead. */
export function* recordedSteps(path: string): Generator<RecordedStep | RunUnreadableError> {
  const lines = journalLines(path);
  for (let number = 1; ; number += 1) {
    const step = nextStep(path, lines, number);
    if (step === null) return;
    yield step;
    if (step instanceof RunUnreadableError) return;
  }
}

function nextStep(
  path: string,
  lines: Iterator<JournalLine>,
  number: number,
): RecordedStep | RunUnreadableError | null {
  try {
    const next = lines.next();
    if (!next.done) return stepOf(path, next.value);
    return number > 1 ? null : new RunUnreadableError(path, 1, 'the journal is empty');
  } catch (error) {
    if (error instanceof RunUnreadableError) return error;
    return new RunUnreadableError(path, null, messageOf(error));
  }
}

/** Where the context begins: a quote inside a text is escaped, so this is none. */
const CONTEXT = ',"context":{"runId":';

function stepOf(path: string, read: JournalLine): RecordedStep {
  const { text, line } = read;
  const [at, end] = [text.indexOf(CONTEXT), sealOf(read)];
  const start = at === -1 ? null : parsed(`${text.slice(0, at)}}`);
  const entry = checkedEntry(path, line, start ?? JSON.parse(text));
  if (line === 1 && !entry.run) {
    throw new RunUnreadableError(path, 1, 'the first line does not say what run it is');
  }
  return {
    ...entry,
    isWrittenAs: (recorded) => start !== null && text.slice(at, end) === recorded,
    recorded() {
      const { value, status, context }: JournalEntry = JSON.parse(text);
      return { value, status, context };
    },
  };
}

function parsed(text: string): JournalEntry | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export type Renderer = (recorded: Recorded) => string;

/**
 * Writes what a journal's line has behind its event: `,"context":{…},"status":…,"value":…`. Parts of the context that
 * have not changed since the last call are not written anew.
 */
export function contextRenderer(): Renderer {
  const known = new Map<string, { readonly value: unknown; readonly text: string }>();
  const fieldText = (key: string, value: unknown): string => {
    const before = known.get(key);
    if (before && before.value === value) return before.text;
    const json = JSON.stringify(value);
    const text = json === undefined ? '' : `,${JSON.stringify(key)}:${json}`;
    known.set(key, { value, text });
    return text;
  };
  return ({ context, status, value }) => {
    let fields = '';
    for (const [key, field] of Object.entries(context)) fields += fieldText(key, field);
    return `,"context":{${fields.slice(1)}},"status":"${status}","value":${JSON.stringify(value)}`;
  };
}
