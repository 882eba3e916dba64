/**
 * How the bridge asks a person: by a question in the attempt's folder, which whoever hosts the run answers there. One at
 * a time; both files are removed when it is answered. A host that was killed and comes back finds the question again.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { boundText, parseRecord } from '../../stream-reader.ts';
import type { Decision } from './permissions.ts';

/** Names of the files within the attempt's folder. */
export const QUESTION_FILE = 'permission.json';
export const ANSWER_FILE = 'permission-answer.json';

export interface PermissionQuestion {
  readonly version: 1;
  /** Counts the questions of the attempt from 1. */
  readonly number: number;
  /** What the agent wants to do, in its own words. */
  readonly what: string;
}

export interface PermissionReply {
  readonly version: 1;
  /** Of the question. */
  readonly number: number;
  readonly isGranted: boolean;
  /** Why not; empty where it is granted. */
  readonly why: string;
}

export interface Asker {
  /** Resolves with what a person decided, with a refusal after {@link ANSWER_LIMIT_MS}, or with `null` when aborted. */
  ask(what: string): Promise<Decision | null>;
}

export interface AskerOptions {
  readonly files: { readonly question: string; readonly answer: string };
  readonly signal: AbortSignal;
  /** Called while it waits. */
  live(): void;
  /** Milliseconds on a clock that nobody sets. */
  now(): number;
}

/** Milliseconds that a question waits for its answer. */
const ANSWER_LIMIT_MS = 15 * 60_000;

/** Milliseconds between two looks for the answer. */
const LOOK_MS = 50;

/** Characters of what is asked. */
const WHAT_LENGTH = 2_000;

export function createAsker(options: AskerOptions): Asker {
  let number = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    ask(what) {
      const asked = last.then(() => {
        number += 1;
        return askOne({ version: 1, number, what: boundText(what, WHAT_LENGTH) }, options);
      });
      last = asked.catch(() => undefined);
      return asked;
    },
  };
}

async function askOne(
  question: PermissionQuestion,
  { files, signal, live, now }: AskerOptions,
): Promise<Decision | null> {
  const until = now() + ANSWER_LIMIT_MS;
  writeWhole(files.question, question);
  try {
    while (!signal.aborted) {
      const reply = replyTo(question, files.answer);
      if (reply) return reply;
      if (now() > until) return { isGranted: false, why: 'nobody answered in 15 minutes' };
      live();
      await delay(LOOK_MS);
    }
    return null;
  } finally {
    for (const path of Object.values(files)) rmSync(path, { force: true });
  }
}

function replyTo({ number }: PermissionQuestion, path: string): Decision | null {
  if (!existsSync(path)) return null;
  const reply = parseRecord(readFileSync(path, 'utf8'));
  if (reply?.number !== number) return null;
  return { isGranted: reply.isGranted === true, why: `${reply.why}` };
}

/** Never read half written. */
export function writeWhole(path: string, record: PermissionQuestion | PermissionReply): void {
  writeFileSync(`${path}.tmp`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}
