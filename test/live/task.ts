/** The one task of all runs, and what the model says to it: in the first round its work is not good, in the second it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Question, type Refusal, type Reply, USAGE } from './model/protocol.ts';
import type { Script } from './model/server.ts';
import { answerCall, writeCall } from './model/tool-choice.ts';
import { answerSmall } from './small-questions.ts';

/** A line that some agents would take for references to files; it has to come to the model as it is. */
export const LITERAL_LINE =
  'Words as they are: @notes.md, @src/lib/*, me@example.org, "@types/node" \\@home {{args}} !{date} $HOME `@notes.md`.';

/** The content of `notes.md`: in no question to the model, as nobody told the agent to read it. */
export const NOTES = 'CORMORANT';

export const TASK = `Write the file hello.txt with a greeting.\n\n${LITERAL_LINE}\n`;

/** The prompt's first line; some agents take what begins like this for a command of theirs. */
export const WORKER_HEADER = '/help is nothing that you need. You are the worker.';
const AUDITOR_HEADER_START = 'You are the auditor.';

const FINDING = 'The greeting lacks its second word.';
const FIRST = 'hello\n';
export const MENDED = 'hello world\n';

export interface TaskScript extends Script {
  /** How the prompt came to the model. */
  readonly prompt: { isWhole: boolean; hasFiles: boolean };
  /** Tokens that the answers to the agents claimed, without those to questions aside (titles and the like). */
  readonly told: { input: number; output: number };
  /** Resolves when the model has stopped in the middle of an answer. */
  readonly stalled: Promise<void>;
}

export interface TaskOptions {
  readonly workTree: string;
  /** Why each question is refused. Default: none is. */
  readonly refusal?: Refusal;
  /** Whether the worker's first report is never finished. Default: no. */
  readonly stalls?: boolean;
}

export function taskScript(options: TaskOptions): TaskScript {
  const file = join(options.workTree, 'hello.txt');
  const prompt = { isWhole: true, hasFiles: false };
  const told = { input: 0, output: 0 };
  let stalls = options.stalls ?? false;
  let tellStalled = () => {};
  const stalled = new Promise<void>((resolve) => {
    tellStalled = resolve;
  });
  const pause = async (): Promise<void> => {
    if (!stalls) return;
    stalls = false;
    tellStalled();
    await new Promise(() => {});
  };
  const examine = ({ words }: Question): void => {
    const all = words.join('\n');
    prompt.isWhole &&= withoutEscapes(all).includes(withoutEscapes(LITERAL_LINE));
    prompt.hasFiles ||= all.includes(NOTES);
  };
  return {
    stalled,
    told,
    prompt,
    refuses: () => options.refusal ?? null,
    answer(question) {
      const role = roleOf(question);
      const aside = { text: 'A greeting', call: null };
      if (question.tools.length === 0) return aside;
      if (role === null) return answerSmall(question) ?? aside;
      examine(question);
      told.input += USAGE.input;
      told.output += USAGE.output;
      const reply = role === 'worker' ? work(question, file) : judge(question, file);
      return role === 'worker' && question.followsTool ? { ...reply, pause } : reply;
    },
  };
}

/** As an agent reads it that is given `\\@` for an at sign. */
function withoutEscapes(text: string): string {
  return text.replaceAll('\\@', '@');
}

/** By the header that came last: a session may go on with another. */
function roleOf({ words }: Question): 'worker' | 'auditor' | null {
  const all = words.join('\n');
  const [worker, auditor] = [
    all.lastIndexOf('You are the worker.'),
    all.lastIndexOf(AUDITOR_HEADER_START),
  ];
  if (worker === -1 && auditor === -1) return null;
  return worker > auditor ? 'worker' : 'auditor';
}

function work(question: Question, path: string): Reply {
  const isMending = question.words.join('\n').includes(FINDING);
  const text = 'I wrote hello.txt and read it again: the greeting is in it, as the task says.';
  if (question.followsTool) return { text, call: null };
  const file = { path, content: isMending ? MENDED : FIRST };
  return {
    text: 'I will write the file now.',
    call: writeCall(question, file, isMending ? 'shell' : 'write'),
  };
}

/** By what is in the file. */
function judge(question: Question, path: string): Reply {
  const isDone = contentOf(path) === MENDED;
  const verdict = {
    verdict: isDone ? 'done' : 'retry',
    feedback: isDone ? 'The greeting is there.' : 'Mend the greeting.',
    findings: isDone ? [] : [FINDING],
  };
  const json = JSON.stringify(verdict);
  if (question.form) return { text: json, call: null };
  if (question.followsTool) return { text: 'That is my verdict.', call: null };
  const call = answerCall(question, verdict);
  return { text: call ? '' : `I looked at hello.txt.\n\n\`\`\`json\n${json}\n\`\`\`\n`, call };
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
