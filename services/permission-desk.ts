/** Answers what an agent asks under `--permissions ask`: a person does where one is there, else it is refused. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type PermissionQuestion,
  type PermissionReply,
  writeWhole,
} from '../actors/agents/acp/asking.ts';
import { type Decision, GRANTED, NOBODY_THERE } from '../actors/agents/acp/permissions.ts';
import { type AttemptFiles, attemptFiles } from '../actors/attempt-files.ts';
import { parseRecord } from '../actors/stream-reader.ts';
import type { RunSession } from './run-session.ts';

/** Who can be asked. */
export interface Person {
  /** Resolves with the line that was typed; with `null` when there will be none, or when aborted. */
  ask(question: string, signal: AbortSignal): Promise<string | null>;
}

/** Milliseconds between two looks for a question. */
const LOOK_MS = 100;

const REFUSED: Decision = { isGranted: false, why: 'you refused it' };

/** Answers the questions of a session's agents from now on. `null`: nobody is there. Returns what ends it. */
export function attendDesk(session: RunSession, person: Person | null): () => void {
  const { agents } = session.header.settings;
  if (![agents.worker, agents.auditor].some(({ permissions }) => permissions === 'ask'))
    return () => undefined;
  let files: AttemptFiles | null = null;
  const desk = createDesk(person);
  const attempts = session.transitions$.subscribe(({ context }) => {
    files = context.attempt && attemptFiles(session.folder.path, context.attempt);
  });
  const timer = setInterval(() => desk.look(files), LOOK_MS);
  return () => {
    clearInterval(timer);
    attempts.unsubscribe();
    desk.close();
  };
}

interface Open {
  readonly path: string;
  readonly number: number;
  readonly asking: AbortController;
}

function createDesk(person: Person | null) {
  let open: Open | null = null;
  const take = async (files: AttemptFiles, question: PermissionQuestion): Promise<void> => {
    const asking = new AbortController();
    open = { path: files.file('permission.json'), number: question.number, asking };
    const decision = await decide(person, question, asking.signal);
    if (decision) answer(files, question, decision);
  };
  return {
    look(files: AttemptFiles | null): void {
      const path = files?.file('permission.json') ?? null;
      if (open && (open.path !== path || !existsSync(open.path))) open = leave(open);
      const question = path === null ? null : questionIn(path);
      if (files && question && open?.number !== question.number) void take(files, question);
    },
    close: () => void (open && leave(open)),
  };
}

/** Its agent no longer waits, or was stopped and left its question. */
function leave({ asking, path }: Open): null {
  asking.abort();
  rmSync(path, { force: true });
  return null;
}

async function decide(
  person: Person | null,
  { what }: PermissionQuestion,
  signal: AbortSignal,
): Promise<Decision | null> {
  if (person === null) return NOBODY_THERE;
  const line = await person.ask(`The agent asks for permission: ${what}`, signal);
  if (signal.aborted) return null;
  return /^y(es)?$/i.test(line ?? '') ? GRANTED : REFUSED;
}

function answer(files: AttemptFiles, { number }: PermissionQuestion, decision: Decision): void {
  const path = files.file('permission-answer.json');
  const reply: PermissionReply = { version: 1, number, ...decision };
  // An agent that is gone needs no answer.
  if (existsSync(dirname(path)) && existsSync(files.file('permission.json')))
    writeWhole(path, reply);
}

function questionIn(path: string): PermissionQuestion | null {
  if (!existsSync(path)) return null;
  const { number, what } = parseRecord(readFileSync(path, 'utf8')) ?? {};
  return typeof number === 'number' && typeof what === 'string'
    ? { version: 1, number, what }
    : null;
}
